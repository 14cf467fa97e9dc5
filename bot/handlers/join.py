"""Joining a programme, changing what one said on joining, and leaving."""

from datetime import datetime, time

from bot.chat import (
    Answer,
    Button,
    Event,
    Form,
    Message,
    Option,
    Problems,
    Question,
    Refusal,
    Words,
    buttons,
    note,
    say,
    text,
)
from bot.domain import rhythm
from bot.domain.text import ISSUE_LIMIT, NAME_LIMIT, TooLong, one_line, tidy
from bot.handlers.who import member_of, programme_here
from storage import members, outbox, programmes
from storage.db import Db
from storage.models import Member, Programme

SECTORS = ("NHS", "council", "charity", "school", "other public service", "other")
WEEKLY, INTRODUCTIONS = "weekly", "introductions"
_DAYS = tuple(Option(day.capitalize(), str(number)) for number, day in enumerate(rhythm.WEEKDAYS))
_HOURS = tuple(f"{hour:02}:00" for hour in range(7, 20))


def welcome(programme: Programme) -> Message:
    """What the channel sees once."""
    return say(
        text("Hello. I am Balcony, and I belong to this programme: ", programme.name, "."),
        "After each session I bring a question and one of Myron Rogers' maxims. I keep the one small thing you decide to do, "
        "and bring it back to you on the day. If you like, I write to you once a week, and introduce you to people here who work on something similar.",
        "What you write to me is yours: nobody else can read it. I write only to those who join.",
        buttons(Button("Join", "join", programme.id, main=True)),
    )


async def open_form(event: Event, db: Db, now: datetime) -> Answer:
    """The form to join, or to change what was said."""
    programme = await _programme(event, db)
    member = await members.row_of(db, programme, event.person)
    return form(programme, member, db.unseal(member, "issue") if member else "")


async def settings(event: Event, db: Db, now: datetime) -> Answer:
    member = await member_of(event, db)
    programme = await programmes.of_member(db, member)
    return form(programme, member, db.unseal(member, "issue"))


def form(programme: Programme, member: Member | None, issue: str) -> Form:
    new = member is None or member.left_at is not None
    ticked = (
        [] if member is None or new else [WEEKLY] * member.wants_weekly + [INTRODUCTIONS] * member.wants_introductions
    )
    weekday = programme.weekly_weekday if member is None else member.weekly_weekday
    hour = programme.weekly_time if member is None else member.weekly_time
    hours = sorted({*_HOURS, f"{hour:%H:%M}"})
    about = (
        Question("issue", "What are you working on?", "lines", "Your issue, in your own words. Shown to those you are introduced to.", issue, limit=ISSUE_LIMIT),
        Question("organisation", "Your organisation", "line", initial=member.organisation if member else "", limit=NAME_LIMIT),
        Question("sector", "Sector", "choice", initial=member.sector if member else "", options=tuple(Option(sector, sector) for sector in SECTORS)),
        Question("place", "Your place", "line", "A town, a county, an area.", member.place if member else "", needed=False, limit=NAME_LIMIT),
    )  # fmt: skip
    wishes = (
        Question("consent", "What may I send you?", "ticks", "Leave both empty and I only answer you.", ",".join(ticked), needed=False, options=(
            Option("A reflection message each week", WEEKLY), Option("Introductions to people with similar issues", INTRODUCTIONS))),
        Question("weekday", "Which day of the week?", "choice", initial=str(weekday), options=_DAYS),
        Question("hour", "At what time?", "choice", initial=f"{hour:%H:%M}", options=tuple(Option(h, h) for h in hours)),
        Question("timezone", "Time zone", "line", "Only if you are somewhere else.", member.timezone if member else programme.timezone, needed=False, limit=NAME_LIMIT),
    )  # fmt: skip
    return Form("join", "Join" if new else "Your settings", "Join" if new else "Save", about + wishes, words=programme.id,
                intro=(text("You join ", programme.name, "."),) if new else ())  # fmt: skip


async def keep(event: Event, db: Db, now: datetime) -> Answer:
    """The form was sent."""
    programme = await _programme(event, db)
    said, problems = _read(event, programme)
    if problems:
        return Problems(problems)
    member = await members.row_of(db, programme, event.person)
    new = member is None or member.left_at is not None
    if member is None:
        member = Member(
            programme_id=programme.id, platform=event.person.platform, workspace=event.person.workspace, user=event.person.user,
            timezone=programme.timezone, weekly_weekday=programme.weekly_weekday, weekly_time=programme.weekly_time, joined_at=now,
        )  # fmt: skip
        db.session.add(member)
    if new:
        member.left_at, member.joined_at, member.unanswered, member.weekly_every, member.paused_until = (
            None,
            now,
            0,
            1,
            None,
        )
    member.organisation, member.sector, member.place = said["organisation"], said["sector"], said["place"]
    db.seal(member, "issue", said["issue"])
    ticked = event.answer("consent").split(",")
    member.wants_weekly, member.wants_introductions = WEEKLY in ticked, INTRODUCTIONS in ticked
    member.timezone = said["timezone"]
    member.weekly_weekday, member.weekly_time = int(said["weekday"]), time.fromisoformat(said["hour"])
    plan_weekly(member, now + rhythm.FIRST_WEEKLY_AFTER if new else now)
    return _joined(db, member, programme) if new else say("Saved.", note(what_i_send(member)))


def plan_weekly(member: Member, now: datetime) -> None:
    """Set the next weekly message by the member's own day, hour and zone, after any pause."""
    start = max(now, member.paused_until) if member.paused_until else now
    member.next_weekly_at = (
        rhythm.next_weekly(start, member.weekly_weekday, member.weekly_time, member.timezone)
        if member.wants_weekly
        else None
    )


def what_i_send(member: Member) -> str:
    """One sentence on what this member agreed to."""
    weekly = f"write to you on {rhythm.WEEKDAYS[member.weekly_weekday].capitalize()}s at {member.weekly_time:%H:%M}"
    if member.weekly_every > 1:
        weekly += f", every {member.weekly_every} weeks"
    wishes = [weekly] * member.wants_weekly + ["introduce you to others"] * member.wants_introductions
    return (
        f"I will {' and '.join(wishes)}."
        if wishes
        else "I will only answer you, and send nothing of my own accord but your commitments on their day."
    )


async def ask_leave(event: Event, db: Db, now: datetime) -> Answer:
    member = await member_of(event, db)
    programme = await programmes.of_member(db, member)
    return say(
        text(
            "Leave ", programme.name, "? I will send you nothing more. Your notebook waits for you if you join again."
        ),
        buttons(Button("Leave", "leave", member.id), Button("Stay", "stay")),
    )


async def leave(event: Event, db: Db, now: datetime) -> Answer:
    member = next((mine for mine in await members.memberships(db, event.person) if mine.id == event.words), None)
    if member is None:
        raise Refusal("You have left already.")
    member.left_at, member.next_weekly_at = now, None
    await outbox.drop_unsent(db, member.id)
    return say(
        "You have left, and I will not write again. Thank you for what you brought. /balcony join brings you back.",
        replaces=True,
    )


async def stay(event: Event, db: Db, now: datetime) -> Answer:
    return say("Good. Nothing has changed.", replaces=True)


async def _programme(event: Event, db: Db) -> Programme:
    """The programme that a button or form names, in the person's own workspace; else the one of the channel."""
    named = [programme for programme in await programmes.in_workspace(db, event.person) if programme.id == event.words]
    return named[0] if named else await programme_here(event, db)


def _read(event: Event, programme: Programme) -> tuple[dict[str, str], dict[str, str]]:
    said: dict[str, str] = {}
    problems: dict[str, str] = {}
    for name, limit in (
        ("issue", ISSUE_LIMIT),
        ("organisation", NAME_LIMIT),
        ("place", NAME_LIMIT),
        ("timezone", NAME_LIMIT),
    ):
        try:
            said[name] = tidy(event.answer(name), limit) if name == "issue" else one_line(event.answer(name), limit)
        except TooLong as problem:
            problems[name] = str(problem)
    for name, sentence in (
        ("issue", "Please say in a line what you are working on."),
        ("organisation", "Please name your organisation."),
    ):
        if not said.get(name) and name not in problems:
            problems[name] = sentence
    said["sector"] = event.answer("sector") if event.answer("sector") in SECTORS else ""
    if not said["sector"]:
        problems["sector"] = "Please choose a sector."
    said["weekday"] = (
        event.answer("weekday") if event.answer("weekday") in set("0123456") else str(programme.weekly_weekday)
    )
    said["hour"] = event.answer("hour") or f"{programme.weekly_time:%H:%M}"
    said["timezone"] = said.get("timezone") or programme.timezone
    try:
        rhythm.zone(said["timezone"])
    except rhythm.UnknownZone:
        problems["timezone"] = "I do not know that time zone. It is written like Europe/London."
    return said, problems


def _joined(db: Db, member: Member, programme: Programme) -> Message:
    return say(
        text("Welcome to ", programme.name, ". This is your issue, as you said it:"),
        Words(db.unseal(member, "issue")),
        note(what_i_send(member)),
        "When you know one small thing you will do, write it after /commit. Your home is at /balcony.",
    )
