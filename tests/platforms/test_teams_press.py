"""A button, in every place where a button can be: what takes its place, what stands below it, and everything it can do."""

import pytest
from sqlalchemy import text

from tests.fake_teams import Posted
from tests.fake_teams.activities import Place
from tests.platforms.teams_world import CHANNEL, TeamsWorld, now_in


@pytest.fixture
async def world(teams_world: TeamsWorld) -> TeamsWorld:
    """Ben and Cleo have joined, and the welcome is in the channel."""
    await teams_world.joins("U02")
    await teams_world.joins("U03")
    await teams_world.balcony.tick()
    return teams_world


async def kept(world: TeamsWorld, words: str = "ring Jo") -> Posted:
    return await world.told("U02", f"commit {words} on Friday")


# --- where the answer stands -----------------------------------------------------------------------


async def test_in_their_own_chat_it_takes_the_cards_place(world: TeamsWorld) -> None:
    """Undo takes the place of what it undoes, in the answer to the press: no call to Teams is needed."""
    told = await kept(world)
    calls = len(world.teams.calls)
    saw = await world.teams.presses("U02", told, "Undo")
    assert saw.message is told
    assert "Taken out again" in now_in(told)
    assert len(world.teams.calls) == calls


async def test_what_does_not_replace_stands_below(world: TeamsWorld) -> None:
    """Home stays as it is, and what a commitment of it became is a message of its own."""
    await kept(world)
    home = await world.told("U02", "home")
    saw = await world.teams.presses("U02", home, "Done")
    assert saw.sentence == "My answer is below."
    assert "Done. Good." in now_in(saw.message)
    assert home.former == []


async def test_what_one_card_cannot_hold_stands_below(world: TeamsWorld) -> None:
    """A full notebook is several messages; none of it is lost."""
    for number in range(10):
        await world.says("U02", f"reflect {number} {'🦔' * 1900}")
    home = await world.told("U02", "home")
    saw = await world.teams.presses("U02", home, "My notebook")
    assert len(saw.shown) > 1
    assert saw.sentence == "My answer is below."
    pages = [one for one in saw.shown if "🦔" in now_in(one)]
    saw = await world.teams.presses("U02", pages[-1], "reflect.list")
    assert saw.reply.status == 200


async def test_a_button_of_a_dialog_that_comes_as_a_press_shows_the_form_below(world: TeamsWorld) -> None:
    """However an old card names it, nothing is lost."""
    saw = await world.hears_press("U02", "commitment.new")
    assert "One small thing" in now_in(saw.message)
    await world.teams.fills("U02", saw.message, what="ring Jo")
    assert await world.count("commitment") == 1


async def test_a_press_that_comes_as_a_message_takes_the_cards_place(world: TeamsWorld) -> None:
    """From a client that knows no other way."""
    told = await kept(world)
    undo = next(one for one in told.card["body"][-1]["actions"] if one["title"] == "Undo")
    saw = await world.sends("U02", world.gesture("U02").submits_as_message(told.id, undo["data"]))
    assert saw.message is told
    assert "Taken out again" in now_in(told)


async def test_where_the_card_is_gone_the_answer_stands_below(world: TeamsWorld) -> None:
    """Nothing that was done goes without an answer."""
    told = await kept(world)
    undo = next(one for one in told.card["body"][-1]["actions"] if one["title"] == "Undo")
    saw = await world.sends("U02", world.gesture("U02").submits_as_message("1764000999999", undo["data"]))
    assert saw.message is not told
    assert "Taken out again" in now_in(saw.message)


async def test_words_that_answer_a_card_leave_it_where_it_is(world: TeamsWorld) -> None:
    """Somebody writes in reply to it: what they asked for stands below."""
    home = await world.told("U02", "home")
    saw = await world.sends("U02", world.gesture("U02").writes("commit list") | {"replyToId": home.id})
    assert saw.message is not home
    assert home.former == []


async def test_what_comes_by_itself_is_replaced_too(world: TeamsWorld) -> None:
    """The play-back on the day, pressed in their own chat."""
    await kept(world)
    await world.waits_until("2026-11-27 09:00")
    back = next(one for one in world.chat("U02") if "the day you chose" in now_in(one))
    await world.teams.presses("U02", back, "Done")
    assert "Done. Good." in now_in(back)


async def test_buttons_of_another_version_get_a_sentence(world: TeamsWorld) -> None:
    """Unknown names, old names, names that are none; on a card and from a dialog."""
    for name in ("commitment.delete_all", "__init__", "x" * 200):
        saw = await world.hears_press("U02", name)
        assert "older version of me" in now_in(saw.message)
        fetch = await world.sends("U02", world.gesture("U02").fetches("1", {"verb": name}))
        assert "older version of me" in str(fetch.reply.dialog)


# --- who presses, and how often --------------------------------------------------------------------


async def test_somebody_elses_button_does_nothing(world: TeamsWorld) -> None:
    """Cleo presses what stands under Ben's commitment: one sentence, without a word of what it is."""
    told = await kept(world)
    commitment = told.card["body"][-1]["actions"][0]["data"]["value"]
    for name in ("commitment.edit", "commitment.undo", "commitment.reopen", "commitment.learned", "witness.yes"):
        saw = await world.hears_press("U03", name, commitment)
        assert "ring Jo" not in now_in(saw.message)
        fetch = await world.sends("U03", world.gesture("U03").fetches(told.id, {"verb": name, "value": commitment}))
        assert "ring Jo" not in str(fetch.reply.body)
    for name in ("commitment.close", "commitment.day"):
        saw = await world.hears_press("U03", name, f"{commitment}:done")
        assert "not in your notebook" in now_in(saw.message)
    data = {"form": "commit", "words": commitment, "id": f"x|button|commitment.edit|{commitment}", "what": "mine"}
    for day in ("", "2020-01-01"):
        sent = await world.sends("U03", world.gesture("U03").submits(data | {"day": day}))
        assert "ring Jo" not in str(sent.reply.body)
    assert "ring Jo" in now_in(await world.told("U02", "commit list"))


async def test_a_press_delivered_three_times_has_one_effect(world: TeamsWorld) -> None:
    """The repeats say that it was heard; nothing is said twice."""
    told = await kept(world)
    saw = await world.teams.presses("U02", told, "Undo", times=3)
    assert [reply.sentence for reply in saw.replies[1:]] == ["That reached me already."] * 2
    home = await world.told("U02", "home")
    seen = len(world.teams.messages)
    await world.teams.presses("U02", home, "All six maxims", times=3)
    assert len(world.teams.messages) == seen + 1


async def test_an_answer_is_said_once(world: TeamsWorld) -> None:
    """Teams took it and then cut the connection: it is not said again."""
    home = await world.told("U02", "home")
    seen = len(world.teams.messages)
    world.teams.faults.next("say", "reset_after")
    await world.teams.presses("U02", home, "All six maxims")
    assert len(world.teams.messages) == seen + 1


# --- everything a member can do --------------------------------------------------------------------


async def test_a_witness_is_asked_and_answers(world: TeamsWorld) -> None:
    """Chosen by name; the words are seen only after a yes, in the place of the question; the author hears of it."""
    dialog = await world.opens("U02", await kept(world), "commitment.edit")
    saw = await world.teams.fills("U02", dialog, witness="U03")
    assert "I have asked Cleo" in now_in(saw.opened).replace("<at>", "").replace("</at>", "")
    await world.balcony.tick()
    asked = world.chat("U03")[-1]
    assert "ring Jo" not in now_in(asked)
    await world.teams.presses("U03", asked, "witness.yes")
    assert "ring Jo" in now_in(asked)
    await world.balcony.tick()
    assert "Cleo" in now_in(world.chat("U02")[-1])


async def test_a_witness_who_has_not_joined_cannot_be_asked(world: TeamsWorld) -> None:
    dialog = await world.opens("U02", await kept(world), "commitment.edit")
    saw = await world.teams.fills("U02", dialog, witness="U04")
    assert "They have not joined the programme" in now_in(saw.opened)


async def test_somebody_without_a_known_name_is_a_member(world: TeamsWorld) -> None:
    """Nobody is mentioned without a name, in a dialog and in a card."""
    async with world.database.transaction() as db:
        await db.session.execute(text("UPDATE contact SET name = '' WHERE address = 'U03'"))
    dialog = await world.opens("U02", await kept(world), "commitment.edit")
    saw = await world.teams.fills("U02", dialog, witness="U03")
    assert "I have asked a member to be your witness." in now_in(saw.opened)
    asked = await world.told("U02", "commit")
    await world.teams.fills("U02", asked, what="ring Sam", witness="U03")
    assert "I have asked a member to be your witness." in now_in(asked)


async def test_check_ins_of_every_kind(world: TeamsWorld) -> None:
    """Done, partly, changed, let go; what was learned is asked in a dialog, and it can be opened again."""
    for outcome in ("Done", "Partly", "Changed", "Let go"):
        await kept(world, f"ring {outcome}")
        listed = await world.told("U02", "commit list")
        answered = (await world.teams.presses("U02", listed, outcome)).message
        learned = await world.opens("U02", answered, "commitment.learned")
        saw = await world.teams.fills("U02", learned, learned="that it takes a while")
        assert "Kept with your commitment" in now_in(saw.opened)
    closed = await world.told("U02", "commit closed")
    assert "ring Partly" in now_in(closed)
    await world.teams.presses("U02", closed, "commitment.reopen")
    assert "no open commitments" not in now_in(await world.told("U02", "commit list"))


async def test_a_day_is_chosen_by_a_button(world: TeamsWorld) -> None:
    told = await world.told("U02", "commit ring Jo")
    await world.teams.presses("U02", told, "Tomorrow")
    assert "tomorrow" in now_in(told)


async def test_the_weekly_message_and_its_buttons(world: TeamsWorld) -> None:
    """Less often, skip this week, and a page to write on."""
    await world.waits_until("2026-11-26 16:00")
    weekly = world.chat("U02")[-1]
    assert "Two minutes on the balcony" in now_in(weekly)
    page = await world.opens("U02", weekly, "reflect.page")
    saw = await world.teams.fills("U02", page, page="the caretaker has the key")
    assert "It is in your notebook" in now_in(saw.opened)
    for name in ("weekly.less", "weekly.every", "weekly.skip"):
        assert (await world.hears_press("U02", name, "2", card=weekly.id)).reply.status == 200


async def test_pause_resume_leave_and_stay(world: TeamsWorld) -> None:
    """By buttons, each in the place of what asked."""
    asked = await world.told("U02", "pause")
    await world.teams.presses("U02", asked, "2 weeks")
    assert "I will be quiet until" in now_in(asked)
    home = await world.told("U02", "home")
    await world.teams.presses("U02", home, "Resume")
    assert "Good to have you back" in now_in(home)
    for label, said in (("Stay", "Nothing has changed"), ("Leave", "You have left")):
        asked = await world.told("U02", "leave")
        await world.teams.presses("U02", asked, label)
        assert said in now_in(asked)
    assert "[Join]" in now_in(await world.told("U02", "home"))


async def test_settings_are_changed(world: TeamsWorld) -> None:
    dialog = await world.opens("U02", await world.told("U02", "home"), "Settings")
    saw = await world.teams.fills("U02", dialog, consent=[], place="Durham")
    assert "only answer you" in now_in(saw.opened)


# --- everything an enabler can do ------------------------------------------------------------------


async def test_the_timetable_is_kept(world: TeamsWorld) -> None:
    """Add, change, cancel, put back, end: in dialogs and in the list; the channel hears once of the end."""
    sessions = await world.told("U01", "session")
    add = await world.opens("U01", sessions, "Add a session")
    saw = await world.teams.fills("U01", add, title="An extra one", day="2026-11-23", starts="9:00", ends="9:30")
    assert "An extra one" in now_in(saw.opened)
    sessions = await world.told("U01", "session")
    change = await world.opens("U01", sessions, "Change")
    saw = await world.teams.fills("U01", change, title="Quite another")
    assert "Quite another" in now_in(saw.opened)
    cancelled = (await world.teams.presses("U01", sessions, "Cancel")).message
    await world.teams.presses("U01", cancelled, "Put it back")
    assert "is planned again" in now_in(cancelled)
    posts = len(world.posts())
    for _ in range(2):
        await world.teams.presses("U01", sessions, "End session")
        await world.balcony.tick()
    assert len(world.posts()) == posts + 1
    assert "That was Quite another" in now_in(world.posts()[-1])


async def test_a_round_is_shown_and_confirmed(world: TeamsWorld) -> None:
    """Not now changes nothing; introduce them now says it in the channel, with both mentioned."""
    asked = await world.told("U01", "round")
    await world.teams.presses("U01", asked, "round.not")
    posts = len(world.posts())
    await world.balcony.tick()
    assert len(world.posts()) == posts
    asked = await world.told("U01", "round")
    await world.teams.presses("U01", asked, "Introduce them now")
    await world.balcony.tick()
    (introduced,) = world.posts()[posts:]
    mentioned = {entity["mentioned"]["id"] for entity in introduced.card["msteams"]["entities"]}
    assert mentioned == {world.teams.users[user].called for user in ("U02", "U03")}


async def test_two_of_one_name_are_introduced(world: TeamsWorld) -> None:
    """Both are called Ben: each is mentioned by their own id, and told apart."""
    async with world.database.transaction() as db:
        await db.session.execute(text("UPDATE contact SET name = 'Ben' WHERE name = 'Cleo'"))
    asked = await world.told("U01", "round")
    await world.teams.presses("U01", asked, "Introduce them now")
    await world.balcony.tick()
    entities = world.posts()[-1].card["msteams"]["entities"]
    assert {entity["mentioned"]["id"] for entity in entities} == {
        world.teams.users[user].called for user in ("U02", "U03")
    }
    assert {entity["text"] for entity in entities} == {"<at>Ben</at>", "<at>Ben (2)</at>"}


async def test_a_message_that_mentions_somebody_is_an_answer_too(world: TeamsWorld) -> None:
    """The preview of a round in a dialog's and a card's place names people as Teams calls them."""
    asked = await world.told("U01", "round", CHANNEL)
    assert asked.conversation == world.teams.open_chat("U01").id
    entities = asked.card["msteams"].get("entities", [])
    assert {entity["mentioned"]["name"] for entity in entities} == {"Ben", "Cleo"}
    place = Place(CHANNEL, "channel", asked.id)
    saw = await world.hears_press("U01", "round.not", "", place=place, card=asked.id)
    assert saw.message.conversation == asked.conversation
