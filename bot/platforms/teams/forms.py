"""Forms become Adaptive Cards: in a dialog where Teams opens dialogs, in the chat where it does not.

The inputs of Adaptive Cards 1.5 have no place for a hint. It is a second line of the label, so that whoever hears the
form hears it before they answer, and whoever sees it still does while they write.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from bot.chat import Form, Message, Problems, Question, note
from bot.domain.pieces import pieces
from bot.domain.text import clean
from bot.platforms.teams import words
from bot.platforms.teams.render import CARD, CARD_BYTES, Named, card, cards, elements

Json = dict[str, Any]
Answers = Mapping[str, str | tuple[str, ...]]

_TITLE = 64  # characters
_LARGE_FROM = 4  # questions
_WIDTH = "medium"
_MEND = "Something below needs mending. What you wrote is still here."
_LOST = "Something below needs mending, and not all that you wrote fits here again."
_SHORT = 100  # characters; nothing is gained by cutting less
_REST = "There is more than fits here."
_NEEDED: Mapping[str, str] = {
    "line": "Please fill this in",
    "lines": "Please fill this in",
    "choice": "Please choose one",
    "ticks": "Please tick at least one",
    "day": "Please choose a day",
    "person": "Please choose somebody",
}
# The whole organisation: in a personal chat "scope=currentContext" would find nobody but the person who asks.
_PEOPLE: Json = {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}


def dialog(form: Form, id: str, *, problems: Problems | None = None, answers: Answers | None = None) -> Json:  # noqa: A002  Teams' own word
    """The form, as the value of a task that continues."""
    send = {"type": "Action.Submit", "title": clean(form.send), "data": _data(form, id), "style": "positive"}
    size = "large" if len(form.questions) >= _LARGE_FROM else "medium"
    return _task(form.title, size, _filled([], form, send, problems, answers))


def dialog_message(said: Message, people: Mapping[str, Named]) -> Json:
    """A message in the dialog: what a form turns into when it was sent."""
    first, *rest = cards(said, people, in_dialog=True)
    if rest:
        first["body"] += elements([note(_REST)], {})
    return _task("Balcony", "medium", first)


def form_card(form: Form, id: str, *, problems: Problems | None = None, answers: Answers | None = None) -> Json:  # noqa: A002  Teams' own word
    """The form, as a card for the chat."""
    send = {
        "type": "Action.Execute",
        "title": clean(form.send),
        "verb": "form",
        "data": _data(form, id),
        "style": "positive",
    }
    return _filled(words.heading(form.title), form, send, problems, answers)


def _task(title: str, height: str, content: Json) -> Json:
    fitting = clean(title)
    if len(fitting) > _TITLE:
        fitting = next(pieces(fitting, _TITLE - 1)) + "…"
    return {"title": fitting, "height": height, "width": _WIDTH, "card": {"contentType": CARD, "content": content}}


def _data(form: Form, id: str) -> Json:  # noqa: A002  Teams' own word
    return {"form": form.name, "words": clean(form.words), "id": id}


def _filled(head: list[Json], form: Form, send: Json, problems: Problems | None, answers: Answers | None) -> Json:
    """The card. What somebody typed beyond every limit is shown again as far as it fits, and the first line says so."""
    wrong = dict(problems.by_question) if problems else {}
    values = {question.name: _value(question, answers) for question in form.questions}
    top = _MEND if wrong else ""
    while True:
        body = [*head, *_warning(top), *elements(form.intro, {}), *_asked(form, wrong, values)]
        drawn = card(body, {}, [send])
        longest = max(values, key=lambda name: len(values[name]))
        if words.size(drawn) < CARD_BYTES or len(values[longest]) < _SHORT:
            return drawn
        top, values[longest] = _LOST, words.shortened(values[longest], words.size(values[longest]) // 2)


def _asked(form: Form, wrong: Mapping[str, str], values: Mapping[str, str]) -> Iterator[Json]:
    """The inputs, each under what is wrong with it."""
    for name, sentence in wrong.items():
        if name not in values:
            yield from _warning(sentence)
    for question in form.questions:
        warning = _warning(wrong.get(question.name, ""))
        yield from warning
        yield _input(question, values[question.name]) | ({"spacing": "small"} if warning else {})


def _warning(sentence: str) -> list[Json]:
    drawn = words.paragraph((sentence,), {}, words.WRONG)
    return [element | {"spacing": "medium"} for element in drawn[:1]] + drawn[1:]


def _value(question: Question, answers: Answers | None) -> str:
    """What stands in the input: what they had typed, else what the form begins with."""
    given = question.initial if answers is None else answers.get(question.name, "")
    return clean(given if isinstance(given, str) else ",".join(given))


def _input(question: Question, value: str) -> Json:
    label = f"{question.label}\n{question.hint}" if question.hint else question.label
    drawn: Json = {"type": "Input.Text", "id": question.name, "label": words.without_functions(clean(label))}
    if question.needed:
        drawn |= {"isRequired": True, "errorMessage": f"{_NEEDED[question.kind]}: {_escaped_line(question.label)}"}
    options = [option.value for option in question.options]
    match question.kind:
        case "line" | "lines":
            drawn |= {"isMultiline": question.kind == "lines", "maxLength": max(question.limit, _length(value))}
        case "choice":
            drawn |= {"type": "Input.ChoiceSet", "style": "compact", "placeholder": "Choose one"}
            drawn["choices"] = _choices(question)
            value = value if value in options else ""
        case "ticks":
            drawn |= {"type": "Input.ChoiceSet", "style": "expanded", "isMultiSelect": True, "wrap": True}
            drawn["choices"] = [each | {"title": _escaped_line(each["title"])} for each in _choices(question)]
            value = ",".join(each for each in value.split(",") if each in options)
        case "day":
            drawn |= {"type": "Input.Date"}
            value = value if _is_day(value) else ""
        case "person":
            drawn |= {"type": "Input.ChoiceSet", "style": "filtered", "placeholder": "Write a name"}
            drawn |= {"choices": [], "choices.data": _PEOPLE}
    return drawn | ({"value": value} if value.strip() else {})


def _choices(question: Question) -> list[Json]:
    return [
        {"title": words.without_functions(clean(option.label)), "value": option.value} for option in question.options
    ]


def _escaped_line(text: str) -> str:
    """Titles of ticks and error messages are read as Markdown."""
    return words.escaped(" ".join(clean(text).split()))


def _length(text: str) -> int:
    """As the clients count it."""
    return len(text.encode("utf-16-le")) // 2


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
