"""Messages become Adaptive Cards. With forms.py and words.py, the only place that knows their JSON.

Adaptive Cards 1.5, what Teams shows everywhere: adaptivecards.io/explorer; learn.microsoft.com/microsoftteams/platform,
"Cards reference", "Universal Actions", "Mention support within Adaptive Cards".
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from bot.chat import Block, Button, Buttons, Heading, Mention, Message, Note, Picture, Rule, Text, Words
from bot.domain.text import clean
from bot.handlers import FORM_BUTTONS
from bot.platforms.teams import words

Json = dict[str, Any]

CARD = "application/vnd.microsoft.card.adaptive"
CARD_BYTES = 24_000  # of JSON in UTF-8; Teams refuses messages a little larger, with everything around the card
_SPOKEN_BYTES = 3000  # of what is spoken, and again of what is shown where cards are not
_BODY_BYTES = CARD_BYTES - 2 * _SPOKEN_BYTES - 1000  # the rest is around them
_SUMMARY_BYTES = 200
_ABOUT_BYTES = 120
_MORE = "… (There is more in the message.)"


@dataclass(frozen=True, slots=True)
class Named:
    """How Teams calls a person: `called` is its id for this bot, `name` what is shown."""

    called: str
    name: str


def cards(said: Message, people: Mapping[str, Named], *, in_dialog: bool = False) -> list[Json]:
    """The cards that say it: one, unless it is very long. Who is not in `people` is "a member"."""
    names = _names(said, people)
    entities = {words.tag(names[user]): _entity(people[user].called, names[user]) for user in names}
    body = elements(said.blocks, names, in_dialog=in_dialog) or words.paragraph(("There is nothing to show.",), {})
    return [card(part, entities) for part in _split(body, entities)]


def activities(said: Message, people: Mapping[str, Named]) -> list[Json]:
    """The same as messages. `summary` is what a notification shows: the first line, which is Balcony's own, and no more."""
    drawn = cards(said, people)
    summary = words.shortened(drawn[0]["speak"].partition("\n")[0], _SUMMARY_BYTES)
    first, *rest = (_activity(each) for each in drawn)
    return [first | {"summary": summary}, *rest]


def mentioned(said: Message) -> set[str]:
    """The users whose names are needed."""
    return set(_mentions(said))


def elements(blocks: Iterable[Block], names: words.Names, *, in_dialog: bool = False) -> list[Json]:
    """What stands in a card for these blocks."""
    blocks = list(blocks)
    labels = Counter(button.label for block in blocks if isinstance(block, Buttons) for button in block.buttons)
    drawn: list[Json] = []
    ruled = False
    for index, block in enumerate(blocks):
        if isinstance(block, Buttons):
            about = _about(blocks[:index])
            more = [_row(block, {each for each in labels if labels[each] > 1}, about, in_dialog=in_dialog)]
        else:
            more = _text(block, names)
        if ruled and more:
            more[0] = more[0] | {"separator": True, "spacing": "large"}
        ruled = isinstance(block, Rule) or (ruled and not more)
        drawn += more
    return drawn


def card(body: list[Json], entities: Mapping[str, Json], actions: Sequence[Json] = ()) -> Json:
    """A card, with all of it in `speak` and `fallbackText` too, for who hears it and for clients without cards."""
    text = "\n".join(line for element in body if (line := words.read(element)))
    in_it = [entity for tag, entity in sorted(entities.items()) if _is_in(tag, body)]
    plain = text.replace("<", "‹").replace(">", "›")  # `speak` may be markup
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "fallbackText": _for_markdown(text or "Balcony"),
        "speak": words.shortened(plain or "Balcony", _SPOKEN_BYTES, _MORE),
        "msteams": {"width": "Full", **({"entities": in_it} if in_it else {})},
        "body": body,
        **({"actions": list(actions)} if actions else {}),
    }


def _text(block: Block, names: words.Names) -> list[Json]:
    match block:
        case Text(parts):
            return words.paragraph(parts, names)
        case Note(parts):
            drawn = words.paragraph(parts, names, words.SMALL)
            return [element | {"spacing": "small"} for element in drawn[:1]] + drawn[1:]
        case Words(text):
            return words.quotation(text)
        case Heading(text):
            return words.heading(text)
        case Picture(url, alt):
            return [_picture(url, clean(alt))]
        case _:
            return []


def _picture(url: str, alt: str) -> Json:
    """Pressed, it opens: in the card it may be too small to be read."""
    opens = {"type": "Action.OpenUrl", "title": "Open the picture", "url": url}
    return {"type": "Image", "url": url, "altText": alt, "selectAction": opens}


def _row(block: Buttons, ambiguous: set[str], about: str, *, in_dialog: bool) -> Json:
    drawn = [_action(button, in_dialog=in_dialog) for button in block.buttons]
    for button, action in zip(block.buttons, drawn, strict=True):
        if about and button.label in ambiguous:
            action["tooltip"] = about
    return {"type": "ActionSet", "actions": drawn}


def _action(button: Button, *, in_dialog: bool) -> Json:
    """In a dialog there is only Action.Submit, and it opens the next dialog by its answer."""
    data = {"verb": button.name, "value": button.value}
    style = {"style": "positive"} if button.main else {}
    if in_dialog:
        return {"type": "Action.Submit", "title": button.label, "data": data, **style}
    if button.name in FORM_BUTTONS:
        fetch = {"msteams": {"type": "task/fetch"}}
        return {"type": "Action.Submit", "title": button.label, "data": fetch | data, **style}
    return {"type": "Action.Execute", "title": button.label, "verb": button.name, "data": data, **style}


def _about(before: Sequence[Block]) -> str:
    """What a row of buttons is about, for who hears only the button: the words quoted before it, else its paragraph."""
    about: Block | None = None
    for block in reversed(before):
        if isinstance(block, Words) or (isinstance(block, Text) and about is None):
            about = block
        if not isinstance(block, Words | Note):
            break
    text = " ".join(map(words.read, _text(about, {}))) if about else ""
    return words.shortened(" ".join(text.split()), _ABOUT_BYTES)


def _split(body: Sequence[Json], entities: Mapping[str, Json]) -> Iterator[list[Json]]:
    """What each card holds. Buttons stay with what is before them; what belongs together stays together if it can."""
    page: list[Json] = []
    for group in _groups(body):
        parts = [group] if _bytes(group, entities) <= _BODY_BYTES else _glued(group)
        for part in parts:
            if page and _bytes(page + part, entities) > _BODY_BYTES:
                yield page
                page = []
            page = page + part
    if page:
        yield page


def _groups(body: Sequence[Json]) -> Iterator[list[Json]]:
    """Everything up to its buttons."""
    group: list[Json] = []
    for element in body:
        group.append(element)
        if element["type"] == "ActionSet":
            yield group
            group = []
    if group:
        yield group


def _glued(group: Sequence[Json]) -> list[list[Json]]:
    """Element by element, but the buttons with the one before them."""
    parts = [[element] for element in group]
    return parts if len(parts) < 2 or group[-1]["type"] != "ActionSet" else [*parts[:-2], list(group[-2:])]  # noqa: PLR2004  a pair


def _bytes(part: Sequence[Json], entities: Mapping[str, Json]) -> int:
    return words.size(part) + sum(words.size(entity) + 2 for tag, entity in entities.items() if _is_in(tag, part))


def _is_in(tag: str, body: Sequence[Json]) -> bool:
    return any(element["type"] == "TextBlock" and tag in element["text"] for element in body)


def _names(said: Message, people: Mapping[str, Named]) -> dict[str, str]:
    """What each person in it is called. Teams finds people by their text, so no two have the same."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for user in dict.fromkeys(_mentions(said)):
        if user in people:
            name = words.harmless_name(people[user].name)
            numbered = (name if number == 1 else f"{name} ({number})" for number in count(1))
            names[user] = next(each for each in numbered if each.casefold() not in taken)
            taken.add(names[user].casefold())
    return names


def _mentions(said: Message) -> Iterator[str]:
    for block in said.blocks:
        if isinstance(block, Text | Note):
            yield from (part.user for part in block.parts if isinstance(part, Mention))


def _entity(called: str, name: str) -> Json:
    return {"type": "mention", "text": words.tag(name), "mentioned": {"id": called, "name": name}}


def _activity(drawn: Json) -> Json:
    return {"type": "message", "attachments": [{"contentType": CARD, "content": drawn}]}


def _for_markdown(text: str) -> str:
    """Where cards are not shown, this is, and read as Markdown: a paragraph for each line."""
    room = _SPOKEN_BYTES
    while True:
        lines = words.escaped(words.shortened(text, room, _MORE)).split("\n")
        shown = "\n\n".join(line.strip() for line in lines if line.strip())
        if words.size(shown) <= _SPOKEN_BYTES:
            return shown
        room = room * 2 // 3
