"""What an issue is about: Balcony guesses, its author ticks. Nobody else sees what they ticked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.chat import (
    Answer,
    Block,
    Button,
    Event,
    Form,
    Message,
    Own,
    Part,
    Problems,
    Question,
    Refusal,
    Words,
    buttons,
    note,
    say,
    text,
)
from bot.domain.kind import TERMS, Kind
from bot.domain.text import TOPIC_LIMIT, TooLong, folded, one_line
from bot.handlers import repair, topic_list
from bot.handlers.who import issue_of, older_version
from bot.matching.guesses import guessed
from bot.matching.recipe import everybodys_topics, version_here
from bot.matching.topics import Topic, own_topic
from storage import issues, members, outbox, own_topics, programmes
from storage.db import Db
from storage.issues import Bare, Mine
from storage.models import Member
from storage.own_topics import Called

MOST_TICKED = 10  # of one issue: more of them say less
MOST_WAITING = 5  # names of one member before the enabler
ON, OFF = "on", "off"
MINE = "My issues"
SOON = "I am reading your issue now. In a moment I will ask you what it is about, with a few topics to tick."
_WHAT_FOR = "When I bring you together with somebody who ticked the same, I say that you both work on it. Nobody sees your other ticks."
_TOO_MANY = "Ten topics is the most for one issue. Please untick one first."
_UNREAD = "I am still reading it. In a moment I can offer you a few topics; you can also name one yourself."
_NO_WORDS = "I found no words in it that tell me a topic. If you like, name one yourself."


@dataclass(frozen=True, slots=True)
class Listed:
    """The topics of a programme in the order of its portraits, and by id what each is called that may be ticked."""

    topics: tuple[Topic, ...]
    names: dict[str, str]


async def listed(db: Db, programme_id: str) -> Listed:
    everybodys = everybodys_topics().all
    own = own_list(await own_topics.accepted(db, programme_id))
    names = await own_topics.names(db, programme_id)
    return Listed((*everybodys, *own), names | {topic.id: topic.label for topic in everybodys})


def own_list(own: Sequence[Called]) -> list[Topic]:
    """A programme's own topics as portraits are made with them."""
    return [own_topic(called.id, called.label, called.says) for called in own]


def asks(member: Member, now: datetime) -> bool:
    """Whether they are asked about topics: only who is introduced or found has any use for them."""
    return (member.wants_introductions or member.wants_found) and not member.is_paused(now)


async def ask(db: Db, of: Bare, now: datetime) -> None:
    """Its portrait has just been made: ask its author what it is about. Once for a text, and not long after."""
    if now - of.written_at > TERMS[Kind.TOPICS].fresh_for:
        return
    member, one = await issues.author_of(db, of, version_here())
    if one.ticked or not asks(member, now):
        return
    question = view(member, one, await listed(db, member.programme_id))
    await outbox.put(
        db, _key(one), members.person_of(member), question, now,
        kind=Kind.TOPICS, programme_id=member.programme_id, member_id=member.id,
    )  # fmt: skip


async def ask_no_more(db: Db, one: Mine) -> None:
    """It is not what they work on any more: what is not said yet stays unsaid, and its words are kept no longer."""
    await outbox.drop_unsent_of(db, [_key(one)])


async def show(event: Event, db: Db, now: datetime) -> Answer:
    """The button beside an issue."""
    member, one = await issue_of(event, db, event.words)
    return view(member, one, await listed(db, member.programme_id))


async def tick(event: Event, db: Db, now: datetime) -> Answer:
    """A topic was ticked or unticked. A button says which, so that pressing it twice is the same as once."""
    issue_id, _, rest = event.words.partition(":")
    stamp, _, rest = rest.partition(":")
    wanted, _, topic = rest.partition(":")
    member, one = await issue_of(event, db, issue_id)
    known = await listed(db, member.programme_id)
    if wanted not in {ON, OFF}:
        raise older_version()
    if stamp != _stamp(one):
        return view(member, one, known, "You have put it in other words since, so I ticked nothing.")
    if topic not in known.names:
        raise Refusal("That topic is not in the list any more.")
    ticked = one.ticked | {topic} if wanted == ON else one.ticked - {topic}
    if len(ticked) > MOST_TICKED:
        return view(member, one, known, _TOO_MANY)
    return view(member, await _ticked(db, member, one, ticked, now), known)


async def call(event: Event, db: Db, now: datetime) -> Answer:
    """None of these: the form to name it."""
    _, one = await issue_of(event, db, event.words)
    hint = "A few words, like the name of a topic. Your enabler sees this name, not who gave it."
    question = Question("label", "What would you call it?", "line", hint, limit=TOPIC_LIMIT)
    return Form("topic.call", "A topic of your own", "Keep it", (question,), words=one.id, intro=(Words(one.words),))


async def keep(event: Event, db: Db, now: datetime) -> Answer:
    """The name was given: it is ticked at once. One that the list has not waits for the enabler."""
    member, one = await issue_of(event, db, event.words)
    try:
        label = one_line(event.answer("label"), TOPIC_LIMIT)
    except TooLong as problem:
        return Problems({"label": str(problem)})
    if not any(sign.isalnum() for sign in label):
        return Problems({"label": "Please call it something, in a word or two."})
    if len(one.ticked) >= MOST_TICKED:
        return Problems({"label": _TOO_MANY})
    topic = _of_everybody(label)
    if topic is None:
        names = await own_topics.names(db, member.programme_id)
        if folded(label) not in map(folded, names.values()) and await own_topics.waiting_of(db, member) >= MOST_WAITING:
            return Problems(
                {"label": f"{MOST_WAITING} names of yours wait for your enabler already. Please wait a little."}
            )
        called = await own_topics.call(db, member, label, now)
        waits = await topic_list.tell_enablers(db, await programmes.of_member(db, member), called, now)
        lead = "Ticked. Your enabler decides whether the programme's list gets this name." if waits else "Ticked."
        topic = called.id
    else:
        lead = "That is in my list already, so I have ticked it."
    one = await _ticked(db, member, one, one.ticked | {topic}, now)
    return view(member, one, await listed(db, member.programme_id), lead)


async def _ticked(db: Db, member: Member, one: Mine, topics: frozenset[str], now: datetime) -> Mine:
    """The issue with these topics, in an introduction that waits to be posted, too."""
    await issues.tick(db, member, one.nth, topics)
    await repair.reword(db, member, now)
    return replace(one, ticked=topics)


def view(member: Member, one: Mine, known: Listed, lead: str = "") -> Message:
    """One issue with everything that can be ticked for it, and what is."""
    question, *rest = choices(one, known)
    blocks = [text(lead), Words(one.words), question] if lead else [question, Words(one.words)]
    return say(*blocks, *rest, buttons(Button(MINE, "issue.list", member.id)), replaces=True)


def choices(one: Mine, known: Listed) -> list[Block]:
    """The question, a button for each topic that may fit, and a way to name another."""
    guesses = [topic.id for topic in guessed(one.portrait, known.topics)]
    others = sorted(one.ticked & known.names.keys() - set(guesses), key=lambda topic: known.names[topic])
    rows = [buttons(_button(one, topic, known.names[topic])) for topic in (*guesses, *others)]
    call_it = "Something else: call it …" if one.ticked else "None of these: call it …" if guesses else "Call it …"
    return [text(_question(one, guesses)), *rows, buttons(Button(call_it, "topic.call", one.id)), note(_WHAT_FOR)]


def about(one: Mine, names: dict[str, str]) -> Block:
    """What is ticked for an issue, in one line; a name that was not taken into the list is still its author's word."""
    labels = sorted(names[topic] for topic in one.ticked if topic in names)
    return note("About: ", *_listed(labels)) if labels else note("Nothing ticked yet.")


def _question(one: Mine, guesses: Sequence[str]) -> str:
    if one.ticked:
        return "This is what your issue is about. Tick what fits, untick what does not."
    if guesses:
        return "What is your issue about? Tick what fits."
    return _NO_WORDS if one.portrait else _UNREAD


def _button(one: Mine, topic: str, label: str) -> Button:
    ticked = topic in one.ticked
    return Button(
        f"✓ {label}" if ticked else label, "topic.tick", f"{one.id}:{_stamp(one)}:{OFF if ticked else ON}:{topic}"
    )


def _key(one: Mine) -> str:
    return f"topics:{one.id}:{_stamp(one)}"


def _stamp(one: Mine) -> str:
    """Which text of the issue it is: a button under an older one must not tick anything for a newer one."""
    return f"{int(one.written_at.timestamp() * 1000):x}"


def _of_everybody(label: str) -> str | None:
    return next((topic.id for topic in everybodys_topics().all if folded(topic.label) == folded(label)), None)


def _listed(labels: Iterable[str]) -> list[Part]:
    parts: list[Part] = []
    for label in labels:
        parts += [", "] * bool(parts) + [Own(label)]
    return parts
