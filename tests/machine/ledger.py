"""What people were told, and what must therefore be found in the database: no more, no less.

Where the process ended in the middle, both are right: as it was before, and as it would have become.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bot.chat import Answer, Event, Kind, Message
from bot.domain import free, rhythm
from bot.platforms.local import render
from tests.machine.plain import WORD, Names, Tables, first_issue_of, words, zone_of

Fact = tuple[str, str]
GONE = "gone"
_OUTCOMES = {"done": "Done.", "partly": "Partly.", "changed": "Changed.", "let go": "Let go."}

_ABOUT_IT = {  # what a button says of the one thing that it names: the sentence, and what is so then
    "commitment.reopen": ("Open again.", "commitment", "open"),
    "commitment.day": ("Kept", "commitment", "open"),
    "witness.yes": ("Thank you. This is what", "witness", "accepted"),
    "witness.no": ("That is fine.", "witness", "declined"),
    "session.end": ("has ended. The channel hears", "session", "ended"),
    "session.cancel": ("is cancelled. The channel will not", "session", "cancelled"),
    "session.restore": ("is planned again", "session", "planned"),
}
_IN_TIME = {"planned": "ended"}  # a session ends by itself


@dataclass(frozen=True, slots=True)
class Claim:
    """If the answer says this sentence, then that is so. Several values are divided by |."""

    sentence: str
    fact: Fact
    value: str


@dataclass
class Ledger:
    """Facts and the values that each may have."""

    allowed: dict[Fact, set[str]] = field(default_factory=dict)

    def told(self, claims: Iterable[Claim], answer: Answer) -> int:
        """Somebody has this answer in hand. Gives how many facts it states."""
        said = render.as_text(answer) if isinstance(answer, Message) else ""
        stated = [claim for claim in claims if claim.sentence in said]
        self.allowed |= {claim.fact: _with_time(*claim.value.split("|")) for claim in stated}
        return len(stated)

    def perhaps(self, claims: Iterable[Claim], facts: dict[Fact, str]) -> None:
        """Nobody was told anything: it may be as it was, or as it would have become."""
        for claim in claims:
            as_it_was = _with_time(facts.get(claim.fact, GONE))
            self.allowed.setdefault(claim.fact, as_it_was).update(_with_time(*claim.value.split("|")))

    def forget(self, *kinds: str) -> None:
        """The host changed these by other means."""
        self.allowed = {fact: values for fact, values in self.allowed.items() if fact[0] not in kinds}

    def broken(self, facts: dict[Fact, str]) -> list[str]:
        """What somebody was told and is not so."""
        return [
            f"{kind} of {what} must be {' or '.join(sorted(values))}, and is {facts.get((kind, what), GONE)}"
            for (kind, what), values in self.allowed.items()
            if facts.get((kind, what), GONE) not in values
        ]


def _with_time(*values: str) -> set[str]:
    """These, and what becomes of them without anybody."""
    return {*values, *(_IN_TIME[value] for value in values if value in _IN_TIME)}


def facts(rows: Tables, names: Names) -> dict[Fact, str]:
    """What is in the database, in the words of the ledger."""
    return dict(_facts(rows, names))


def _facts(rows: Tables, names: Names) -> Iterator[tuple[Fact, str]]:
    for row in rows["commitment"]:
        what = words(row["what"])
        yield ("commitment", what), row["state"]
        yield ("cue", what), words(row["cue"])
        yield ("learned", what), words(row["learned"])
        yield ("witness", what), row["witness_state"]
    for row in rows["reflection"]:
        yield from ((("page", word), "kept") for word in WORD.findall(row["body"]))
    for row in rows["member"]:
        who = names[row["id"]]
        yield ("member", who), "left" if row["left_at"] else "here"
        yield ("quiet", who), str(bool(row["paused_until"]))
        yield ("skips", who), str(bool(row["skips_round_on"]))
        yield ("often", who), str(row["round_every"])
        yield ("free", who), row["free"] or ""
    for row in rows["issue"]:
        yield ("issue", words(row["words"])), "kept"
    for row in rows["session"]:
        yield ("session", names[row["id"]]), "planned" if row["state"] == "missed" else row["state"]
        yield ("title", names[row["id"]]), row["title"]
    for row in rows["round"]:
        yield ("round", names[row["id"]]), "made"
    for row in rows["introduced"]:
        yield ("met", f"{names[row['member_id']]} {names[row['introduction_id']]}"), row["met"]

    for row in rows["cameofit"]:
        of = f"{names[row['member_id']]} {names[row['introduction_id']]}"
        yield ("line", of), words(row["line"])
        yield ("read", of), str(bool(row["released_at"]))


def released(rows: Tables) -> set[str]:
    """The private words that their authors let the enablers read."""
    return {word for row in rows["cameofit"] if row["released_at"] for word in WORD.findall(row["line"])}


def claims(event: Event, names: Names, now: datetime) -> list[Claim]:
    """What the answer to this may state."""
    who = f"{event.person.user}@{event.person.workspace}"
    return list(
        {Kind.COMMAND: _typed, Kind.BUTTON: _pressed, Kind.FORM: _sent}.get(event.kind, _nothing)(
            event, who, names, now
        )
    )


def _nothing(_event: Event, _who: str, _names: Names, _now: datetime) -> Iterator[Claim]:
    yield from ()


def _typed(event: Event, who: str, _names: Names, _now: datetime) -> Iterator[Claim]:
    if event.name == "/commit":
        yield from _kept(event.words)
    if event.name == "/reflect":
        yield from _pages(event.words)
    if event.name == "/balcony":
        verb, _, rest = event.words.partition(" ")
        if verb == "issue":
            yield from _issue("Kept, in your own words", rest)
        yield from _about_oneself(verb, who, rest)


def _pressed(event: Event, who: str, names: Names, now: datetime) -> Iterator[Claim]:
    of, _, said = event.words.partition(":")
    what = names.get(of, "nobody's").removeprefix("commitment ")
    if event.name in _ABOUT_IT:
        sentence, kind, value = _ABOUT_IT[event.name]
        yield Claim(sentence, (kind, what), value)
    yield from _steered(event, who)
    match event.name:
        case "commitment.close":
            outcome = said.removesuffix(":beside")
            yield Claim(_OUTCOMES[outcome], ("commitment", what), outcome)
        case "commitment.undo":
            parts = ("commitment", "cue", "learned", "witness")
            yield from (Claim("Taken out again", (kind, what), GONE) for kind in parts)
        case "reflect.forget":
            yield from (Claim("That page is taken out", ("page", word), GONE) for word in WORD.findall(what))
        case "issue.remove":
            yield Claim("Taken away", ("issue", words(what)), GONE)
        case "issue.back":
            yield from _issue("It is back", event.words)
        case "pause" | "resume" | "leave":
            yield from _about_oneself(event.name, who, event.words)
        case "met" | "came.release" | "came.withdraw" | "came.forget":
            yield from _about_an_introduction(event.name, f"{who} {what}", said)
        case "round.now":
            day = rhythm.local_date(now, names.get(zone_of(of), "Europe/London"))
            yield Claim("on the way to the channel", ("round", f"round {day} {names.get(of)}"), "made")


def _about_an_introduction(name: str, place: str, said: str) -> Iterator[Claim]:
    if name == "met":
        yield Claim("Pressed by mistake", ("met", place), said)
    elif name == "came.forget":
        yield from (Claim("That line is taken out", (kind, place), GONE) for kind in ("line", "read"))
    else:
        yield Claim("The enablers can read it now", ("read", place), "True")
        yield Claim("Kept, for you alone", ("read", place), "False")


def _steered(event: Event, who: str) -> Iterator[Claim]:
    match event.name:
        case "introductions.skip":
            yield Claim("You skip the introductions", ("skips", who), "True")
        case "introductions.undo":
            yield Claim("You are in the introductions", ("skips", who), "False")
        case "introductions.every":
            yield Claim("I introduce you to somebody", ("often", who), event.words.partition(":")[0])


def _about_oneself(name: str, who: str, words: str) -> Iterator[Claim]:
    if name == "pause" and words:
        yield Claim("I will be quiet until", ("quiet", who), "True")
    if name == "resume":
        yield Claim("Good to have you back", ("quiet", who), "False")
    if name == "introductions" and words.startswith("free "):
        yield Claim("Saved", ("free", who), free.written(free.read(words.removeprefix("free "))))
    if name == "introductions" and words == "skip":
        yield Claim("You skip the introductions", ("skips", who), "True")
    if name == "leave":
        yield Claim("You have left", ("member", who), "left")


def _sent(event: Event, who: str, names: Names, _now: datetime) -> Iterator[Claim]:
    match event.name:
        case "commit":
            if event.answer("witness"):  # somebody else may be asked now
                yield Claim("Kept, for you", ("witness", words(event.answer("what"))), "asked|accepted|declined|")
            yield from _kept(event.answer("what"))
            yield Claim("Kept, for you", ("cue", words(event.answer("what"))), words(event.answer("cue")))
        case "learned":
            what = names.get(event.words, "nobody's").removeprefix("commitment ")
            yield Claim("Kept with your commitment", ("learned", what), words(event.answer("learned")))
        case "came":
            of = f"{who} {names.get(event.words, 'nobody')}"
            yield Claim("Kept, for you alone", ("line", of), words(event.answer("line")))
            yield Claim("Kept, for you alone", ("read", of), "False")
        case "reflect.page":
            yield from _pages(event.answer("page"))
        case "reflect.session":
            yield from _pages(" ".join(event.answer(name) for name in event.answers))
            yield from _kept(event.answer(list(event.answers)[-1]), "And as a commitment:")
        case "free":
            kept = free.written(free.read(event.answer("free"))) if event.answer("free") != "whenever" else ""
            yield Claim("Saved", ("free", who), kept)
        case "join" | "settings" | "issue.add" | "issue.change":
            yield from _about_work(event, who, names)
        case "session":
            programme, _, of = event.words.partition(":")
            title = event.answer("title")
            slug = names.get(of) or f"{title.lower().replace(' ', '-')}@{names.get(programme)}"
            yield Claim("Saved: ", ("title", slug), title)


def _about_work(event: Event, who: str, names: Names) -> Iterator[Claim]:
    """On joining, what is said is their first issue; else the one that is changed, or one more."""
    before = "" if event.name == "issue.add" else names.get(event.words, "")
    if event.name in {"join", "settings"}:
        yield Claim("Welcome to", ("member", who), "here")
        yield Claim("Welcome to", ("quiet", who), "False")
        yield Claim("Welcome to", ("skips", who), "False")
        yield Claim("Welcome to", ("often", who), "1")
        before = names.get(first_issue_of(who), "")
    for sentence in ("Welcome to", "Saved.", "Kept, in your own words", "Changed."):
        yield from _issue(sentence, event.answer("issue"), before)


def _issue(sentence: str, text: str, before: str = "") -> Iterator[Claim]:
    """It is one of theirs, perhaps in the place of another one."""
    if WORD.search(text):
        yield Claim(sentence, ("issue", words(text)), "kept")
    if words(before) and words(before) != words(text):
        yield Claim(sentence, ("issue", words(before)), GONE)


def _kept(text: str, sentence: str = "Kept, for you") -> Iterator[Claim]:
    if WORD.search(text):
        yield Claim(sentence, ("commitment", words(text)), "open")


def _pages(text: str) -> Iterator[Claim]:
    yield from (Claim("It is in your notebook", ("page", word), "kept") for word in WORD.findall(text))
