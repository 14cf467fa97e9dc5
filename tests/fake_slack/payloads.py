"""The shapes in which Slack tells the bot what somebody did."""

from .state import Workspace
from .things import Channel, Json, Posted, View

TOKEN = "test-verification-token"


def command(workspace: Workspace, user: str, channel: Channel, name: str, text: str) -> dict[str, str]:
    """The form of a slash command. enterprise_id is absent outside Enterprise Grid."""
    return {
        "token": TOKEN,
        "team_id": workspace.team_id,
        "team_domain": workspace.team_domain,
        "channel_id": channel.id,
        "channel_name": "privategroup" if channel.kind == "private" else channel.name,
        "user_id": user,
        "user_name": workspace.users[user].name,
        "command": name,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
    }


def interaction(workspace: Workspace, kind: str, user: str) -> Json:
    """What every interaction begins with."""
    person = workspace.users[user]
    return {
        "type": kind,
        "team": {"id": workspace.team_id, "domain": workspace.team_domain},
        "user": {"id": user, "username": person.name, "name": person.name, "team_id": workspace.team_id},
        "api_app_id": workspace.app_id,
        "token": TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def on_message(workspace: Workspace, posted: Posted, values: Json) -> Json:
    """Where an action on a message happened; the message itself is left out when it is ephemeral."""
    channel = workspace.channels[posted.channel]
    container: Json = {
        "type": "message",
        "message_ts": posted.ts,
        "channel_id": posted.channel,
        "is_ephemeral": posted.user is not None,
    }
    if posted.thread_ts:
        container["thread_ts"] = posted.thread_ts
    shape: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": "privategroup" if channel.kind == "private" else channel.name},
        "state": {"values": values},
    }
    if posted.user is None:
        shape["message"] = message(workspace, posted, metadata=True)
    return shape


def on_view(workspace: Workspace, view: View, values: Json) -> Json:
    """Where an action on a modal or on the Home happened."""
    return {
        "container": {"type": "view", "view_id": view.id},
        "view": view_shape(workspace, view, values),
    }


def view_shape(workspace: Workspace, view: View, values: Json) -> Json:
    """A view as Slack shows it to the bot, with what is filled in."""
    body: Json = {"private_metadata": "", "callback_id": "", "external_id": "", **view.body}
    for key in ("title", "submit", "close"):
        body.setdefault(key, None)
    for key in ("clear_on_close", "notify_on_close"):
        body.setdefault(key, False)
    return body | {
        "id": view.id,
        "team_id": workspace.team_id,
        "state": {"values": values},
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "app_id": workspace.app_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": "B0BOT",
    }


def message(workspace: Workspace, posted: Posted, *, metadata: bool) -> Json:
    """A message as Slack's methods and payloads give it."""
    shape: Json = {"type": "message", "user": posted.author, "ts": posted.ts, "text": posted.text}
    if posted.author == workspace.bot_user:
        shape |= {"bot_id": "B0BOT", "app_id": workspace.app_id}
    shape["team"] = workspace.team_id
    if posted.blocks:
        shape["blocks"] = posted.blocks
    if posted.thread_ts:
        shape["thread_ts"] = posted.thread_ts
    if posted.edits:
        shape["edited"] = {"user": posted.author, "ts": posted.ts}
    if metadata and posted.metadata:
        shape["metadata"] = posted.metadata
    return shape


def envelope(workspace: Workspace, event: Json, event_id: str) -> Json:
    """The Events API's wrapping of an event."""
    return {
        "token": TOKEN,
        "team_id": workspace.team_id,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(workspace.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": workspace.bot_user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"EC-{event_id}",
    }
