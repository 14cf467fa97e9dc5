"""Slack's limits, with the largest that members may write and the most that they may have."""

import pytest
from sqlalchemy import text as sql

from bot.chat import (
    Answer,
    Block,
    Bold,
    Button,
    Form,
    Heading,
    Kind,
    Mention,
    Message,
    Option,
    Own,
    Question,
    Words,
    buttons,
    note,
    say,
    text,
)
from bot.domain.text import COMMITMENT_LIMIT, CUE_LIMIT, ISSUE_LIMIT, NAME_LIMIT, NOTE_LIMIT
from bot.platforms.slack import render
from storage.db import Database
from tests.conftest import london
from tests.fake_slack.blocks import MESSAGE_CHARACTERS, characters, message_errors, view_errors
from tests.platforms.golden_stage import Stage, buttons_of, stage_on
from tests.platforms.test_slack_golden import errors

pytestmark = pytest.mark.thorough

LARGE = ("&", "*b* ", "👩‍👩‍👧‍👦", "<!channel>")


def filled(sign: str, limit: int) -> str:
    return (sign * limit)[:limit].strip().ljust(limit, "x")


@pytest.fixture
async def stage(sqlite: Database) -> Stage:
    await stage_on(sqlite)
    return Stage.on(sqlite, london("2026-11-23 10:00"))


def has(shown: Answer, label: str) -> bool:
    assert isinstance(shown, Message)
    return any(button.label == label for button in buttons_of(shown))


def fits(answer: Answer) -> None:
    """Slack takes it as a message, in a form and at home, whichever it may be; nothing of it was left out."""
    if isinstance(answer, Form):
        assert view_errors(render.modal(answer)) == []
        return
    assert isinstance(answer, Message)
    assert errors(render.message(answer)) == []
    assert view_errors(render.home(answer)) == []


@pytest.mark.parametrize("sign", LARGE)
async def test_the_largest_life_fits(stage: Stage, sign: str) -> None:
    """Thirty commitments, a full notebook, the longest issue and names: every list, home, weekly message and form."""
    form = await stage.types("/balcony settings")
    issue, name = filled(sign, ISSUE_LIMIT), filled(sign, NAME_LIMIT)
    fits(await stage.sends(form, issue=issue, organisation=name, place=name, consent=("weekly", "introductions")))
    what, cue, page = filled(sign, COMMITMENT_LIMIT), filled(sign, CUE_LIMIT), filled(sign, NOTE_LIMIT)
    for number in range(12):
        stage.clock.moves_by(minutes=1)
        kept = await stage.sends(
            await stage.types("/commit"), what=what, cue=cue, day=f"2026-12-{number + 10}", witness="U03"
        )
        fits(kept)
        fits(await stage.sends(await stage.types("/reflect page"), page=f"{number:02}{page[2:]}"))
    fits(await stage.presses(kept, "commitment.edit"))
    for line in ("/commit list", "/balcony", "/balcony settings", f"/commit {what}", f"/reflect {page}"):
        fits(await stage.types(line))
    await stage.waits_until("2026-11-26 15:00")
    answers = {f"q{number}": page for number in (1, 2, 3)} | {"q4": what}
    fits(await stage.sends(await stage.types("/reflect"), **answers))
    shown = await stage.types("/reflect list")
    pages = 1
    while has(shown, "Older pages"):
        fits(shown)
        shown, pages = await stage.presses(shown, "Older pages"), pages + 1
    fits(shown)
    assert pages >= 4
    await stage.waits_until("2026-11-26 16:00")
    fits(await stage.posted("weekly:", "U02"))
    await stage.waits_until("2026-12-08 09:30")
    fits(await stage.posted("introduction:"))
    await stage.waits_until("2026-12-10 09:00")
    fits(await stage.posted("play-back:", "U02"))


async def test_what_is_too_long_is_given_back_or_says_so(stage: Stage) -> None:
    """The sentence names the limit, and Slack takes it, whatever the length."""
    for length in (301, 3000, 8999, 9000, 9001, 50_000):
        for command, limit in (("/commit", "room for 300"), ("/reflect", "room for 2,000")):
            for sign in LARGE:
                said = await stage.types(f"{command} {filled(sign, length)}")
                fits(said)
                assert limit in repr(said) or (command, length) == ("/reflect", 301)


async def test_the_largest_programme_fits(stage: Stage) -> None:
    """Many sessions with the longest titles, many members, every trouble: the timetable, a preview, home."""
    for number in range(44):
        said = {"title": filled("&", 150), "day": "2027-01-10", "starts": "13:00", "ends": "15:00"}
        await stage.sends(await stage.types("/balcony session add", "U01"), "U01", **said)
        user = f"U1{number:02}"
        await stage.joins(user)
    shown = await stage.types("/balcony session", "U01")
    while has(shown, "Later"):
        fits(shown)
        shown = await stage.presses(shown, "Later", "U01")
    fits(shown)
    fits(await stage.types("/balcony round", "U01"))
    await stage.joins("U01")
    async with stage.database.engine.begin() as connection:
        await connection.execute(
            sql("UPDATE outbox SET state = 'failed', error = 'refused:' || id WHERE channel != ''")
        )
    fits(await stage.types("/balcony", "U01"))
    fits(await stage.does(Kind.HOME, "home", user="U01"))


def test_no_field_is_longer_than_slack_takes() -> None:
    """Headings, labels, titles, options: an ellipsis says that there was more; a name that fits is as it was."""
    long = "x" * 5000
    drawn = render.blocks((Heading(long), buttons(Button(long, "name"))))
    assert [len(drawn[0]["text"]["text"]), drawn[0]["text"]["text"][-1]] == [150, "…"]
    assert [len(drawn[1]["elements"][0]["text"]["text"])] == [75]
    choice = Question("a", "A", "choice", options=(Option(long, "1"), Option("x" * 75, "2")))
    view = render.modal(Form("commit", long, long, (choice,)))
    assert (len(view["title"]["text"]), len(view["submit"]["text"])) == (24, 24)
    assert [len(each["text"]["text"]) for each in view["blocks"][0]["element"]["options"]] == [75, 75]
    assert view["blocks"][0]["element"]["options"][1]["text"]["text"] == "x" * 75
    assert view_errors(view) == []


@pytest.mark.parametrize("sign", ["x", "x ", "&", "*", "_a_ ", "👍🏽"])
def test_a_paragraph_of_any_length_is_shown(sign: str) -> None:
    """Balcony writes none so long; if it did, it would be split, not refused."""
    long = sign * (5000 // len(sign))
    parts: tuple[Block, ...] = (text(long), note(long), text("By ", Mention("U1"), ": ", Own(long), Bold("end")))
    drawn = render.blocks(parts)
    assert message_errors(drawn) == []
    assert characters(drawn) >= 3 * len(long)


def test_what_is_filled_in_is_never_longer_than_its_field() -> None:
    """A text from a time when more was allowed opens in its form."""
    view = render.modal(Form("commit", "T", "S", (Question("what", "W", "lines", initial="x" * 400, limit=300),)))
    assert view_errors(view) == []
    assert view["blocks"][0]["element"]["initial_value"] == "x" * 400


def test_names_of_buttons_are_apart() -> None:
    """Ten lists of the same buttons: no action id twice, none longer than 255, and the ids carry no text."""
    row = buttons(*(Button("Done", "commitment.close", "a" * 32 + ":done") for _ in range(5)))
    drawn = render.blocks([row] * 10)
    ids = [element["action_id"] for block in drawn for element in block["elements"]]
    assert len(set(ids)) == 50
    assert max(map(len, ids)) <= 255
    assert message_errors(drawn) == []


def test_the_whole_of_a_long_text_is_in_the_message() -> None:
    """9,000 characters, the most that is given back, are within what a message holds."""
    drawn = render.message(say("Too long.", Words("x " * 4500)))
    assert characters(drawn["blocks"]) <= MESSAGE_CHARACTERS
    assert message_errors(drawn["blocks"]) == []
