"""What Teams sends, and what the person who did it sees: words, forms, dialogs, the message extension."""

from typing import Any

import pytest

from tests.fake_teams import Dialog
from tests.fake_teams.activities import Place
from tests.platforms.teams_world import TeamsWorld, now_in

ELSEWHERE = Place("19:ben_and_somebody@unq.gbl.spaces", "personal")  # a chat of two people, without Balcony


@pytest.fixture
async def world(teams_world: TeamsWorld) -> TeamsWorld:
    """Ben has joined."""
    await teams_world.joins("U02")
    return teams_world


async def commit_form(world: TeamsWorld) -> Dialog:
    """The form of a commitment in a dialog."""
    return await world.opens("U02", await world.told("U02", "home"), "Commit")


# --- words -----------------------------------------------------------------------------------------


async def test_the_first_message_is_answered_with_the_way_in(teams_world: TeamsWorld) -> None:
    """Whatever somebody says who has not joined, Balcony says what it is, with Join."""
    for words in ("hi", "", "what are you?", "home"):
        assert "[Join]" in now_in(await teams_world.told("U04", words))


async def test_words_are_kept_and_said_back(world: TeamsWorld) -> None:
    """In their own chat, without a slash."""
    told = await world.told("U02", "commit ring the school nurse on Friday")
    assert told.conversation == world.teams.open_chat("U02").id
    assert "ring the school nurse" in now_in(told)
    assert "Friday 27 November" in now_in(told)
    assert await world.count("commitment") == 1


async def test_every_command_works_by_its_word(world: TeamsWorld) -> None:
    """With the words that the help names; an unknown one is told so."""
    for words, answered in (
        ("help", "shows your home"),
        ("home", "My commitments"),
        ("commit list", "no open commitments"),
        ("commit closed", "closed"),
        ("reflect list", "notebook is empty"),
        ("reflect trust is slow", "It is in your notebook"),
        ("maxims", "People own what they create"),
        ("pause 2 weeks", "I will be quiet until"),
        ("resume", "Good to have you back"),
        ("pause", "For how long"),
        ("settings", "Your settings"),
        ("leave", "Leave Making our Move"),
        ("session", "Only the enablers"),
        ("dance", "I do not know"),
    ):
        assert answered in now_in(await world.told("U02", words)), words


async def test_a_form_stands_in_the_chat_where_words_asked_for_it(world: TeamsWorld) -> None:
    """And turns into its confirmation when it was sent: one card, not two."""
    asked = await world.told("U02", "commit")
    saw = await world.teams.fills("U02", asked, what="ring Jo", day="2026-12-01")
    assert saw.message is asked
    assert "Kept, for you alone." in now_in(asked)
    assert await world.count("commitment") == 1


async def test_a_form_that_was_sent_is_done_with(world: TeamsWorld) -> None:
    """Whatever its answer says of itself: its card becomes the answer, also where that is one line."""
    asked = await world.told("U02", "settings")
    saw = await world.teams.fills("U02", asked, place="Durham")
    assert saw.message is asked
    assert "Saved." in now_in(asked)
    assert "actions" not in asked.card


async def test_typed_by_people_as_they_type(world: TeamsWorld) -> None:
    """Entities, line breaks, a capital, a colon, somebody's name: what is kept is what they meant."""
    saw = await world.teams.writes(
        "U02", "Commit: thank <at>Cleo</at> &amp; Jo&nbsp;&lt;3<br>on Friday ", mentions=["U03"]
    )
    assert "thank Cleo & Jo <3" in now_in(saw.message)


async def test_an_edited_message_is_not_done_again(world: TeamsWorld) -> None:
    """Nor a deleted one, a reaction, or somebody typing: 200, and nothing happens."""
    seen = len(world.teams.messages)
    for kind in (
        "messageUpdate",
        "messageDelete",
        "messageReaction",
        "typing",
        "endOfConversation",
        "handoff",
        "nonsense",
    ):
        told = world.gesture("U02").does(kind, text="commit ring Jo")
        assert (await world.sends("U02", told)).reply.status == 200
    assert (len(world.teams.messages), await world.count("commitment")) == (seen, 0)


# --- forms -----------------------------------------------------------------------------------------


async def test_a_button_that_asks_opens_a_dialog(world: TeamsWorld) -> None:
    """And what was sent in it becomes the confirmation there; nothing is said in the chat."""
    dialog = await commit_form(world)
    seen = len(world.teams.messages)
    saw = await world.teams.fills("U02", dialog, what="ring Jo", day="2026-12-01")
    assert "Kept, for you alone." in now_in(saw.opened)
    assert (len(world.teams.messages), await world.count("commitment")) == (seen, 1)


async def test_a_client_without_dialogs_gets_the_form_in_the_chat(world: TeamsWorld) -> None:
    """Its button comes as a message; the form is sent from the card, which becomes the confirmation."""
    home = await world.told("U02", "home")
    saw = await world.teams.presses("U02", home, "Commit", dialogs=False)
    assert "One small thing" in now_in(saw.message)
    sent = await world.teams.fills("U02", saw.message, what="ring Jo")
    assert sent.message is saw.message
    assert "Kept, for you alone." in now_in(sent.message)


async def test_a_form_that_comes_as_a_message_is_taken_too(world: TeamsWorld) -> None:
    """Its card becomes the confirmation, or the form with what is wrong; without a card, that is said below."""
    asked = await world.told("U02", "commit")
    data = asked.card["actions"][0]["data"]
    gesture = world.gesture("U02")
    wrong = await world.sends("U02", gesture.submits_as_message(asked.id, data | {"what": "x", "day": "2020-01-01"}))
    assert "That day has already passed." in now_in(wrong.message)
    right = await world.sends("U02", gesture.submits_as_message(asked.id, data | {"what": "ring Jo"}))
    assert right.message is asked
    assert "Kept, for you alone." in now_in(asked)
    again = await world.sends("U02", gesture.submits_as_message("", data | {"what": "ring Jo"}))
    assert "That was sent already, and it is kept." in now_in(again.message)
    assert await world.count("commitment") == 1


async def test_problems_keep_a_dialog_open(world: TeamsWorld) -> None:
    """The sentence stands beside its field, what was typed is still there, and the mended form is taken."""
    dialog = await commit_form(world)
    saw = await world.teams.fills("U02", dialog, what="ring Jo", cue="at tea", day="2020-01-01")
    assert "That day has already passed." in now_in(saw.opened)
    assert "ring Jo" in now_in(saw.opened)
    assert "at tea" in now_in(saw.opened)
    assert await world.count("commitment") == 0
    taken = await world.teams.fills("U02", saw.opened, day="2026-12-01")
    assert "Kept" in now_in(taken.opened)
    assert await world.count("commitment") == 1


async def test_problems_keep_a_form_in_the_chat_where_it_is(world: TeamsWorld) -> None:
    """The card becomes the same form with the sentence in it, and can be sent again, as often as it is wrong."""
    asked = await world.told("U02", "commit")
    for _ in range(3):
        saw = await world.teams.fills("U02", asked, what="ring Jo", day="2020-01-01")
        assert saw.message is asked
        assert "That day has already passed." in now_in(asked)
        assert "ring Jo" in now_in(asked)
    await world.teams.fills("U02", asked, day="2026-12-01")
    assert "Kept" in now_in(asked)


async def test_every_form_comes_back_with_its_problems(world: TeamsWorld) -> None:
    """However it was opened: by a button with a value, or by words."""
    told = await world.told("U02", "commit ring Jo on Friday")
    edit = await world.opens("U02", told, "commitment.edit")
    add = await world.opens("U01", await world.told("U01", "session"), "Add a session")
    settings = await world.opens("U02", await world.told("U02", "home"), "Settings")
    forms: list[tuple[str, Dialog, dict[str, Any], str]] = [
        ("U02", edit, {"day": "2020-01-01"}, "That day has already passed."),
        (
            "U01",
            add,
            {"title": "x", "day": "2026-12-01", "starts": "10:00", "ends": "9:00"},
            "It must end after it starts.",
        ),
        ("U02", settings, {"timezone": "Narnia"}, "I do not know that time zone."),
    ]
    for user, dialog, wrong, sentence in forms:
        world.teams.dialogs[user] = dialog
        saw = await world.teams.fills(user, dialog, **wrong)
        assert saw.opened.title == dialog.title
        assert sentence in now_in(saw.opened)
        data, again = (one.card["actions"][0]["data"] for one in (dialog, saw.opened))
        assert data == again
    asked = await world.told("U02", "settings")
    await world.teams.fills("U02", asked, timezone="Narnia")
    assert "I do not know that time zone." in now_in(asked)
    asked = await world.told("U01", "session add")
    await world.teams.fills("U01", asked, title="x", day="2026-12-01", starts="soon", ends="later")
    assert "Please write a time like 13:00." in now_in(asked)


async def test_a_form_that_cannot_be_opened_again_gives_back_what_was_typed(world: TeamsWorld) -> None:
    """With the sentences, so that nothing is lost."""
    data = {"form": "commit", "words": "", "id": "from an older version", "what": "ring Jo", "day": "2020-01-01"}
    saw = await world.sends("U02", world.gesture("U02").submits(data))
    dialog = saw.reply.dialog
    assert dialog is not None
    shown = now_in(Dialog("U02", ELSEWHERE, "", dialog["card"]["content"]))
    assert "That day has already passed." in shown
    assert "ring Jo" in shown


async def test_what_is_refused_in_a_form_is_said_in_it(world: TeamsWorld) -> None:
    """Who left meanwhile reads why, and their words are still there."""
    dialog = await commit_form(world)
    leave = await world.told("U02", "leave")
    await world.teams.presses("U02", leave, "Leave")
    saw = await world.teams.fills("U02", dialog, what="ring Jo")
    assert "You have not joined the programme" in now_in(saw.opened)
    assert "ring Jo" in now_in(saw.opened)


async def test_a_dialog_of_somebody_who_may_not_says_why(world: TeamsWorld) -> None:
    """With the way to join in it, which opens there."""
    saw = await world.teams.commits_to("U04")
    assert "You have not joined" in now_in(saw.opened)
    join = await world.opens("U04", saw.opened, "Join")
    assert "You are joining" in now_in(join)


async def test_buttons_in_a_dialog_stay_in_it(world: TeamsWorld) -> None:
    """What they do takes its place; what they ask opens in it; nothing appears in the chat."""
    dialog = await commit_form(world)
    kept = (await world.teams.fills("U02", dialog, what="ring Jo", day="2026-12-01")).opened
    seen = len(world.teams.messages)
    edit = await world.opens("U02", kept, "commitment.edit")
    assert "ring Jo" in now_in(edit)
    changed = (await world.teams.fills("U02", edit, what="ring Sam")).opened
    undone = await world.opens("U02", changed, "Undo")
    assert "Taken out again" in now_in(undone)
    assert (len(world.teams.messages), await world.count("commitment")) == (seen, 0)


# --- the message extension -------------------------------------------------------------------------


async def test_the_message_extension_opens_the_form(world: TeamsWorld) -> None:
    """From the compose box it is empty, and what is sent becomes the confirmation."""
    saw = await world.teams.commits_to("U02")
    sent = await world.teams.fills("U02", saw.opened, what="ring Jo", day="2026-12-01")
    assert "Kept, for you alone." in now_in(sent.opened)
    assert await world.count("commitment") == 1


async def test_from_a_messages_menu_its_words_are_in_the_form(world: TeamsWorld) -> None:
    """HTML made plain, in any chat, with Balcony in it or not; wrong once, they are still as they were mended."""
    html = "<p>Could somebody <b>ring</b> the nurse &amp; Jo?</p>"
    saw = await world.teams.commits_to("U02", html, ELSEWHERE)
    assert "Could somebody ring the nurse & Jo?" in now_in(saw.opened)
    wrong = await world.teams.fills("U02", saw.opened, what="ring the nurse", day="2020-01-01")
    assert "That day has already passed." in now_in(wrong.opened)
    await world.teams.fills("U02", wrong.opened, day="2026-12-01")
    assert "ring the nurse" in now_in(await world.told("U02", "commit list"))


async def test_a_long_message_is_cut_where_it_can_be_mended(world: TeamsWorld) -> None:
    """At what a commitment holds, so that the client sends the form as it opens."""
    saw = await world.teams.commits_to("U02", f"<p>{'ring the nurse ' * 100}</p>")
    await world.teams.fills("U02", saw.opened)
    assert await world.count("commitment") == 1


# --- the same again --------------------------------------------------------------------------------


async def test_a_message_delivered_three_times_has_one_effect(world: TeamsWorld) -> None:
    """And one answer."""
    saw = await world.teams.writes("U02", "commit ring Jo on Friday", times=3)
    assert [reply.status for reply in saw.replies] == [200] * 3
    assert (len(saw.shown), await world.count("commitment")) == (1, 1)


async def test_a_form_delivered_three_times_has_one_effect(world: TeamsWorld) -> None:
    """From a dialog and from a card; the repeats say that it is kept, and so does a client that sends it anew."""
    dialog = await commit_form(world)
    saw = await world.teams.fills("U02", dialog, times=3, what="ring Jo", day="2026-12-01")
    for reply in saw.replies[1:]:
        assert "That was sent already, and it is kept." in str(reply.dialog)
    world.teams.dialogs["U02"] = dialog
    anew = await world.teams.fills("U02", dialog, what="something else")
    assert "sent already" in now_in(anew.opened)
    asked = await world.told("U02", "commit")
    saw = await world.teams.fills("U02", asked, times=3, what="ring Sam")
    assert [reply.sentence for reply in saw.replies[1:]] == ["That was sent already, and it is kept."] * 2
    assert await world.count("commitment") == 2


async def test_a_wrong_form_delivered_three_times_comes_back_each_time(world: TeamsWorld) -> None:
    """Whichever of the answers arrives is the form, with what they typed."""
    saw = await world.teams.fills("U02", await commit_form(world), times=3, what="ring Jo", day="2020-01-01")
    for reply in saw.replies:
        for part in ("ring Jo", "That day has already passed.", "'form': 'commit'"):
            assert part in str(reply.dialog)


async def test_a_dialog_asked_for_three_times_opens_once(world: TeamsWorld) -> None:
    """The repeats say what to do if nothing opened."""
    home = await world.told("U02", "home")
    saw = await world.teams.presses("U02", home, "Commit", times=3)
    assert "One small thing" in str(saw.replies[0].dialog)
    for reply in saw.replies[1:]:
        assert "please press it once more" in str(reply.dialog)
