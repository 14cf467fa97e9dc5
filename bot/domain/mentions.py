"""People who are named in what somebody wrote: how every platform writes a mention into an event's words."""

import re

_MENTION = re.compile(r"<@([^<>|\s]+)(?:\|[^<>]*)?>")


def mention(user: str) -> str:
    """As it stands in the words of an event. `user` is the platform's own id."""
    return f"<@{user}>"


def parted(words: str) -> tuple[tuple[str, ...], str]:
    """The ids of everybody who is mentioned, each once, and the words without the mentions."""
    users = dict.fromkeys(_MENTION.findall(words))
    return tuple(users), " ".join(_MENTION.sub(" ", words).split()) if users else words.strip()
