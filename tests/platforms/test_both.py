"""One script on both platforms: whoever is in Slack and whoever is in Teams hears the same."""

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, Protocol

import pytest

from bot.content import catalogue
from bot.platforms.teams.typed import written
from storage.db import Database
from storage.keys import KeyRing
from tests.conftest import KEYS
from tests.fake_slack import Posted as SlackPosted
from tests.fake_slack import View
from tests.fake_teams import Dialog
from tests.fake_teams import Posted as TeamsPosted
from tests.platforms.conftest import SlackWorld, slack_world_on
from tests.platforms.teams_world import NAMES, TeamsWorld, teams_world_on
from tests.reading import reads

Heard = list[str]
_FIRST_MOVE = re.compile(r"^@\w+(?= makes the first move)")  # whose turn it is, is chance where it is nobody's yet
JOINING: dict[str, Any] = {
    "organisation": "Durham Council", "sector": "council", "place": "Durham", "consent": ["weekly", "introductions"],
}  # fmt: skip


class Side(Protocol):
    """A platform as its people use it. Each verb gives what whoever acts then has before them, line by line."""

    async def writes(self, user: str, line: str) -> Heard: ...
    async def presses(self, user: str, label: str) -> Heard: ...
    async def fills(self, user: str, **answers: Any) -> Heard: ...
    async def waits_until(self, moment: str) -> None: ...
    async def reads(self) -> None: ...
    def looks_at_channel(self, user: str) -> Heard: ...
    def looks_at_messages(self, user: str) -> Heard: ...


@dataclass
class InSlack:
    world: SlackWorld
    before: dict[str, SlackPosted | View] = field(default_factory=dict)

    async def writes(self, user: str, line: str) -> Heard:
        posted = await self.world.says(user, line)
        return self._has(user, posted or await self.world.form(user))

    async def presses(self, user: str, label: str) -> Heard:
        views, seen = self._views(user), len(self.world.slack.seen_by(user))
        shown = self.before[user]
        await self.world.presses(user, shown, label)
        if self._views(user) != views:
            return self._has(user, self.world.slack.views[user][-1])
        new = self.world.slack.seen_by(user)[seen:]
        return self._has(user, new[-1] if new else shown)

    async def fills(self, user: str, **answers: Any) -> Heard:
        form = self.before[user]
        assert isinstance(form, View)
        result = await self.world.slack.submit(user, form, answers)
        if result.errors:
            return sorted(result.errors.values())
        assert result.view is not None
        return self._has(user, result.view)

    async def waits_until(self, moment: str) -> None:
        await self.world.waits_until(moment)

    async def reads(self) -> None:
        await reads(self.world)

    def looks_at_channel(self, user: str) -> Heard:
        return self._has(user, self.world.slack.posts[-1])

    def looks_at_messages(self, user: str) -> Heard:
        return self._has(user, self.world.slack.dms(user)[-1])

    def _has(self, user: str, shown: SlackPosted | View) -> Heard:
        self.before[user] = shown
        return [normal(line) for block in shown.blocks for line in _slack_lines(block)]

    def _views(self, user: str) -> list[int]:
        return [id(view.blocks) for view in self.world.slack.views.get(user, ())]


@dataclass
class InTeams:
    world: TeamsWorld
    before: dict[str, TeamsPosted | Dialog] = field(default_factory=dict)

    async def writes(self, user: str, line: str) -> Heard:
        return self._has(user, await self.world.told(user, written(line)))

    async def presses(self, user: str, label: str) -> Heard:
        saw = await self.world.teams.presses(user, self.before[user], label)
        return self._has(user, saw.dialog or saw.shown[-1])

    async def fills(self, user: str, **answers: Any) -> Heard:
        saw = await self.world.teams.fills(user, self.before[user], **answers)
        heard = self._has(user, saw.dialog or saw.shown[-1])
        problems = [
            normal(line) for part in self.before[user].card["body"] if _is_red(part) for line in _teams_lines(part)
        ]
        return sorted(problems[1:]) or heard  # the first one says only that there are some

    async def waits_until(self, moment: str) -> None:
        await self.world.waits_until(moment)

    async def reads(self) -> None:
        await reads(self.world)

    def looks_at_channel(self, user: str) -> Heard:
        return self._has(user, self.world.posts()[-1])

    def looks_at_messages(self, user: str) -> Heard:
        return self._has(user, self.world.chat(user)[-1])

    def _has(self, user: str, shown: TeamsPosted | Dialog) -> Heard:
        self.before[user] = shown
        title = shown.card["body"][:1] if shown.card.get("actions") and isinstance(shown, TeamsPosted) else []
        return [normal(line) for part in shown.card["body"] if part not in title for line in _teams_lines(part)]


def _slack_lines(block: Any) -> list[str]:
    match block["type"]:
        case "actions":
            return [f"[{each['text']['text']}]" for each in block["elements"]]
        case "context":
            return ["".join(each["text"] for each in block["elements"])]
        case "input":
            return [block["label"]["text"], *([block["hint"]["text"]] if "hint" in block else [])]
        case "rich_text":
            return ["".join(_slack_run(run) for part in block["elements"] for run in part["elements"])]
        case "divider":
            return []
    return [block["text"]["text"]]


def _slack_run(run: Any) -> str:
    text = f"<@{run['user_id']}>" if run["type"] == "user" else str(run["text"])
    return f"*{text}*" if run.get("style") else text


def _teams_lines(part: Any) -> list[str]:
    match part["type"]:
        case "ActionSet":
            return [f"[{each['title']}]" for each in part["actions"]]
        case "RichTextBlock":
            return ["".join(run["text"] for run in part["inlines"])]
        case "TextBlock":
            return [part["text"]]
        case "Container":
            return [line for each in part["items"] for line in _teams_lines(each)]
    return str(part["label"]).split("\n")


def _is_red(part: Any) -> bool:
    return any(each.get("color") == "attention" for each in (part, *part.get("inlines", ())))


def normal(line: str) -> str:
    """A line without what each platform has of its own: marks, ways to mention, slashes; and whichever prompt chance chose."""
    line = re.sub(r"\*(/[^*]+)\*", lambda found: written(found[1]), line)  # only commands are bold and begin so
    line = re.sub("[*\u2068\u2069]", "", unescape(line))
    line = re.sub(r"<@(\w+)>", lambda found: "@" + NAMES[found[1]], line)
    line = re.sub(r"<at>(.*?)</at>", r"@\1", line)
    for prompt in catalogue().prompts:
        line = line.replace(prompt.text, "(a prompt)")
    return re.sub(r"@(\w+) and @(\w+)", lambda found: " and ".join(sorted(found.groups())), line)


Step = tuple[str, Callable[[Side], Awaitable[Heard]]]


async def _channel(side: Side, moment: str, user: str) -> Heard:
    await side.waits_until(
        moment[:-5] + "09:00"
    )  # what people get for themselves comes side by side with the channel's
    await side.waits_until(moment)
    return side.looks_at_channel(user)


async def _asked(side: Side, user: str) -> Heard:
    await side.reads()
    return side.looks_at_messages(user)


async def _messages(side: Side, moment: str, user: str) -> Heard:
    await side.waits_until(moment)
    return side.looks_at_messages(user)


BEN, CLEO, DEV, ANA = "U02", "U03", "U04", "U01"
SCRIPT: list[Step] = [
    ("nobody yet", lambda s: s.writes(DEV, "/commit ring the school nurse")),
    ("the welcome", lambda s: _channel(s, "2026-11-23 10:01", DEV)),
    ("asks to join", lambda s: s.writes(BEN, "/balcony join")),
    ("in a zone that is none", lambda s: s.fills(BEN, issue="School meals", timezone="Durham", **JOINING)),
    ("joins", lambda s: s.fills(BEN, issue="School meals", timezone="Europe/London", **JOINING)),
    ("another asks", lambda s: s.writes(CLEO, "/balcony join")),
    ("another joins", lambda s: s.fills(CLEO, issue="Walking to school", **JOINING | {"organisation": "Kent County"})),
    ("what it is about", lambda s: _asked(s, BEN)),
    ("ticked", lambda s: s.presses(BEN, "Physical activity")),
    ("none of these", lambda s: s.presses(BEN, "Something else: call it …")),
    ("called otherwise", lambda s: s.fills(BEN, label="Mould <and> _damp_")),
    ("one more issue", lambda s: s.writes(BEN, "/balcony issue Damp <flats> & *cold* ones. Why?")),
    ("their issues", lambda s: s.writes(BEN, "/balcony issue")),
    ("to be changed", lambda s: s.presses(BEN, "Change")),
    ("in other words", lambda s: s.fills(BEN, issue="School meals in *every* school")),
    ("the topics", lambda s: s.writes(ANA, "/balcony topics")),
    ("accepted", lambda s: s.presses(ANA, "Accept")),
    ("commits", lambda s: s.writes(BEN, "/commit ring the *school* nurse <now> on Friday morning")),
    ("adds a cue", lambda s: s.presses(BEN, "Add a cue or a witness")),
    ("keeps it", lambda s: s.fills(BEN, cue="the end of Monday's meeting")),
    ("no day", lambda s: s.writes(BEN, "/commit have tea with the caretaker")),
    ("tomorrow", lambda s: s.presses(BEN, "Tomorrow")),
    ("only a day", lambda s: s.writes(BEN, "/commit on Friday")),
    ("an empty form", lambda s: s.writes(CLEO, "/commit")),
    ("filled in", lambda s: s.fills(CLEO, what="walk with Ben")),
    ("undone", lambda s: s.presses(CLEO, "Undo")),
    ("the list", lambda s: s.writes(BEN, "/commit list")),
    ("help of commit", lambda s: s.writes(BEN, "/commit help")),
    ("help of reflect", lambda s: s.writes(BEN, "/reflect help")),
    ("help", lambda s: s.writes(BEN, "/balcony help")),
    ("home", lambda s: s.writes(BEN, "/balcony")),
    ("settings", lambda s: s.presses(BEN, "Settings")),
    ("nothing that I know", lambda s: s.writes(BEN, "/balcony dance")),
    ("maxims", lambda s: s.writes(BEN, "/balcony maxims")),
    ("writes a page", lambda s: s.writes(BEN, "/reflect that trust is slow")),
    ("reads it", lambda s: s.writes(BEN, "/reflect list")),
    ("pauses", lambda s: s.writes(CLEO, "/balcony pause 1 week")),
    ("comes back", lambda s: s.writes(CLEO, "/balcony resume")),
    ("not an enabler", lambda s: s.writes(BEN, "/balcony session")),
    ("the timetable", lambda s: s.writes(ANA, "/balcony session")),
    ("a new session", lambda s: s.presses(ANA, "Add a session")),
    ("at no time", lambda s: s.fills(ANA, title="Letting go", day="2026-12-01", starts="one", ends="15:00")),
    ("a round of two", lambda s: s.writes(ANA, "/balcony round")),
    ("the session has ended", lambda s: _channel(s, "2026-11-26 15:00", CLEO)),
    ("reflects", lambda s: s.presses(CLEO, "Reflect")),
    ("is kept", lambda s: s.fills(CLEO, q1="That trust is slow", q4="have tea with the caretaker tomorrow")),
    ("played back", lambda s: _messages(s, "2026-11-27 09:00", BEN)),
    ("done", lambda s: s.presses(BEN, "Done")),
    ("what was learned", lambda s: s.presses(BEN, "What did you learn?")),
    ("that is kept", lambda s: s.fills(BEN, learned="Asking first")),
    ("the weekly message", lambda s: _messages(s, "2026-12-03 16:00", BEN)),
    ("skipped", lambda s: s.presses(BEN, "Skip")),
    ("introduced", lambda s: _channel(s, "2026-12-08 09:30", BEN)),
    ("did you meet", lambda s: _messages(s, "2026-12-15 09:30", CLEO)),
    ("not yet", lambda s: s.presses(CLEO, "Not yet")),
    ("once more", lambda s: _messages(s, "2026-12-17 09:30", CLEO)),
    ("booked", lambda s: s.presses(CLEO, "Booked")),
    ("yes", lambda s: s.presses(CLEO, "Yes")),
    ("what came of it", lambda s: s.presses(CLEO, "What came of it?")),
    ("is theirs alone", lambda s: s.fills(CLEO, line="We share *one* waiting list now")),
    ("may be read", lambda s: s.presses(CLEO, "Let the enablers read it")),
    ("the stories", lambda s: s.writes(ANA, "/balcony stories")),
    ("my connections", lambda s: s.writes(CLEO, "/balcony connections")),
    ("again", lambda s: s.presses(CLEO, "Meet again")),
    ("leaves", lambda s: s.writes(BEN, "/balcony leave")),
    ("has left", lambda s: s.presses(BEN, "Leave")),
]


@pytest.fixture
async def another_sqlite(migrated_sqlite: Path, tmp_path: Path) -> AsyncIterator[Database]:
    shutil.copy(migrated_sqlite, tmp_path / "another.db")
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'another.db'}", KeyRing(KEYS))
    yield database
    await database.close()


@pytest.fixture
async def sides(sqlite: Database, another_sqlite: Database) -> AsyncIterator[tuple[Side, Side]]:
    """The same programme on both, each with people of its own."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(slack_world_on(sqlite))
        teams = await stack.enter_async_context(teams_world_on(another_sqlite))
        yield InSlack(slack), InTeams(teams)


async def test_both_say_the_same(sides: tuple[Side, Side]) -> None:
    """Step by step, line by line; of two who are introduced, chance says who comes first, so there the lines are sorted."""
    slack, teams = sides
    for name, step in SCRIPT:
        said, also = await step(slack), await step(teams)
        assert said, name
        if name == "introduced":
            said, also = ([_FIRST_MOVE.sub("", line) for line in lines] for lines in (said, also))
        if name == "introduced" or _asks(said):
            said, also = sorted(said), sorted(also)
        assert said == also, name


def _asks(lines: Heard) -> bool:
    """A form: where a hint stands is each platform's own."""
    return not any(line.startswith("[") for line in lines)
