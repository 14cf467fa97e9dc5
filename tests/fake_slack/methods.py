"""What the Web API's methods share: their type, scopes, and reading an argument."""

from collections.abc import Callable
from dataclasses import dataclass

from .state import Workspace
from .things import Channel, Json, SlackError, User

PREFIX = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}


@dataclass(frozen=True)
class Method:
    """One method: (workspace, arguments) in, the answer without `ok` out, SlackError to refuse."""

    run: Callable[[Workspace, Json], Json]
    scope: str | None = None


def need(workspace: Workspace, scope: str) -> None:
    if scope not in workspace.scopes:
        provided = ",".join(sorted(workspace.scopes))
        raise SlackError("missing_scope", needed=scope, provided=provided)


def visible_channel(workspace: Workspace, channel_id: object) -> Channel:
    """The conversation with this id as far as the bot can know of it."""
    channel = workspace.channels.get(str(channel_id))
    if channel is None:
        raise SlackError("channel_not_found")
    if channel.kind != "public" and workspace.bot_user not in channel.members:
        raise SlackError("channel_not_found")
    return channel


def known_user(workspace: Workspace, user_id: object) -> User:
    user = workspace.users.get(str(user_id))
    if user is None:
        raise SlackError("user_not_found")
    return user


def is_true(value: object) -> bool:
    """A boolean as JSON, forms and query strings write it."""
    return value is True or str(value).lower() in ("1", "true")
