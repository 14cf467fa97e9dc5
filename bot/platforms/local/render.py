"""Messages and forms as lines of plain text; buttons have numbers."""

from collections.abc import Iterator, Sequence

from bot.chat import (
    Block,
    Bold,
    Button,
    Buttons,
    Command,
    Form,
    Heading,
    Mention,
    Message,
    Note,
    Own,
    Part,
    Picture,
    Rule,
    Text,
    Words,
)


def lines(message: Message, first_button: int = 1) -> list[str]:
    """The message, a line for each; its buttons are numbered from `first_button`."""
    numbers = iter(range(first_button, 1000))
    return [line for block in message.blocks for line in _block(block, numbers)]


def as_text(message: Message) -> str:
    return "\n".join(lines(message))


def form_lines(form: Form) -> list[str]:
    """What a form asks."""
    intro = [line for block in form.intro for line in _block(block, iter(()))]
    return [
        f"[ {form.title} ]",
        *intro,
        *(f"{question.label}{'' if question.needed else ' (optional)'}" for question in form.questions),
    ]


def buttons_of(message: Message) -> list[Button]:
    """Its buttons, in the order of their numbers."""
    return [button for block in message.blocks if isinstance(block, Buttons) for button in block.buttons]


def _block(block: Block, numbers: Iterator[int]) -> list[str]:
    match block:
        case Text(parts):
            return _inline(parts).split("\n")
        case Note(parts):
            return [f"  {line}" for line in _inline(parts).split("\n")]
        case Words(text):
            return [f"  “{text}”"]
        case Heading(text):
            return [text.upper()]
        case Rule():
            return ["—"]
        case Buttons(row):
            return ["  ".join(f"[{next(numbers)}] {button.label}" for button in row)]
        case Picture(url, alt):
            return [f"[ {alt} ]", f"  {url}"]


def _inline(parts: Sequence[Part]) -> str:
    return "".join(_part(part) for part in parts)


def _part(part: Part) -> str:
    match part:
        case str():
            return part
        case Bold(text) | Own(text) | Command(text):
            return text
        case Mention(user):
            return f"@{user}"
