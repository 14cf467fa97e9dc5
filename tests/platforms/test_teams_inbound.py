"""Teams' activities become Events."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import Channel, Event, Kind, Person
from bot.handlers import FORM_BUTTONS
from bot.platforms.payload import NotUnderstood
from bot.platforms.teams import inbound, typed
from tests.fake_teams.activities import Gesture, Place, Scene, Sender

SCENE = Scene("tenant-1", "app-1", "https://smba.trafficmanager.net/uk/")
BEN = Sender("29:ben", "aad-ben", "Ben Okri")
JO = Sender("29:jo", "aad-jo", "Jo Smith")
BALCONY = Sender(SCENE.bot, "", "Balcony")
PERSONAL = Place("a:1-ben", "personal")
CHANNEL = Place("19:move@thread.tacv2", "channel", "1766459963017")
GROUP = Place("19:group@thread.v2", "groupChat")
FORM = {"form": "commit", "words": "abc", "id": "digest|button|commitment.edit|abc"}
PRESS: dict[str, Any] = {"verb": "commitment.close", "data": {"verb": "commitment.close", "value": "abc:done"}}


def here(place: Place, number: str = "f:1", who: Sender = BEN, tenant: str = "tenant-1") -> Gesture:
    return Gesture(replace(SCENE, tenant=tenant), who, place, number)


def typed_in(place: Place, text: str, *mentions: Sender, targeted: bool = False) -> Event | None:
    return inbound.command(here(place, "1").writes(text, *mentions, targeted=targeted))


def said(text: str) -> tuple[str, str]:
    """The command and its words, written in the personal chat."""
    event = typed_in(PERSONAL, text)
    assert event is not None
    return event.name, event.words


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("commit ring the school nurse on Friday", ("/commit", "ring the school nurse on Friday")),
        ("/commit ring Jo", ("/commit", "ring Jo")),
        ("Commit ring Jo", ("/commit", "ring Jo")),
        ("COMMIT  ring Jo ", ("/commit", "ring Jo")),
        ("commit: ring Jo", ("/commit", "ring Jo")),
        ("commit : ring Jo", ("/commit", "ring Jo")),
        ("Commit, ring Jo", ("/commit", "ring Jo")),
        ("commit", ("/commit", "")),
        ("Commit.", ("/commit", "")),
        ("commit&nbsp;", ("/commit", "")),
        ("commit&nbsp;ring&nbsp;Jo", ("/commit", "ring Jo")),
        ("commit\nring Jo\nand Sam", ("/commit", "ring Jo\nand Sam")),
        ("<p>commit ring Jo</p>\n<p>and Sam</p>", ("/commit", "ring Jo\n\nand Sam")),
        ("commit ring Jo<br>and Sam", ("/commit", "ring Jo\nand Sam")),
        ("commit list", ("/commit", "list")),
        ("reflect", ("/reflect", "")),
        ("Reflect: trust is slow.", ("/reflect", "trust is slow.")),
        ("balcony session add", ("/balcony", "session add")),
        ("/balcony", ("/balcony", "")),
        ("Balcony, hello", ("/balcony", "")),
        ("home", ("/balcony", "home")),
        ("/help", ("/balcony", "help")),
        ("Help!", ("/balcony", "Help")),
        ("pause 2 weeks", ("/balcony", "pause 2 weeks")),
        ("pause until 3 January.", ("/balcony", "pause until 3 January")),
        ("session add", ("/balcony", "session add")),
        ("commitment list", ("/balcony", "commitment list")),
        ("I want to commit more", ("/balcony", "I want to commit more")),
        ("", ("/balcony", "")),
        ("Hi", ("/balcony", "")),
        ("hello Balcony!", ("/balcony", "")),
        ("Good morning.", ("/balcony", "")),
        ("thanks", ("/balcony", "")),
        ("Issue Why are flats damp?!", ("/balcony", "Issue Why are flats damp?!")),
        ("issue.", ("/balcony", "issue")),
        ("start", ("/balcony", "")),
        ("hi jack", ("/balcony", "hi jack")),
    ],
)
def test_the_first_word_may_be_a_command(text: str, command: tuple[str, str]) -> None:
    """With a slash or without, in any case, with a colon after it; what is none is for /balcony, and a greeting opens home."""
    assert said(text) == command


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tea &amp; cake", "tea & cake"),
        ("&amp;amp;", "&amp;"),
        ("a &lt; b", "a < b"),
        ("a < b and c > d", "a < b and c > d"),
        ("&lt;b&gt;bold&lt;/b&gt;", "<b>bold</b>"),
        ("&lt;at&gt;everyone&lt;/at&gt;", "<at>everyone</at>"),
        ("<strong>now</strong>", "now"),
        ('<span style="color: red">now</span>', "now"),
        ("one\r\ntwo", "one\ntwo"),
        ("say “yes” &#128077;", "say “yes” 👍"),
    ],
)
def test_tags_and_entities_are_read_once(text: str, words: str) -> None:
    """What somebody typed as a tag comes as entities, and stays the letters that they typed."""
    assert said(f"commit {text}") == ("/commit", words)


def test_a_mention_of_balcony_is_no_word_and_other_peoples_are_names() -> None:
    """In a channel and in a group chat, wherever in the words."""
    for place in (CHANNEL, GROUP):
        event = typed_in(
            place, "<at>Balcony</at>&nbsp;commit thank <at>Jo Smith</at> on Friday <at>Balcony</at>", BALCONY, JO, BALCONY
        )  # fmt: skip
        assert event is not None
        assert (event.name, event.words) == ("/commit", "thank Jo Smith on Friday")
        assert event.channel == place.id


def test_somebody_called_balcony_stays_a_name() -> None:
    """Only the mention of the bot itself is taken out, the first that is written like it."""
    namesake = Sender("29:namesake", "aad-namesake", "Balcony")
    event = typed_in(CHANNEL, "<at>Balcony</at> commit thank <at>Balcony</at>", BALCONY, namesake)
    assert event is not None
    assert event.words == "thank Balcony"


def test_a_mention_whose_text_is_missing_is_found_by_its_name() -> None:
    activity = here(CHANNEL).writes("<at>Balcony</at> commit ring Jo", BALCONY)
    del activity["entities"][0]["text"]
    event = inbound.command(activity)
    assert event is not None
    assert event.words == "ring Jo"


def test_in_a_channel_only_what_was_addressed_to_balcony_counts() -> None:
    """By a mention of the bot, or as a slash command; a mention of somebody else is none."""
    assert typed_in(CHANNEL, "commit ring Jo") is None
    assert typed_in(GROUP, "<at>Jo Smith</at> commit ring Jo", JO) is None
    for text in ("/commit ring Jo", "commit ring Jo"):
        event = typed_in(CHANNEL, text, targeted=True)
        assert event is not None
        assert (event.name, event.words) == ("/commit", "ring Jo")


def test_what_does_not_say_that_it_is_personal_is_shared() -> None:
    """So nothing that was not addressed to Balcony is read, and no answer is said in the open."""
    activity = here(PERSONAL).writes("commit ring Jo")
    del activity["conversation"]["conversationType"]
    assert inbound.command(activity) is None
    assert not inbound.where(activity).alone


def test_a_press_names_its_button_and_its_delivery() -> None:
    """Pressed on a card, opened in a dialog, sent as a message: the same name and value."""
    data = PRESS["data"]
    for activity in (
        here(PERSONAL).executes("m1", PRESS),
        here(PERSONAL).executes("m1", {"data": data}),
        here(PERSONAL).fetches("m1", {"msteams": {"type": "task/fetch"}, **data}),
        here(PERSONAL).submits(data),
        here(PERSONAL).submits_as_message("m1", data),
    ):
        event = inbound.done(activity)
        assert (event.kind, event.name, event.words) == (Kind.BUTTON, "commitment.close", "abc:done")
        assert event.person == Person("teams", "tenant-1", "aad-ben")
        assert event.key == "teams:tenant-1:a:1-ben:f:1"


def test_a_button_without_a_value_has_no_words() -> None:
    activity = here(CHANNEL).executes("m1", {"verb": "join", "data": {"verb": "join"}})
    event = inbound.done(activity)
    assert (event.words, event.channel) == ("", CHANNEL.id)


def test_a_form_is_read_wherever_it_was_filled_in() -> None:
    """In a dialog, in a card, from the message extension, as a message: name, words and answers; what is empty may be missing."""
    data = FORM | {"what": "ring Jo", "cue": None, "consent": "weekly,introductions"}
    for activity in (
        here(PERSONAL).submits(data),
        here(PERSONAL).uses_extension("submitAction", data=data),
        here(PERSONAL).executes("m1", {"verb": "form", "data": data | {"verb": "form"}}),
        here(PERSONAL).submits_as_message("m1", data | {"msteams": {}}),
    ):
        event = inbound.done(activity)
        assert (event.kind, event.name, event.words) == (Kind.FORM, "commit", "abc")
        assert event.answers == {"what": "ring Jo", "cue": "", "consent": "weekly,introductions"}
        assert (event.answer("day"), event.answer("consent")) == ("", "weekly,introductions")


def test_a_form_is_the_same_whichever_activity_sends_it() -> None:
    """Its own id counts, for each person: nobody can use up the form of somebody else."""
    sent = [here(PERSONAL, "f:1").submits(FORM), here(CHANNEL, "f:2").submits(FORM)]
    assert len({inbound.done(activity).key for activity in sent}) == 1
    others = here(PERSONAL, who=JO).submits(FORM)
    another = here(PERSONAL).submits(FORM | {"id": "another|button|commitment.edit|abc"})
    elsewhere = here(PERSONAL, tenant="tenant-2").submits(FORM)
    assert len({inbound.done(activity).key for activity in (sent[0], others, another, elsewhere)}) == 4


def test_a_form_says_how_it_was_opened() -> None:
    """By a command or a button: the same again, for whoever sent it, under a key of its own each time."""
    opened = Event(Kind.BUTTON, "commitment.edit", Person("teams", "tenant-1", "aad-ben"), "k", CHANNEL.id, "abc|def")
    activity = here(CHANNEL, "f:2").submits(FORM | {"id": inbound.form_id(opened)})
    again = inbound.opened_again(activity, 0)
    assert again is not None
    assert replace(again, key="k") == opened
    assert again.key not in {
        opened.key,
        inbound.done(activity).key,
        getattr(inbound.opened_again(activity, 1), "key", ""),
    }


def test_only_what_opens_a_form_is_done_again() -> None:
    """An id is only text that comes back: one that names another button, or nothing, opens nothing."""
    for form_id in (
        "x|button|leave|abc",
        "x|button|commitment.undo|abc",
        "x|form|commit|",
        "x",
        "x|",
        "|||",
        "x|home|home|",
    ):
        activity = here(CHANNEL).submits(FORM | {"id": form_id})
        assert inbound.opened_again(activity, 0) is None, form_id
    for name in FORM_BUTTONS:
        activity = here(CHANNEL).submits(FORM | {"id": f"x|button|{name}|"})
        assert inbound.opened_again(activity, 0) is not None


def test_each_opening_of_a_form_has_its_own_id() -> None:
    """And nothing in it tells the key of the event that opened it."""
    first, second = (Event(Kind.COMMAND, "/commit", Person("teams", "t", "u"), key) for key in ("secret-1", "secret-2"))
    assert inbound.form_id(first) != inbound.form_id(second)
    assert inbound.form_id(first) == inbound.form_id(first)
    assert "secret" not in inbound.form_id(first)


def test_the_message_extension_is_the_button_of_an_empty_form() -> None:
    """From the compose box; and from the menu of a message with its text, HTML made plain."""
    event, text = inbound.commit_to(here(CHANNEL).uses_extension())
    assert (event.kind, event.name, event.words, text) == (Kind.BUTTON, "commitment.new", "", "")
    html = '<p>Could somebody&nbsp;<strong>ring</strong> <at id="0">Jo</at>?</p>\n<p>Tea &amp; cake <emoji id="smile" alt="😀" title="Smile"></emoji></p>'
    _, text = inbound.commit_to(here(CHANNEL).uses_extension(html=html))
    assert text == "Could somebody ring Jo?\n\nTea & cake 😀"


def test_the_message_extension_works_where_there_is_no_conversation() -> None:
    """In Teams' own command box; nowhere else can one be missing."""
    activity = here(CHANNEL).uses_extension()
    del activity["conversation"]
    event, _ = inbound.commit_to(activity)
    assert (event.key, event.channel) == ("teams:tenant-1::f:1", "")
    assert inbound.channel(activity) is None
    for other in (here(CHANNEL).executes("m1", PRESS), here(CHANNEL).writes("home"), here(GROUP).meets("End")):
        del other["conversation"]
        with pytest.raises(NotUnderstood):
            inbound.key(other)


def test_another_command_of_the_message_extension_is_not_understood() -> None:
    activity = here(CHANNEL).uses_extension()
    for odd in ({"commandId": "reflect"}, {"commandId": None}, {}):
        with pytest.raises(NotUnderstood):
            inbound.commit_to(activity | {"value": odd})


def test_plain_text_of_a_message_is_taken_as_it_is() -> None:
    activity = here(CHANNEL).uses_extension(html=" a &amp; <b> ")
    activity["value"]["messagePayload"]["body"]["contentType"] = "text"
    assert inbound.commit_to(activity)[1] == "a &amp; <b>"


def test_a_meeting_begins_and_ends_in_its_own_conversation() -> None:
    """Without its thread; any other event is none."""
    started = inbound.meeting(here(GROUP).meets("Start"))
    ended = inbound.meeting(here(CHANNEL).meets("End"))
    assert started is not None
    assert ended is not None
    assert (started.kind, started.name, started.channel) == (Kind.MEETING, "started", GROUP.id)
    assert (ended.name, ended.channel) == ("ended", CHANNEL.id)
    other = here(GROUP).meets("End") | {"name": "application/vnd.microsoft.readReceipt"}
    assert inbound.meeting(other) is None


def test_somebody_without_an_id_in_the_directory_has_the_bots_own_id_of_them() -> None:
    activity = here(PERSONAL).writes("home")
    assert inbound.person(activity).user == "aad-ben"
    del activity["from"]["aadObjectId"]
    assert inbound.person(activity).user == "29:ben"


def test_ids_of_two_tenants_are_two_people() -> None:
    """Person, place and key differ where only the tenant does, in every kind of event."""
    tenants = ("tenant-1", "tenant-2")
    mine = [here(CHANNEL, tenant=tenant) for tenant in tenants]
    for one, two in (
        (gesture.writes("<at>Balcony</at> home", BALCONY) for gesture in mine),
        (gesture.executes("m1", PRESS) for gesture in mine),
        (gesture.meets("End") for gesture in mine),
    ):
        assert inbound.person(one) != inbound.person(two)
        assert inbound.channel(one) != inbound.channel(two)
        assert inbound.key(one) != inbound.key(two)


def test_the_tenant_is_one_wherever_it_is_named() -> None:
    """In the conversation, in the channel's data or in both, in any case of letters; two different ones are not understood."""
    activity = here(PERSONAL).writes("home")
    assert inbound.tenant(activity | {"channelData": None}) == "tenant-1"
    assert inbound.tenant(activity | {"channelData": {"tenant": {"id": "tenant-1"}}}) == "tenant-1"
    assert inbound.tenant(activity | {"conversation": {"id": "x", "tenantId": ""}}) == "tenant-1"
    assert inbound.tenant({"channelData": {"tenant": {"id": "TENANT-1"}}}) == "tenant-1"
    for odd in (
        {"channelData": {"tenant": {"id": "tenant-2"}}},
        {"channelData": {"tenant": {"id": ["tenant-1"]}}},
        {"channelData": None, "conversation": {"id": "x"}},
        {"channelData": None, "conversation": {"tenantId": ""}},
        {"conversation": {"tenantId": 7}},
    ):
        with pytest.raises(NotUnderstood):
            inbound.tenant(activity | odd)


def test_where_an_answer_can_be_shown() -> None:
    """A thread keeps its own id there; the channel itself is known by the id without it."""
    there = inbound.where(here(CHANNEL).executes("m1", PRESS))
    assert (there.conversation, there.card, there.alone) == (CHANNEL.told, "m1", False)
    assert (there.called, there.name, there.service_url) == ("29:ben", "Ben Okri", SCENE.service_url)
    assert inbound.channel(here(CHANNEL).executes("m1", PRESS)) == Channel("teams", "tenant-1", CHANNEL.id)
    personal = here(PERSONAL).writes("home")
    assert inbound.where(personal).alone
    assert inbound.channel(personal) is None


WHOLE: list[dict[str, Any]] = [
    here(CHANNEL).writes("<at>Balcony</at> commit ring Jo", BALCONY),
    here(CHANNEL).executes("m1", PRESS),
    here(CHANNEL).submits(FORM | {"what": "ring Jo"}),
    here(CHANNEL).uses_extension(html="<p>ring Jo</p>"),
    here(GROUP).meets("End"),
]
READERS: tuple[Callable[[dict[str, Any]], object], ...] = (
    inbound.command, inbound.done, inbound.commit_to, inbound.meeting, inbound.where, partial(inbound.opened_again, number=0),
)  # fmt: skip


@given(activity=st.sampled_from(WHOLE), data=st.data())
def test_a_shape_that_nobody_thought_of_is_not_understood(activity: dict[str, Any], data: st.DataObject) -> None:
    """Anything in the place of any part: read, or NotUnderstood, and nothing else."""
    path: list[str] = []
    part: Any = activity
    while isinstance(part, dict) and part and (not path or data.draw(st.booleans())):
        path.append(data.draw(st.sampled_from(sorted(part))))
        part = part[path[-1]]
    odd = st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(), st.just([]), st.just({}), st.just([{"type": "mention"}])
    )
    bent = changed(activity, path, data.draw(odd))
    for read in READERS:
        try:
            read(bent)
        except NotUnderstood:
            continue


def changed(whole: dict[str, Any], path: list[str], value: object) -> dict[str, Any]:
    """A copy with something else at that place."""
    name, *rest = path
    return whole | {name: changed(whole[name], rest, value) if rest else value}


@pytest.mark.parametrize(
    "piece", ["<", "<p", "<emoji ", '<emoji alt="x', 'alt="', "&amp;", "\n ", " ", "<at>", "commit:"]
)
def test_a_long_text_is_read_in_a_moment(piece: str) -> None:
    """Whatever is in it again and again: twice as long takes about twice as long, not four times."""
    for text in (piece * 20_000, "<emoji " + piece * 20_000, "commit" + piece * 20_000):
        began = process_time()
        typed.command(typed.plain(text))
        assert process_time() - began < 1


@given(text=st.text(st.sampled_from("commit :/<at>&;bnsp \n"), max_size=60))
def test_any_text_is_a_command_with_words(text: str) -> None:
    """Nothing that can be typed is refused, and words have no white space around them."""
    name, words = typed.command(typed.plain(text))
    assert name in {"/commit", "/reflect", "/connect", "/balcony"}
    assert words == words.strip()
