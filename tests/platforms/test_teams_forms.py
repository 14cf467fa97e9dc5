"""How forms look in Teams: labels and sentences for who sees and who hears, and nothing of what was typed is lost."""

from typing import Any

import pytest
from hypothesis import given

from bot.chat import Block, Bold, Button, Form, Mention, Option, Problems, Question, Words, buttons, note, say, text
from bot.domain.text import clean
from bot.platforms.teams import forms
from bot.platforms.teams.render import CARD, Named
from tests.fake_teams.cards import Json, card_errors
from tests.platforms.adaptive import read
from tests.platforms.test_teams_render import HOSTILE, fast, pieces_of

AB = (Option("A thing", "a"), Option("B thing", "b"))
EVERY = (
    Question("what", "What will you do?", "lines", "Small.", limit=300),
    Question("place", "Place", "line", needed=False, limit=80),
    Question("part", "Part", "choice", options=AB),
    Question("ticks", "Which?", "ticks", options=AB),
    Question("day", "Day", "day"),
    Question("who", "Who?", "person"),
)


def form(*questions: Question, intro: tuple[Block, ...] = ()) -> Form:
    return Form("commit", "One small thing", "Keep it", questions or EVERY, words="the words", intro=intro)


def inputs(card: Json) -> dict[str, Json]:
    return {element["id"]: element for element in card["body"] if element["type"].startswith("Input.")}


def drawn(of: Form, **more: Any) -> dict[str, Json]:
    """Its inputs, the same in a dialog and in the chat."""
    inside, chat = forms.dialog(of, "id", **more)["card"]["content"], forms.form_card(of, "id", **more)
    assert card_errors(inside) == card_errors(chat) == []
    assert inputs(inside) == inputs(chat)
    return inputs(inside)


def one(question: Question, **more: Any) -> Json:
    return drawn(form(question), **more)[question.name]


# --- what it is sent with --------------------------------------------------------------------------


def test_a_dialog_sends_what_names_it() -> None:
    """One Action.Submit, with the form's name, its words and the id that makes it count once."""
    task = forms.dialog(form(), "k1")
    assert (task["title"], task["height"], task["width"]) == ("One small thing", "large", "medium")
    assert task["card"]["contentType"] == CARD
    (send,) = task["card"]["content"]["actions"]
    data = {"form": "commit", "words": "the words", "id": "k1"}
    assert send == {"type": "Action.Submit", "title": "Keep it", "data": data, "style": "positive"}
    assert forms.dialog(form(EVERY[0]), "k1")["height"] == "medium"


def test_a_card_in_the_chat_sends_the_same() -> None:
    """By an Action.Execute, and with its title in it, for there is no dialog around it."""
    card = forms.form_card(form(), "k1")
    (send,) = card["actions"]
    assert (send["type"], send["verb"]) == ("Action.Execute", "form")
    assert send["data"] == {"form": "commit", "words": "the words", "id": "k1"}
    assert (card["body"][0]["text"], card["body"][0]["style"]) == ("One small thing", "heading")


def test_what_a_form_turns_into() -> None:
    """The message in the dialog; its buttons come back from there, and a dialog holds one card."""
    said = say(
        text("Kept, ", Mention("U1"), "."),
        buttons(Button("Edit", "commitment.edit", "a"), Button("Undo", "commitment.undo", "a")),
    )
    task = forms.dialog_message(said, {"U1": Named("29:ana", "Ana")})
    assert (task["title"], task["card"]["contentType"]) == ("Balcony", CARD)
    card = task["card"]["content"]
    assert card_errors(card) == []
    assert read(card).mentions == ["29:ana"]
    assert [each["data"] for each in card["body"][1]["actions"]] == [
        {"verb": "commitment.edit", "value": "a"}, {"verb": "commitment.undo", "value": "a"},
    ]  # fmt: skip
    long = forms.dialog_message(say(Words("word " * 10_000)), {})["card"]["content"]
    assert card_errors(long) == []
    assert read(long).lines[-1] == "There is more than fits here."


# --- inputs ----------------------------------------------------------------------------------------


def test_every_kind_of_question() -> None:
    """Each as the input that Teams has for it."""
    found = drawn(form())
    kinds = {name: (each["type"], each.get("style"), each.get("isMultiSelect")) for name, each in found.items()}
    assert kinds == {
        "what": ("Input.Text", None, None),
        "place": ("Input.Text", None, None),
        "part": ("Input.ChoiceSet", "compact", None),
        "ticks": ("Input.ChoiceSet", "expanded", True),
        "day": ("Input.Date", None, None),
        "who": ("Input.ChoiceSet", "filtered", None),
    }
    assert (found["what"]["isMultiline"], found["place"]["isMultiline"]) == (True, False)
    assert (found["what"]["maxLength"], found["place"]["maxLength"]) == (300, 80)
    assert [choice["value"] for choice in found["part"]["choices"]] == ["a", "b"]
    assert found["who"]["choices.data"] == {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}


def test_labels_hold_the_hints() -> None:
    """So that who hears the form hears them before they answer."""
    found = drawn(form())
    assert (found["what"]["label"], found["place"]["label"]) == ("What will you do?\nSmall.", "Place")


def test_what_is_needed_says_so() -> None:
    """A sentence for each that is needed, and none for the others."""
    found = drawn(form())
    assert {name: each.get("errorMessage") for name, each in found.items()} == {
        "what": "Please fill this in: What will you do?", "place": None, "part": "Please choose one: Part",
        "ticks": "Please tick at least one: Which?", "day": "Please choose a day: Day", "who": "Please choose somebody: Who?",
    }  # fmt: skip
    assert [name for name, each in found.items() if not each.get("isRequired")] == ["place"]


@pytest.mark.parametrize(("kind", "initial", "shown"), [
    ("line", "tea", "tea"), ("lines", "tea\nat *three*", "tea\nat *three*"), ("line", "  ", None), ("line", "", None),
    ("choice", "b", "b"), ("choice", "c", None), ("ticks", "a,b", "a,b"), ("ticks", "c,b", "b"), ("ticks", "c", None),
    ("day", "2026-11-26", "2026-11-26"), ("day", "26/11/2026", None), ("day", "20261126", None), ("person", "U03", "U03"),
])  # fmt: skip
def test_what_a_form_begins_with(kind: Any, initial: str, shown: str | None) -> None:
    """Stands in its input, to the letter; what Teams could not show there is left out."""
    assert one(Question("x", "X", kind, initial=initial, options=AB)).get("value") == shown


def test_what_they_had_typed_is_there_again() -> None:
    """It goes before what the form began with, also where it was emptied."""
    began = Question("what", "What?", "lines", initial="before")
    assert one(began, answers={"what": "after"})["value"] == "after"
    assert "value" not in one(began, answers={})
    assert (
        one(Question("ticks", "Which?", "ticks", initial="a", options=AB), answers={"ticks": ("a", "b")})["value"]
        == "a,b"
    )


@pytest.mark.parametrize("longer", ["x" * 400, "👍🏽" * 150])
def test_what_is_filled_in_is_never_longer_than_its_field(longer: str) -> None:
    """A text from a time when more was allowed opens in its form; clients count an emoji as two."""
    field = one(Question("what", "What?", "lines", initial=longer, limit=300))
    assert (field["value"], field["maxLength"]) == (longer, len(longer.encode("utf-16-le")) // 2)


# --- problems --------------------------------------------------------------------------------------


def test_what_is_wrong_stands_above_its_input() -> None:
    """One line at the top, a sentence right above each input, all in the colour of attention; the intro stays."""
    of = form(*EVERY[:3], intro=(text("You are joining ", Bold("Our Move"), "."),))
    wrong = Problems({"place": "That is *too* long.", "part": "Please choose one.", "gone": "You have left."})
    card = forms.dialog(of, "id", problems=wrong, answers={"place": "x" * 81})["card"]["content"]
    assert card_errors(card) == []
    assert read(card).alive == []
    shown = [element.get("id") or read({**card, "body": [element]}).lines[0] for element in card["body"]]
    assert shown == [
        "Something below needs mending. What you wrote is still here.", "You are joining Our Move.", "You have left.",
        "what", "That is *too* long.", "place", "Please choose one.", "part",
    ]  # fmt: skip
    colours = [element.get("color") or element.get("inlines", [{}])[0].get("color") for element in card["body"]]
    assert colours == ["attention", None, "attention", None, "attention", None, "attention", None]
    assert inputs(card)["place"]["value"] == "x" * 81
    assert [field.get("spacing") for field in inputs(card).values()] == [None, "small", "small"]
    assert forms.dialog(of, "id", problems=Problems({}))["card"]["content"] == forms.dialog(of, "id")["card"]["content"]


def test_whoever_hears_it_hears_all_of_it() -> None:
    """`speak` has the sentences and the labels, in their order."""
    card = forms.form_card(form(*EVERY[:2]), "id", problems=Problems({"place": "Too long."}), answers={})
    assert card["speak"].split("\n") == [
        "One small thing", "Something below needs mending. What you wrote is still here.", "What will you do?", "Small.", "Too long.", "Place",
    ]  # fmt: skip


@pytest.mark.parametrize("sign", ["x", "👩‍👩‍👧‍👦", "\\", "é"])
def test_what_is_far_too_long_still_opens(sign: str) -> None:
    """Beyond what any card holds, as much as fits is there, whole signs of it, and the first line says so."""
    answers = {"what": sign * (60_000 // len(sign)), "place": "Durham"}
    card = forms.dialog(form(*EVERY[:2]), "id", problems=Problems({"what": "Too long."}), answers=answers)["card"][
        "content"
    ]
    assert card_errors(card) == []
    assert read(card).lines[0] == "Something below needs mending, and not all that you wrote fits here again."
    assert inputs(card)["place"]["value"] == "Durham"
    kept = inputs(card)["what"]["value"].removesuffix("…")
    assert len(kept.encode()) > 4000
    assert kept == sign * (len(kept) // len(sign))


def test_a_form_that_nothing_helps_is_answered_all_the_same() -> None:
    """Somebody made up a press whose words alone are too many; what they see of it is their own affair."""
    made_up = Form("commit", "T", "S", EVERY, words="x" * 30_000)
    assert forms.dialog(made_up, "id")["card"]["content"]["actions"][0]["data"]["words"] == "x" * 30_000


def test_a_form_with_everything_fits() -> None:
    """Four questions, each answered to its limit with the largest signs in common use."""
    asked = tuple(Question(f"q{n}", f"Question {n}?", "lines", limit=2000) for n in range(4))
    card = forms.dialog(
        form(*asked), "id", problems=Problems({"q1": "No."}), answers={each.name: "é" * 2000 for each in asked}
    )
    assert read(card["card"]["content"]).lines[0] == "Something below needs mending. What you wrote is still here."
    assert [each["value"] for each in inputs(card["card"]["content"]).values()] == ["é" * 2000] * 4


# --- somebody's own words --------------------------------------------------------------------------


def check(own: str) -> None:
    """Titles, labels, hints and options are Balcony's own, and never empty; the rest is what somebody may have written."""
    ours = own if own.strip() else "-"
    options = (Option(ours, "a"), Option("other", "b"))
    asked = (
        Question("what", ours, "lines", own, own),
        Question("part", ours, "choice", own, "a", options=options),
        Question("ticks", ours, "ticks", initial="a", options=options),
    )
    of = Form("commit", ours, ours, asked, words=own, intro=(note(own), Words(own)))
    shown = clean(own).strip()
    for card in (
        forms.dialog(of, "id", problems=Problems({"what": own}))["card"]["content"],
        forms.form_card(of, "id", problems=Problems({"what": own, "gone": own}), answers={"what": own}),
    ):
        found = read(card)
        assert (found.alive, card_errors(card)) == ([], [])
        assert found.text.replace("\u2060", "").count(shown) >= 6


@pytest.mark.parametrize("own", HOSTILE)
def test_nothing_hostile_is_alive(own: str) -> None:
    """In titles, labels, hints, options, introductions, problems and what is filled in."""
    check(own)
    check(f"before {own} after")


@fast
@given(pieces_of)
def test_nothing_is_alive(own: str) -> None:
    """The same of anything at all."""
    check(own)


@pytest.mark.parametrize(("title", "shown"), [
    ("x" * 64, "x" * 64), ("x" * 65, "x" * 63 + "…"), ("é" * 64, "é" * 64), ("👍🏽" * 40, "👍🏽" * 31 + "…"), ("a\ud800b", "a\ufffdb"),
])  # fmt: skip
def test_titles_fit(title: str, shown: str) -> None:
    """Teams takes 64 characters; an ellipsis says that there was more."""
    assert forms.dialog(Form("commit", title, "Send", EVERY), "id")["title"] == shown
