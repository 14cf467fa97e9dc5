"""Activities that nobody thought of, and what fails: nothing is half done, nobody hears nothing, and the log stays clean."""

import logging
from random import Random
from typing import Any

import pytest

from bot.chat import Answer, Event, Kind, Person, Problems, say
from bot.platforms.teams import answers, inbound
from bot.platforms.teams.listen import Listener
from tests.fake_teams.activities import Place
from tests.platforms.teams_world import CHANNEL, TeamsWorld, now_in

pytestmark = pytest.mark.thorough


@pytest.fixture
async def world(teams_world: TeamsWorld) -> TeamsWorld:
    """Ben has joined."""
    await teams_world.joins("U02")
    return teams_world


async def test_unknown_invokes_are_not_implemented(world: TeamsWorld) -> None:
    """501 is what Teams expects there; nothing is done."""
    for name in ("composeExtension/query", "signin/verifyState", "task/other", "", None, ["task/fetch"]):
        told = world.gesture("U02").does("invoke", name=name, value={"data": {"verb": "leave"}})
        assert (await world.sends("U02", told)).reply.status == 501


@pytest.mark.parametrize(
    "odd",
    [
        {"value": None}, {"value": []}, {"value": {"action": "x"}}, {"value": {"action": {"data": {"verb": {}}}}},
        {"value": {"action": {"verb": "commitment.undo", "data": {"value": ["x"]}}}}, {"from": None}, {"from": {"id": 7}},
        {"conversation": {"id": 7}}, {"conversation": None}, {"id": None}, {"id": {}},
        {"value": {"action": {"verb": "form", "data": {"form": "commit"}}}},
        {"value": {"action": {"verb": "form", "data": {"form": "commit", "id": "x" * 2000}}}},
        {"value": {"action": {"verb": "form", "data": {"form": "commit", "id": "x", "what": ["a"]}}}},
    ],
)  # fmt: skip
async def test_a_press_of_an_odd_shape_does_nothing(world: TeamsWorld, odd: dict[str, Any]) -> None:
    """Half of it understood is not understood: 400, and a line in the log without a word of theirs."""
    told = await world.told("U02", "commit ring Jo on Friday")
    undo = next(action for action in told.card["body"][-1]["actions"] if action["title"] == "Undo")
    gesture = world.gesture("U02")
    activity = gesture.executes(told.id, {"verb": undo["verb"], "data": undo["data"]})
    assert (await world.listener.hear(activity | odd)).status == 400
    assert await world.count("commitment") == 1


async def test_a_message_of_an_odd_shape_does_nothing(world: TeamsWorld) -> None:
    """Teams would send it again after anything but a 200."""
    activity = world.gesture("U02").writes("commit ring Jo")
    odds: list[dict[str, Any]] = [
        {"text": 7},
        {"entities": "x"},
        {"recipient": None},
        {"from": []},
        {"id": ""},
        {"serviceUrl": None},
    ]
    for odd in odds:
        assert (await world.listener.hear(activity | odd)).status == 200
    assert await world.count("commitment") == 0


ODD: list[Any] = [
    None,
    7,
    -1.5,
    True,
    "",
    "x" * 5000,
    [],
    {},
    [{}],
    {"id": []},
    [{"type": "mention"}],
    {"verb": ["leave"]},
]


def bent(activity: dict[str, Any], random: Random) -> dict[str, Any]:
    """The same with something else somewhere in it."""
    name = random.choice(sorted(activity))
    part = activity[name]
    deeper = isinstance(part, dict) and part and random.random() < 0.8
    return activity | {name: bent(part, random) if deeper else random.choice(ODD)}


async def test_bent_activities_are_answered_plainly(world: TeamsWorld) -> None:
    """Whatever stands wherever in what anybody can do: no failure, and what Ben has is as it was."""
    kept = await world.told("U02", "commit ring Jo on Friday")
    data = {"form": "commit", "words": "", "id": "x|command|/commit|", "what": ""}
    channel = Place(CHANNEL, "channel", "1")
    random = Random(3)
    for number in range(400):
        place = random.choice([None, channel])
        gesture = world.gesture("U04", place)
        activity = random.choice([
            gesture.writes("home"), gesture.writes("home", targeted=True), gesture.executes(kept.id, {"verb": "maxims", "data": {}}),
            gesture.fetches(kept.id, {"verb": "commitment.new"}), gesture.submits(data), gesture.submits_as_message(kept.id, data),
            gesture.uses_extension(html="<p>x</p>"), gesture.uses_extension("submitAction", data=data), gesture.meets("End"),
            gesture.installs(), gesture.adds_the_bot(),
        ])  # fmt: skip
        reply = await world.listener.hear(bent(bent(activity, random), random))
        assert reply.status in {200, 400, 403, 501}, number
    await world.listener.settle()
    assert "ring Jo" in now_in(await world.told("U02", "commit list"))


async def test_people_of_another_tenant_are_refused(world: TeamsWorld) -> None:
    """Behind the gate once more: their ids may be other people's here."""
    activity = world.gesture("U02").writes("commit ring Jo")
    other = activity | {"channelData": None, "conversation": activity["conversation"] | {"tenantId": "another"}}
    assert (await world.listener.hear(other)).status == 403
    assert await world.count("commitment") == 0


async def test_a_tenant_is_the_same_in_any_case_of_letters(world: TeamsWorld) -> None:
    world.platform.tenant = world.platform.tenant.upper()
    assert (await world.listener.hear(world.gesture("U02").writes("commit ring Jo"))).status == 200
    assert await world.count("commitment") == 1


# --- when something fails --------------------------------------------------------------------------


async def failing(world: TeamsWorld) -> list[Event]:
    """From now on everything below the handlers fails; gives what was heard."""
    heard: list[Event] = []

    async def respond(event: Event) -> Answer:
        heard.append(event)
        raise RuntimeError("the private words")

    world.listener._respond = respond
    return heard


async def test_a_failure_below_the_handlers_is_a_plain_sentence(
    world: TeamsWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """To words, a press and a form alike."""
    home, asked = await world.told("U02", "home"), await world.told("U02", "commit")
    dialog = await world.opens("U02", home, "Commit")
    heard = await failing(world)
    assert "Something went wrong on my side" in now_in(await world.told("U02", "commit ring Jo"))
    for saw in (
        await world.teams.presses("U02", home, "All six maxims"),
        await world.teams.fills("U02", asked, what="ring Jo"),
    ):
        assert "Something went wrong on my side" in str(saw.reply.body)
    sent = await world.sends("U02", world.teams.gesture("U02", dialog.place).submits(dialog.card["actions"][0]["data"]))
    assert "Something went wrong on my side" in str(sent.reply.body)
    assert len(heard) == 4
    assert {record.levelno for record in caplog.records if "failed" in record.getMessage()} == {logging.ERROR}


async def test_a_teams_that_says_nothing_does_not_delay_the_answer(world: TeamsWorld) -> None:
    """The HTTP answer is there, and the words are on disk, while the call to Teams still waits."""
    home = await world.told("U02", "home")
    maxims = next(one for one in home.card["body"][-1]["actions"] if one["title"] == "All six maxims")
    world.teams.connect(world.url)
    for activity in (
        world.gesture("U02").writes("commit ring Jo"),
        world.gesture("U02").executes(home.id, {"verb": maxims["verb"], "data": maxims["data"]}),
    ):
        world.teams.faults.next("say", "hang_before")
        (reply,) = await world.teams.deliver(activity)
        assert reply.status == 200
        assert world.listener._tasks
        for task in list(world.listener._tasks):
            task.cancel()
        await world.listener.settle()
    assert await world.count("commitment") == 1


async def test_words_are_kept_whatever_becomes_of_the_answer(world: TeamsWorld) -> None:
    world.platform._timeout = 0.3
    for fault in ("hang_before", "503_before", "reset_before", "429"):
        world.teams.faults.next("say", fault)
        await world.says("U02", f"commit ring {fault}")
    assert await world.count("commitment") == 4


async def test_an_answer_that_teams_refuses_is_logged(world: TeamsWorld, caplog: pytest.LogCaptureFixture) -> None:
    """Without a private word."""
    for fault, reason in (
        ("400 BadSyntax", "refused:BadSyntax"),
        ("403 MessageWritesBlocked", "gone:MessageWritesBlocked"),
        ("502_after", "unknown:ServiceError"),
    ):
        world.teams.faults.next("say", fault)
        await world.says("U02", f"commit the secret of the caretaker ({fault}) on Friday")
        assert caplog.messages[-1] == f"Teams did not show an answer: {reason}"
    assert "caretaker" not in caplog.text
    assert await world.count("commitment") == 3


async def test_a_form_is_opened_again_only_for_a_form(world: TeamsWorld) -> None:
    """Where opening it fails or is answered with words, the sentences are shown without it."""
    asked: list[Event] = []

    async def respond(event: Event) -> Answer:
        asked.append(event)
        return Problems({"what": "Say more."}) if event.name == "commit" else say("no")

    listener = Listener(world.platform, world.database, respond, world.clock)
    opened = inbound.form_id(Event(Kind.COMMAND, "/commit", Person("teams", world.teams.tenant, "U02"), "k"))
    data = {"form": "commit", "words": "", "id": opened, "what": "ring Jo"}
    reply = await listener.hear(world.gesture("U02").submits(data))
    await listener.settle()
    assert [event.name for event in asked] == ["commit", "/commit"]
    assert "Say more." in str(reply.body)
    assert "ring Jo" in str(reply.body)


def test_what_only_teams_needs_is_said_plainly() -> None:
    """No exclamation marks, and short."""
    for sentence in (answers.BELOW, answers.FOR_YOU_ALONE, answers.DONE_ALREADY, answers.KEPT_ALREADY):
        assert sentence.endswith(".")
        assert "!" not in sentence
        assert len(sentence) < 80
