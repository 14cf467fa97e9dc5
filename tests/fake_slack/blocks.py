"""What Slack accepts as a message and as a view, from its documentation and independent of the bot's code."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from .elements import ANY_TEXT, IN_ACTIONS, IN_INPUT, IN_SECTION, Check, Json

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MESSAGE_CHARACTERS = 13_000
VIEW_BYTES = 250_000
RICH_TEXT = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
MODAL_KEYS = {
    "title", "blocks", "close", "submit", "private_metadata", "callback_id", "clear_on_close",
    "notify_on_close", "external_id", "submit_disabled",
}  # fmt: skip
HOME_KEYS = {"blocks", "private_metadata", "callback_id", "external_id"}


def message_errors(blocks: object) -> list[str]:
    """What real Slack finds wrong with the blocks of a message; nothing when it takes them."""
    check = Check()
    _blocks(check, blocks, MESSAGE_BLOCKS)
    _no_nul(check, blocks)
    return check.errors


def view_errors(view: object) -> list[str]:
    """What real Slack finds wrong with a modal or a Home; nothing when it takes it."""
    check = Check()
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return ["[ERROR] must be a modal or a home [json-pointer:/view/type]"]
    check.keys(view, "/view", MODAL_KEYS if view["type"] == "modal" else HOME_KEYS)
    check.string(view, "callback_id", "/view", 255)
    check.string(view, "external_id", "/view", 255)
    metadata = view.get("private_metadata", "")
    if not isinstance(metadata, str) or len(metadata) > 3000:
        check.fail("/view/private_metadata", "must be a string of at most 3000 characters")
    if view["type"] == "modal":
        _modal(check, view)
    _blocks(check, view.get("blocks"), VIEW_BLOCKS)
    if check.focused > 1:
        check.fail("/view", "only one element can have focus_on_load")
    _no_nul(check, view)
    return check.errors


def view_too_large(view: object) -> bool:
    return len(json.dumps(view, ensure_ascii=False).encode("utf-8", "surrogatepass")) > VIEW_BYTES


def characters(blocks: object) -> int:
    """The characters of every text object in the blocks."""
    if isinstance(blocks, list):
        return sum(characters(item) for item in blocks)
    if not isinstance(blocks, dict):
        return 0
    own = blocks.get("text")
    inner = sum(characters(item) for item in blocks.values())
    return inner + (len(own) if isinstance(own, str) else 0)


def has_nul(value: object) -> bool:
    return any("\0" in string for string in _strings(value))


def _modal(check: Check, view: Json) -> None:
    check.text(view.get("title"), "/view/title", 24)
    for key in ("submit", "close"):
        if key in view:
            check.text(view[key], f"/view/{key}", 24)
    for key in ("clear_on_close", "notify_on_close", "submit_disabled"):
        check.flag(view, key, "/view")
    blocks = view.get("blocks")
    has_input = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if has_input and "submit" not in view:
        check.fail("/view/submit", "missing: a modal with inputs needs a submit button")


def _blocks(check: Check, blocks: object, limit: int) -> None:
    if not isinstance(blocks, list):
        check.fail("/blocks", "must be a list")
        return
    if len(blocks) > limit:
        check.fail("/blocks", f"no more than {limit} items allowed, are {len(blocks)}")
    ids: set[str] = set()
    for index, block in enumerate(blocks):
        at = f"/blocks/{index}"
        if not check.is_object(block, at):
            continue
        if not isinstance(block.get("type"), str) or block["type"] not in BLOCKS:
            check.fail(f"{at}/type", f"unsupported type: {block.get('type')!r}")
            continue
        keys, rule = BLOCKS[block["type"]]
        check.keys(block, at, keys | {"block_id"})
        check.string(block, "block_id", at, 255)
        block_id = block.get("block_id")
        if block_id is not None and str(block_id) in ids:
            check.fail(f"{at}/block_id", f"`block_id` {block_id!r} already exists")
        ids.add(str(block_id))
        rule(check, block, at)


def _divider(check: Check, block: Json, at: str) -> None:
    """Nothing to get wrong."""


def _section(check: Check, block: Json, at: str) -> None:
    if "text" not in block and "fields" not in block:
        check.fail(at, "one of text and fields is needed")
    if "text" in block:
        check.text(block["text"], f"{at}/text", 3000, ANY_TEXT)
    for index, value in _items(check, block, "fields", at, 10):
        check.text(value, f"{at}/fields/{index}", 2000, ANY_TEXT)
    if "accessory" in block:
        _element_or_image(check, block["accessory"], f"{at}/accessory", IN_SECTION)
    check.flag(block, "expand", at)


def _header(check: Check, block: Json, at: str) -> None:
    check.text(block.get("text"), f"{at}/text", 150)


def _context(check: Check, block: Json, at: str) -> None:
    for index, value in _items(check, block, "elements", at, 10, required=True):
        here = f"{at}/elements/{index}"
        if isinstance(value, dict) and value.get("type") == "image":
            _element_or_image(check, value, here, set())
        else:
            check.text(value, here, 3000, ANY_TEXT)


def _actions(check: Check, block: Json, at: str) -> None:
    for index, value in _items(check, block, "elements", at, 25, required=True):
        check.element(value, f"{at}/elements/{index}", IN_ACTIONS)


def _input(check: Check, block: Json, at: str) -> None:
    check.text(block.get("label"), f"{at}/label", 2000)
    if "hint" in block:
        check.text(block["hint"], f"{at}/hint", 2000)
    check.element(block.get("element"), f"{at}/element", IN_INPUT)
    check.flag(block, "optional", at)
    check.flag(block, "dispatch_action", at)


def _image(check: Check, block: Json, at: str) -> None:
    check.string(block, "alt_text", at, 2000, required=True)
    check.string(block, "image_url", at, 3000, required="slack_file" not in block)
    if "image_url" in block and not re.match(r"https?://[^\s/]+/", str(block["image_url"])):
        check.fail(f"{at}/image_url", "must be an address that Slack can fetch")
    if re.match(r"https?://[^/]*[.]invalid[:/]", str(block.get("image_url"))):  # no such name ever leads anywhere
        check.fail(f"{at}/image_url", "downloading image failed")
    if "title" in block:
        check.text(block["title"], f"{at}/title", 2000)


def _rich_text(check: Check, block: Json, at: str) -> None:
    for index, value in _items(check, block, "elements", at, 1000, required=True):
        if not isinstance(value, dict) or value.get("type") not in RICH_TEXT:
            check.fail(f"{at}/elements/{index}/type", "must be a rich text element")


BLOCKS: dict[str, tuple[set[str], Callable[[Check, Json, str], None]]] = {
    "section": ({"text", "fields", "accessory", "expand"}, _section),
    "divider": (set(), _divider),
    "header": ({"text"}, _header),
    "context": ({"elements"}, _context),
    "actions": ({"elements"}, _actions),
    "input": ({"label", "element", "hint", "optional", "dispatch_action"}, _input),
    "image": ({"image_url", "slack_file", "alt_text", "title"}, _image),
    "rich_text": ({"elements"}, _rich_text),
}


def _element_or_image(check: Check, value: object, at: str, allowed: set[str]) -> None:
    if isinstance(value, dict) and value.get("type") == "image":
        check.keys(value, at, {"image_url", "slack_file", "alt_text"})
        _image(check, value, at)
    else:
        check.element(value, at, allowed)


def _items(
    check: Check, block: Json, key: str, at: str, limit: int, *, required: bool = False
) -> Iterator[tuple[int, Any]]:
    """The members of a list property of 1 to `limit` items."""
    if key not in block and not required:
        return
    items = block.get(key)
    if not isinstance(items, list) or not 1 <= len(items) <= limit:
        check.fail(f"{at}/{key}", f"must be 1 to {limit} items")
        return
    yield from enumerate(items)


def _no_nul(check: Check, value: object) -> None:
    if has_nul(value):
        check.fail("", "NUL characters are not allowed")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
