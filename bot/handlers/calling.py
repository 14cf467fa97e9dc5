"""How members are called in a sentence: by mention, and where they are from in their own words."""

from collections.abc import Sequence

from bot.chat import Mention, Own, Part
from storage.models import Member


def names(people: Sequence[Member]) -> list[Part]:
    """One, two and three."""
    parts: list[Part] = []
    for index, member in enumerate(people):
        if index:
            parts.append(" and " if index == len(people) - 1 else ", ")
        parts.append(Mention(member.user))
    return parts


def where(member: Member) -> list[Part]:
    """Organisation and place, as they wrote them, in brackets; nothing if they wrote neither."""
    said = ", ".join(word for word in (member.organisation, member.place) if word)
    return [" (", Own(said), ")"] if said else []
