"""chat.*: posting, changing and deleting the bot's messages."""

from typing import Any

from . import payloads, posting
from .methods import Method, known_user, visible_channel
from .state import Workspace
from .things import Channel, Json, Posted, SlackError


def post_message(workspace: Workspace, args: Json) -> Json:
    """Posts to a channel, or to a user's direct message when `channel` is a user id (deactivated ones too)."""
    channel = _destination(workspace, args)
    posted = workspace.post(_message(workspace, channel, args, "chat.postMessage"))
    return {
        "channel": channel.id,
        "ts": posted.ts,
        "message": payloads.message(workspace, posted, metadata=True),
    }


def post_ephemeral(workspace: Workspace, args: Json) -> Json:
    """Shows a message to one member of a channel; it has no history and cannot be changed."""
    channel = _destination(workspace, args)
    user = known_user(workspace, args.get("user"))
    if user.id not in channel.members:
        raise SlackError("user_not_in_channel")
    posted = _message(workspace, channel, args, "chat.postEphemeral")
    posted.user = user.id
    workspace.post(posted)
    return {"message_ts": posted.ts}


def update(workspace: Workspace, args: Json) -> Json:
    """Changes an own message. Without `blocks` the former blocks stay, as in real Slack."""
    posted = _own(workspace, args, "cant_update_message")
    given = args.get("blocks")
    blocks = posted.blocks if given is None else given
    if args.get("text") is None and given is None:
        raise SlackError("no_text")
    text, blocks = posting.checked(args.get("text", ""), blocks)
    posted.edit(text, workspace.with_ids(blocks))
    if "metadata" in args:
        # An empty object takes the metadata away; none at all leaves it.
        posted.metadata = _metadata(args["metadata"] or None)
    workspace.changed()
    message = payloads.message(workspace, posted, metadata=True)
    return {"channel": posted.channel, "ts": posted.ts, "text": posted.text, "message": message}


def delete(workspace: Workspace, args: Json) -> Json:
    posted = _own(workspace, args, "cant_delete_message")
    posted.deleted = True
    workspace.changed()
    return {"channel": posted.channel, "ts": posted.ts}


CHAT = {
    "chat.postMessage": Method(post_message, "chat:write"),
    "chat.postEphemeral": Method(post_ephemeral, "chat:write"),
    "chat.update": Method(update, "chat:write"),
    "chat.delete": Method(delete, "chat:write"),
}


def _destination(workspace: Workspace, args: Json) -> Channel:
    target = str(args.get("channel", ""))
    if target in workspace.users and target != workspace.bot_user:
        return workspace.open_dm(target)
    channel = visible_channel(workspace, target)
    if channel.archived:
        raise SlackError("is_archived")
    if workspace.bot_user not in channel.members and "chat:write.public" not in workspace.scopes:
        raise SlackError("not_in_channel")
    return channel


def _message(workspace: Workspace, channel: Channel, args: Json, via: str) -> Posted:
    text, blocks = posting.checked(args.get("text"), args.get("blocks"))
    thread = args.get("thread_ts")
    if thread and not _in_channel(workspace, channel.id, thread):
        raise SlackError("thread_not_found")
    return Posted(
        channel=channel.id,
        text=text,
        blocks=workspace.with_ids(blocks),
        ts=workspace.new_ts(),
        author=workspace.bot_user,
        via=via,
        metadata=_metadata(args.get("metadata")),
        thread_ts=thread,
        by_token=workspace.bot_token,
    )


def _metadata(metadata: Any) -> Json | None:
    if metadata is None:
        return None
    well_formed = (
        isinstance(metadata, dict)
        and set(metadata) == {"event_type", "event_payload"}
        and isinstance(metadata["event_type"], str)
        and isinstance(metadata["event_payload"], dict)
    )
    if not well_formed:
        raise SlackError("invalid_metadata_format")
    found: Json = metadata
    return found


def _in_channel(workspace: Workspace, channel: str, ts: Any) -> Posted | None:
    """The message at this time that is not deleted and not ephemeral."""
    for message in workspace.messages:
        if message.channel == channel and message.ts == ts and message.user is None and not message.deleted:
            return message
    return None


def _own(workspace: Workspace, args: Json, refusal: str) -> Posted:
    channel = visible_channel(workspace, args.get("channel"))
    message = _in_channel(workspace, channel.id, args.get("ts"))
    if message is None:
        raise SlackError("message_not_found")
    if message.author != workspace.bot_user:
        raise SlackError(refusal)
    if channel.archived:
        raise SlackError("is_archived")
    return message
