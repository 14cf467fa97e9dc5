"""Taking a message: Slack's checks, then the commit."""

from typing import Any

from .blocks import MESSAGE_CHARACTERS, characters, has_nul, message_errors
from .state import Workspace
from .things import Json, Posted, SlackError

TEXT_CHARACTERS = 40_000


def checked(text: Any, blocks: Any) -> tuple[str, list[Json]]:
    """The text and blocks of a message that Slack takes; SlackError for any other."""
    text = "" if text is None else text
    blocks = [] if blocks is None else blocks
    if not isinstance(text, str):
        raise SlackError("invalid_arguments")
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    if not text.strip() and not blocks:
        raise SlackError("no_text")
    if has_nul(text):
        raise SlackError("invalid_arguments")
    if len(text) > TEXT_CHARACTERS:
        raise SlackError("msg_too_long")
    if errors := message_errors(blocks):
        raise SlackError("invalid_blocks", errors=errors, response_metadata={"messages": errors})
    if characters(blocks) > MESSAGE_CHARACTERS:
        raise SlackError("msg_blocks_too_long")
    return text, blocks


def respond(workspace: Workspace, user: str, channel: str, message: Json, via: str) -> Posted:
    """Shows an answer to a gesture: to its author alone unless it asks for in_channel."""
    text, blocks = checked(message.get("text"), message.get("blocks"))
    kind = message.get("response_type", "ephemeral")
    if kind not in ("ephemeral", "in_channel"):
        raise SlackError("invalid_arguments")
    return workspace.post(
        Posted(
            channel=channel,
            text=text,
            blocks=workspace.with_ids(blocks),
            ts=workspace.new_ts(),
            author=workspace.bot_user,
            via=via,
            user=user if kind == "ephemeral" else None,
            thread_ts=message.get("thread_ts"),
        )
    )
