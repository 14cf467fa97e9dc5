"""conversations.* and users.info: what the bot may know of places and people, each behind its scope."""

import binascii
import math
from base64 import b64decode, b64encode
from datetime import datetime
from zoneinfo import ZoneInfo

from . import payloads
from .methods import PREFIX, Method, is_true, known_user, need, visible_channel
from .state import Workspace
from .things import Channel, Json, Posted, SlackError

MOST_USERS, MOST_ITEMS = 8, 999


def open_(workspace: Workspace, args: Json) -> Json:
    """The direct message with one user, or the group message with two to eight."""
    users = _listed(args.get("users"))
    need(workspace, "im:write" if len(users) < 2 else "mpim:write")
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > MOST_USERS:
        raise SlackError("too_many_users")
    for user in users:
        if known_user(workspace, user).deactivated:
            raise SlackError("user_disabled")
    channel = workspace.open_dm(users[0]) if len(users) == 1 else workspace.open_group(users)
    workspace.changed()
    whole = is_true(args.get("return_im", False))
    return {"channel": _shape(channel) if whole else {"id": channel.id}}


def history(workspace: Workspace, args: Json) -> Json:
    """Messages, newest first, after `oldest` and before `latest`, by pages of `limit`. A page ends at a message, not at a number."""
    channel = visible_channel(workspace, args.get("channel"))
    need(workspace, f"{PREFIX[channel.kind]}:history")
    if workspace.bot_user not in channel.members:
        raise SlackError("not_in_channel")
    found = [message for message in reversed(workspace.messages) if _in_range(message, channel, args)]
    limit, before = _limit(args), _before(args)
    found = [message for message in found if _time(message.ts) < before]
    page, more = found[:limit], len(found) > limit
    metadata = is_true(args.get("include_all_metadata", False))
    return {
        "messages": [payloads.message(workspace, message, metadata=metadata) for message in page],
        "has_more": more,
        "response_metadata": {"next_cursor": b64encode(f"next_ts:{page[-1].ts}".encode()).decode() if more else ""},
    }


def info(workspace: Workspace, args: Json) -> Json:
    channel = visible_channel(workspace, args.get("channel"))
    need(workspace, f"{PREFIX[channel.kind]}:read")
    return {"channel": _shape(channel) | {"is_member": workspace.bot_user in channel.members}}


def members(workspace: Workspace, args: Json) -> Json:
    """Members by pages of `limit`."""
    channel = visible_channel(workspace, args.get("channel"))
    need(workspace, f"{PREFIX[channel.kind]}:read")
    start, limit = _page(args)
    more = len(channel.members) > start + limit
    return {
        "members": channel.members[start : start + limit],
        "response_metadata": {"next_cursor": str(start + limit) if more else ""},
    }


def user_info(workspace: Workspace, args: Json) -> Json:
    user = known_user(workspace, args.get("user"))
    profile: Json = {"real_name": user.name, "display_name": user.name}
    if "users:read.email" in workspace.scopes and user.email:
        profile["email"] = user.email
    offset = datetime.fromtimestamp(workspace.now(), ZoneInfo(user.tz)).utcoffset()
    shape: Json = {
        "id": user.id,
        "team_id": workspace.team_id,
        "name": user.name,
        "real_name": user.name,
        "deleted": user.deactivated,
        "tz": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": profile,
        "is_bot": user.id == workspace.bot_user,
        "is_app_user": False,
    }
    if is_true(args.get("include_locale", False)):
        shape["locale"] = user.locale
    return {"user": shape}


CONVERSATIONS = {
    "conversations.open": Method(open_),
    "conversations.history": Method(history),
    "conversations.info": Method(info),
    "conversations.members": Method(members),
    "users.info": Method(user_info, "users:read"),
}


def _listed(users: object) -> list[str]:
    names = users if isinstance(users, list) else str(users or "").split(",")
    return [str(name).strip() for name in dict.fromkeys(names) if str(name).strip()]


def _in_range(message: Posted, channel: Channel, args: Json) -> bool:
    if message.channel != channel.id or message.user is not None or message.deleted:
        return False
    if message.thread_ts and message.thread_ts != message.ts:
        return False  # replies are in conversations.replies only
    ts, oldest, latest = (_time(each) for each in (message.ts, args.get("oldest", "0"), args.get("latest", "9e15")))
    if is_true(args.get("inclusive", False)):
        return oldest <= ts <= latest
    return oldest < ts < latest


def _time(ts: object) -> float:
    try:
        return float(str(ts))
    except ValueError:
        raise SlackError("invalid_ts_oldest") from None


def _page(args: Json) -> tuple[int, int]:
    try:
        start = int(args.get("cursor") or 0)
    except ValueError:
        raise SlackError("invalid_cursor") from None
    if start < 0:
        raise SlackError("invalid_cursor")
    return start, _limit(args)


def _limit(args: Json) -> int:
    try:
        limit = int(args.get("limit") or 100)
    except ValueError:
        raise SlackError("invalid_limit") from None
    if not 1 <= limit <= MOST_ITEMS:
        raise SlackError("invalid_limit")
    return limit


def _before(args: Json) -> float:
    """The time of the message at which the page before this one ended."""
    if not args.get("cursor"):
        return math.inf
    try:
        written = b64decode(str(args["cursor"]), validate=True).decode()
        return float(written.removeprefix("next_ts:"))
    except (binascii.Error, ValueError):
        raise SlackError("invalid_cursor") from None


def _shape(channel: Channel) -> Json:
    shape: Json = {
        "id": channel.id,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "public",
        "is_archived": channel.archived,
    }
    if channel.kind == "im":
        return shape | {"user": channel.members[0]}
    return shape | {"name": channel.name, "num_members": len(channel.members)}
