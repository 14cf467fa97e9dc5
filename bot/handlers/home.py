"""/balcony: home, and the small commands around it."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime

from bot.chat import (
    Answer,
    Block,
    Bold,
    Button,
    Command,
    Event,
    Heading,
    Message,
    Own,
    Refusal,
    Rule,
    Text,
    buttons,
    note,
    say,
    text,
)
from bot.domain import rhythm
from bot.domain.due import day_alone
from bot.handlers import (
    came_of_it,
    commit,
    connections,
    days,
    help_text,
    issue,
    join,
    map,
    maxims,
    network,
    repair,
    round,
    session,
    steering,
    topic_list,
    trouble,
)
from bot.handlers.who import member_of
from storage import commitments, members, outbox, programmes, sessions
from storage.db import Db
from storage.models import Member, Programme

Handler = Callable[[Event, Db, datetime], Awaitable[Answer]]

_SHOWN = 5
_QUOTED = 40  # characters


async def start(event: Event, db: Db, now: datetime) -> Answer:
    """/balcony and what follows it."""
    verb, _, rest = event.words.strip().partition(" ")
    known: dict[str, Handler] = {
        "": show,
        "home": show,
        "join": join.open_form,
        "settings": join.settings,
        "leave": join.ask_leave,
        "pause": pause,
        "resume": resume,
        "maxims": maxims.all_six,
        "session": session.start,
        "sessions": session.start,
        "round": round.start,
        "connections": connections.show,
        "stories": came_of_it.stories,
        "map": map.start,
        "network": network.start,
        "issue": issue.start,
        "issues": issue.start,
        "topics": topic_list.start,
        "introductions": steering.start,
        "help": helped,
    }
    handler = known.get(verb.lower())
    if handler is None and not await members.memberships(db, event.person):
        return await _way_in(event, db)
    if handler is None:
        raise Refusal(*_not_known(event.words.strip()))
    return await handler(_with_words(event, rest.strip()), db, now)


def _not_known(words: str) -> Iterator[Text]:
    """Where people write to Balcony as to somebody, they write sentences; perhaps this one is a commitment."""
    shown = words if len(words) <= _QUOTED else f"{words[:_QUOTED]}…"
    yield text("I do not know ", Own(f"“{shown}”"), ". ", Command("/balcony help"), " shows what I do.")
    if " " in words:
        yield text("To keep it as a commitment, write ", Command("/commit"), " before it.")


async def helped(event: Event, db: Db, now: datetime) -> Answer:
    return help_text.BALCONY


async def show(event: Event, db: Db, now: datetime) -> Answer:
    """Home: my issues, my commitments, the next session, my settings; or the way in."""
    mine = await members.memberships(db, event.person)
    if not mine:
        return await _way_in(event, db)
    member = await member_of(event, db)
    programme = await programmes.of_member(db, member)
    blocks: list[Block] = [
        Heading(programme.name[:150]),
        *await issue.at_home(db, member),
    ]
    blocks += await _commitments(db, member, now)
    blocks += _people(member)
    blocks += [text(Bold("Next session")), note(await _next_session(db, programme, now)), Rule()]
    blocks += _rhythm(member, now)
    blocks += await trouble.shown(db, event.person, now)
    return say(*blocks)


async def pause(event: Event, db: Db, now: datetime) -> Answer:
    """Send nothing until a day, from any programme of theirs. With no day, ask for one."""
    member = await member_of(event, db)
    if not event.words:
        return say("For how long shall I be quiet?", buttons(*pause_buttons()))
    today = rhythm.local_date(now, member.timezone)
    read = day_alone(event.words, today)
    if read.day is None or read.day <= today:
        raise Refusal(
            read.problem
            or text(
                "I need a day after today. Try: ",
                Command("/balcony pause 2 weeks"),
                ", or ",
                Command("/balcony pause until 3 January"),
                ".",
            )
        )
    for mine in await members.memberships(db, event.person):
        mine.paused_until = rhythm.instant(read.day, rhythm.MORNING, mine.timezone)
        await repair.mend(db, mine, now)
    return say(
        text(
            f"I will be quiet until {rhythm.day_in_words(read.day, today)}. ",
            Command("/balcony resume"),
            " brings me back sooner.",
        ),
        replaces=True,
    )


async def resume(event: Event, db: Db, now: datetime) -> Answer:
    """Back from a pause, or from the rest that follows a long silence."""
    member = await member_of(event, db)
    away = [mine for mine in await members.memberships(db, event.person) if mine.is_paused(now) or _rests(mine)]
    for mine in away:
        mine.paused_until = None
        await outbox.say_sooner(db, mine.id, now)
        join.plan_weekly(mine, now)
        await days.plan_again(db, mine, now)
    greeting = "Good to have you back." if away else "You are not on a pause, so nothing has changed."
    return say(greeting, note(join.what_i_send(member)), replaces=True)


def pause_buttons() -> tuple[Button, ...]:
    return tuple(
        Button(label, "pause", words)
        for label, words in (("1 week", "1 week"), ("2 weeks", "2 weeks"), ("4 weeks", "4 weeks"))
    )


async def _way_in(event: Event, db: Db) -> Message:
    here = await programmes.in_channel(db, event.person.platform, event.person.workspace, event.channel)
    everywhere = [here] if here else await programmes.in_workspace(db, event.person)
    if not everywhere:
        raise Refusal("There is no programme here yet. The person who runs Balcony can add one.")
    if len(everywhere) > 1:
        return say(
            text("You have not joined a programme. Write ", Command("/balcony join"), " to me in the channel of yours.")
        )
    return join.welcome(everywhere[0])


def _rhythm(member: Member, now: datetime) -> list[Block]:
    """What they get from Balcony unasked, and where to change it."""
    settings = Button("Settings", "settings")
    if member.paused_until and member.is_paused(now):
        days_apart = (rhythm.local_date(moment, member.timezone) for moment in (member.paused_until, now))
        return [
            text(f"I am quiet until {rhythm.day_in_words(*days_apart)}."),
            buttons(Button("Resume", "resume", main=True), settings),
        ]
    if _rests(member):
        return [
            text("I am resting, and write no weekly messages."),
            buttons(Button("Start again", "resume", main=True), settings),
        ]
    return [note(join.what_i_send(member)), buttons(settings, Button("All six maxims", "maxims"))]


def _rests(member: Member) -> bool:
    return member.wants_weekly and member.next_weekly_at is None


async def _commitments(db: Db, member: Member, now: datetime) -> list[Block]:
    rows = await commitments.open_of(db, member)
    blocks: list[Block] = [text(Bold("My commitments"))]
    if not rows:
        blocks.append(note("Nothing open."))
    for row in rows[:_SHOWN]:
        blocks += commit.entry(db, row, rhythm.local_date(now, member.timezone))
    if len(rows) > _SHOWN:
        blocks.append(note(f"And {len(rows) - _SHOWN} more: ", Command("/commit list")))
    return [
        *blocks,
        buttons(
            Button("Commit", "commitment.new", main=True),
            Button("Reflect", "reflect.page"),
            Button("My notebook", "reflect.list"),
        ),
    ]


def _people(member: Member) -> list[Block]:
    """Whom they know, whom they might meet, and what Balcony does about it."""
    return [
        text(Bold("People")),
        buttons(
            Button("Find somebody", "connect"),
            Button("My connections", "connections"),
            Button("Introductions", "introductions", member.id),
        ),
    ]


async def _next_session(db: Db, programme: Programme, now: datetime) -> str:
    following = await sessions.next_planned(db, programme.id, now)
    if following is None:
        return "None planned."
    return f"{following.title}. {session.in_words(following, programme, now)}."


def _with_words(event: Event, words: str) -> Event:
    return Event(event.kind, event.name, event.person, event.key, event.channel, words, event.answers)
