"""A form as it was sent, once more: with everything that was filled in, and sentences of ours above it."""

from bot.platforms import payload
from bot.platforms.payload import Payload
from bot.platforms.slack.render import Json

_OURS = "said-above"
_INITIAL = {  # what was filled in, by the name that Slack has for it before
    "value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_date": "initial_date",
    "selected_user": "initial_user",
}


def form_again(view: Payload, *sentences: str) -> Json:
    """The view to show in its place. It keeps its own name, so that sending it again is sending the same form."""
    values = payload.part(payload.part(view, "state"), "values")
    above = [_sentence(number, sentence) for number, sentence in enumerate(sentences)]
    blocks = [_filled(block, values) for block in view.get("blocks") or () if not _is_ours(block)]
    kept = ("callback_id", "private_metadata", "title", "submit", "close")
    return {"type": "modal", **{name: view[name] for name in kept if view.get(name)}, "blocks": above + blocks}


def _sentence(number: int, sentence: str) -> Json:
    text = {"type": "plain_text", "text": sentence}
    return {"type": "section", "block_id": f"{_OURS}-{number}", "text": text}


def _is_ours(block: Payload) -> bool:
    return str(block.get("block_id")).startswith(_OURS)


def _filled(block: Payload, values: Payload) -> Json:
    if block.get("type") != "input":
        return dict(block)
    before = payload.part(block, "element")
    answer = payload.perhaps(payload.perhaps(values, str(block.get("block_id"))), str(before.get("action_id")))
    element = {name: value for name, value in before.items() if name not in _INITIAL.values()}
    element |= {_INITIAL[name]: value for name, value in answer.items() if name in _INITIAL and value}
    return {**block, "element": element}
