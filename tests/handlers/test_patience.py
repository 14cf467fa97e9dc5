"""While the database is locked or away: what is tried again, what is given up, and that nothing is called kept that is not."""

from collections.abc import Callable

import pytest

from bot import handlers
from bot.chat import Answer, Event, Form, Kind, Message, Problems
from bot.platforms.local.render import as_text
from storage.db import Database
from tests.conftest import World, world_on
from tests.handlers.conftest import button
from tests.holding import held, impatient, wired

NURSE = "ring the school nurse"


class Sleeps:
    """Waits by counting. `wakes` is done at the end of the pause with that number, from one on."""

    def __init__(self, at: int = 0, wakes: Callable[[], None] = lambda: None) -> None:
        self.pauses: list[float] = []
        self._at, self._wakes = at, wakes

    async def __call__(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if len(self.pauses) == self._at:
            self._wakes()


def typed(world: World, words: str = NURSE, key: str = "k1", name: str = "/commit") -> Event:
    return Event(Kind.COMMAND, name, world.ben.person, key, "our-move", words)


def sent(world: World, name: str = "commit", key: str = "v1", words: str = "", **filled: str) -> Event:
    return Event(Kind.FORM, name, world.ben.person, key, "", words, filled)


async def answer(database: Database, world: World, event: Event, sleeps: Sleeps) -> Answer:
    return await handlers.answer(event, database, world.clock(), sleep=sleeps)


def said(answer: Answer) -> str:
    assert isinstance(answer, Message)
    return as_text(answer)


# --- locked ----------------------------------------------------------------------------------------


async def test_what_was_typed_is_kept_when_the_lock_ends(world: World) -> None:
    """It is tried again until then, and the first thing that is heard of it is that it is kept: once."""
    async with impatient(world.database) as database:
        with held(world.database) as hold:
            sleeps = Sleeps(3, hold.ends)
            assert "Kept, for you alone." in said(await answer(database, world, typed(world), sleeps))
    assert len(sleeps.pauses) == 3
    assert await world.count("commitment") == 1


async def test_what_could_never_be_kept_is_given_back(world: World) -> None:
    """After some minutes, with their words; nothing of it is kept later, and typed again it is."""
    async with impatient(world.database) as database:
        with held(world.database):
            sleeps = Sleeps()
            gave_up = said(await answer(database, world, typed(world), sleeps))
    assert "nothing of it was kept" in gave_up
    assert NURSE in gave_up
    assert 240 < sum(sleeps.pauses) < 600
    assert await world.count("commitment") == 0
    assert "Kept, for you alone." in await world.ben.types(f"/commit {NURSE}")


async def test_an_issue_that_could_never_be_kept_is_given_back(world: World) -> None:
    """It follows a word of /balcony, and is their own all the same; the list, and pausing, have nothing to give back."""
    for words, mine in (("issue damp flats", "“damp flats”"), ("issue", ""), ("pause 2 weeks", "")):
        event = Event(Kind.COMMAND, "/balcony", world.ben.person, words, "our-move", words)
        async with impatient(world.database) as database:
            with held(world.database):
                gave_up = said(await answer(database, world, event, Sleeps()))
        assert "nothing of it was kept" in gave_up
        assert mine in gave_up
        assert ("Your words" in gave_up) is bool(mine)
    assert await world.count("issue") == 2


async def test_a_form_is_told_soon_and_stays_open(world: World) -> None:
    """While its sender has it before them: a sentence in it, nothing kept; sent again, the same form is kept."""
    form = sent(world, what=NURSE)
    async with impatient(world.database) as database:
        with held(world.database):
            sleeps = Sleeps()
            refused = await answer(database, world, form, sleeps)
    assert isinstance(refused, Problems)
    assert "nothing of it was kept" in refused.by_question["what"]
    assert sum(sleeps.pauses) < 1
    assert "Kept" in said(await answer(world.database, world, form, Sleeps()))
    assert await world.count("commitment") == 1


async def test_what_is_refused_is_refused_when_the_lock_ends(world: World) -> None:
    """It is tried again like everything else, and a refusal ends that."""
    async with impatient(world.database) as database:
        with held(world.database) as hold:
            sleeps = Sleeps(1, hold.ends)
            refused = await answer(database, world, typed(world, "on Friday"), sleeps)
    assert "I found a day" in said(refused)
    assert len(sleeps.pauses) == 1


async def test_a_mistake_of_ours_is_not_tried_again(world: World) -> None:
    """A table that is not there will not come back in five minutes."""
    async with world.database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE commitment RENAME TO elsewhere")
    sleeps = Sleeps()
    assert "Something went wrong" in said(await answer(world.database, world, typed(world), sleeps))
    assert sleeps.pauses == []


# --- away ------------------------------------------------------------------------------------------


@pytest.fixture
async def far(postgres: Database) -> World:
    """Ben has joined, on PostgreSQL."""
    world = world_on(postgres)
    await world.imports()
    await world.joins(world.ben)
    return world


async def test_it_is_kept_when_the_database_is_back(far: World) -> None:
    async with wired(far.database) as (database, wire):
        wire.goes_down()
        sleeps = Sleeps(2, wire.is_well)
        assert "Kept, for you alone." in said(await answer(database, far, typed(far), sleeps))
    assert await far.count("commitment") == 1


@pytest.mark.parametrize("cuts", ["before", "after"])
@pytest.mark.parametrize("kind", [Kind.COMMAND, Kind.FORM])
async def test_a_commit_that_breaks_is_settled_by_the_next_try(far: World, kind: Kind, cuts: str) -> None:
    """Kept or not, nobody knows; then it is kept, once, and whoever asked hears that it is."""
    event = typed(far) if kind == Kind.COMMAND else sent(far, what=NURSE)
    async with wired(far.database) as (database, wire):
        await _warm(database, far)
        wire.cuts = cuts  # type: ignore[assignment]
        heard = said(await answer(database, far, event, Sleeps()))
    assert ("Kept, for you alone." if cuts == "before" else "That is kept. It took me a while") in heard
    assert await far.count("commitment") == 1


@pytest.mark.parametrize("kind", [Kind.COMMAND, Kind.FORM])
async def test_what_nobody_can_tell_is_not_called_lost(far: World, kind: Kind) -> None:
    """The commit broke, and then nothing answered any more: they are told to look, and it is there."""
    event = typed(far) if kind == Kind.COMMAND else sent(far, what=NURSE)
    async with wired(far.database) as (database, wire):
        await _warm(database, far)
        wire.cuts = "after"
        sleeps = Sleeps(1, wire.goes_down)
        heard = said(await answer(database, far, event, sleeps))
    assert "I do not know whether it is kept" in heard
    assert NURSE in heard
    assert sum(sleeps.pauses) > 240
    assert NURSE in await far.ben.types("/commit list")


async def _warm(database: Database, world: World) -> None:
    """A good connection is there."""
    await answer(database, world, typed(world, "list", "warm"), Sleeps())


# --- said again ------------------------------------------------------------------------------------


@pytest.fixture
async def here(database: Database) -> World:
    """Ben has joined, on both databases; Ana runs it and has, too."""
    world = world_on(database)
    await world.imports()
    await world.joins(world.ana, world.ben)
    return world


async def test_the_same_words_again_are_the_same_commitment(here: World) -> None:
    """Typed by somebody who was not told that it is kept: it is shown once more, and there is one of it."""
    first = await here.ben.types(f"/commit {NURSE} on Friday")
    for number in range(5):
        await here.ben.types(f"/commit thing number {number}")
    here.clock.moves_by(minutes=9)
    assert await here.ben.types(f"/commit {NURSE} on Friday") == first
    assert await here.count("commitment") == 6


async def test_what_is_not_the_same_is_kept(here: World) -> None:
    """Other words, another day, another person, after Undo, after Done, and after a while."""
    for line in (NURSE, f"{NURSE} on Friday", f"{NURSE} tomorrow"):
        await here.ben.types(f"/commit {line}")
    await here.ana.types(f"/commit {NURSE}")
    assert await here.count("commitment") == 4
    await here.ben.types("/commit walk")
    await here.ben.presses("Undo")
    assert "Kept, for you alone." in await here.ben.types("/commit walk")
    await here.ben.types("/commit list")
    done = [one for one in here.ben.buttons() if one.label == "Done"][-1]
    await here.ben.presses_button(done)
    assert await here.count("commitment") == 5
    assert "Kept, for you alone." in await here.ben.types("/commit walk")
    here.clock.moves_by(minutes=21)
    await here.ben.types(f"/commit {NURSE}")
    assert await here.count("commitment") == 7


async def test_a_day_that_was_chosen_since_is_shown(here: World) -> None:
    """Kept, a day pressed, and then typed again: the same one, with its day."""
    await here.ben.types(f"/commit {NURSE}")
    await here.ben.presses_button(button(here.ben, "Tomorrow"))
    assert "tomorrow" in await here.ben.types(f"/commit {NURSE}")
    assert await here.count("commitment") == 1


async def test_the_same_form_opened_again_is_the_same(here: World) -> None:
    """A commitment, a page, the questions after a session, and an enabler's session; other answers are another thing."""
    page = {"page": "the caretaker"}
    thinking = {"q1": "trust", "q4": "walk with Ana"}
    times = {"title": "Letting go", "day": "2026-12-01", "starts": "10:00", "ends": "12:00"}
    await here.ana.types("/balcony session add")
    assert here.ana.form is not None
    programme_id = here.ana.form.words
    forms = [("commit", "", {"what": NURSE, "cue": "a bell"}), ("reflect.page", "", page)]
    forms += [("reflect.session", "", thinking), ("session", programme_id, times)]
    for again in range(2):
        for name, words, filled in forms:
            person = here.ana.person if name == "session" else here.ben.person
            event = Event(Kind.FORM, name, person, f"{name}:{again}", "our-move", words, filled)
            assert isinstance(await here.balcony.answer(event), Message)
    assert await here.count("commitment") == 2
    assert await here.count("reflection") == 2
    assert await here.count("session") == 3
    for name, _, filled in forms[:2]:
        other = filled | {"cue": "a whistle", "page": "the head teacher"}
        await here.balcony.answer(Event(Kind.FORM, name, here.ben.person, f"{name}:other", "our-move", "", other))
    assert await here.count("commitment") == 3
    assert await here.count("reflection") == 3


async def test_a_witness_is_asked_once(here: World) -> None:
    """The same form with a witness, opened anew: one commitment, and one question to the witness."""
    for again in range(2):
        event = sent(here, key=f"v{again}", what=NURSE, witness="ana")
        assert isinstance(await here.balcony.answer(event), Message)
    assert await here.count("commitment") == 1
    await here.balcony.tick()
    assert sum("would be a witness" in as_text(one) for one in here.ana.gets()) == 1


async def test_the_same_page_again_is_the_same_page(here: World) -> None:
    for words in ("trust is slow", "one", "two", "three", "four", "trust is slow"):
        assert "It is in your notebook" in await here.ben.types(f"/reflect {words}")
    assert await here.count("reflection") == 5


async def test_only_a_mark_of_what_was_said_is_kept(here: World) -> None:
    """Nobody who reads the database reads it there, or can try which words a mark is of."""
    await here.ben.types(f"/commit {NURSE}")
    async with here.database.transaction() as db:
        keys = (await db.connection.exec_driver_sql("SELECT key FROM delivered")).scalars().all()
        mark = db.keys.mark(NURSE)
    marks = [key for key in keys if key.startswith("said:")]
    assert marks
    assert "nurse" not in "".join(keys)
    assert all(mark not in key for key in marks)


# --- a form that could not be opened ---------------------------------------------------------------


async def test_what_could_not_be_opened_is_opened_by_its_button(here: World) -> None:
    """Every form that there is, with the button that its sentence offers: the same form."""
    await here.ben.types(f"/commit {NURSE}")
    kept = button(here.ben, "Undo").value
    await here.ana.types("/balcony session")
    await here.ben.types("/balcony issue")
    issue_id, ben = button(here.ben, "Change").value, button(here.ben, "Add another").value
    planned, programme_id = button(here.ana, "Change").value, button(here.ana, "Add a session").value
    introduced = await introduction_of(here)
    ways = [
        (here.ben, "commitment.new", ""), (here.ben, "commitment.edit", kept), (here.ben, "commitment.learned", kept),
        (here.ben, "reflect.page", ""), (here.ben, "reflect.session", planned), (here.ben, "settings", ""),
        (here.dev, "join", programme_id), (here.ana, "session.add", programme_id), (here.ana, "session.change", planned),
        (here.ben, "connect", ""), (here.ben, "bring", ""), (here.ben, "known", ""), (here.ben, "never", ""),
        (here.ben, "came.write", introduced),
        (here.ben, "issue.add", ben), (here.ben, "issue.change", issue_id), (here.ben, "topic.call", issue_id),
        (here.ben, "introductions.free", ""),
    ]  # fmt: skip
    assert {name for _, name, _ in ways} == handlers.FORM_BUTTONS
    for someone, name, value in ways:
        form = await here.balcony.answer(Event(Kind.BUTTON, name, someone.person, f"a:{name}", "our-move", value))
        assert isinstance(form, Form), name
        offered = handlers.opener(form)
        again = Event(Kind.BUTTON, offered.name, someone.person, f"b:{name}", "our-move", offered.value)
        assert await here.balcony.answer(again) == form


async def introduction_of(world: World) -> str:
    """A round is made now, and everybody who has joined is introduced."""
    await world.ana.types("/balcony round")
    await world.ana.presses("Introduce them now")
    async with world.database.transaction() as db:
        return str((await db.connection.exec_driver_sql("SELECT id FROM introduction")).scalar_one())
