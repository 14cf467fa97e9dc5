"""Joining a programme, changing what one said on joining, and leaving."""

import re
from datetime import datetime, time, timedelta

from bot.chat import (
    Answer,
    Block,
    Bold,
    Button,
    Command,
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
from bot.handlers import days, repair, requests, topics
from bot.handlers.who import awake, member_named, member_of, programme_here
from storage import issues, members, outbox, programmes
from storage.db import Db
from storage.models import Member, Programme

SECTORS = ("NHS", "council", "charity", "school", "other public service", "other")
_SECTORS = tuple(Option(sector[0].upper() + sector[1:], sector) for sector in SECTORS)
WEEKLY, INTRODUCTIONS, FOUND = "weekly", "introductions", "found"
_DAYS = tuple(Option(day.capitalize(), str(number)) for number, day in enumerate(rhythm.WEEKDAYS))
_ISSUE_HINT = "In your own words. If you ask for introductions, the channel sees it, with your organisation and place; if you can be found, so does whoever looks."
_HOURS = tuple(f"{hour:02}:00" for hour in range(7, 20))
_OFTEN = {1: "", 2: ", every two weeks", 4: ", every four weeks"}


def welcome(programme: Programme) -> Message:
    """What the channel sees once."""
    return say(
        text("Hello. I am Balcony, and I belong to this programme: ", Bold(programme.name)),
        "After each session I bring a question and one of Myron Rogers' maxims. I keep the one small thing you decide to do, "
        "and bring it back to you on the day. If you like, I write to you once a week, and introduce you to people here who work on something similar.",
        "Your notes and your commitments are for you alone; nobody else here reads them. Your issues, organisation and place are shown "
        "when I introduce you or, if you agree to be found, to members who look for people with an issue like yours. I write only to those who join.",
        buttons(Button("Join", "join", programme.id, main=True)),
    )


async def open_form(event: Event, db: Db, now: datetime) -> Answer:
    """The form to join, or to change what was said."""
    programme = await _programme(event, db)
    member = await members.row_of(db, programme, event.person)
    return form(programme, member, await _first_issue(db, member) if member else "")


async def settings(event: Event, db: Db, now: datetime) -> Answer:
    """Of their place, or of the programme, that a button names."""
    mine = await members.memberships(db, event.person)
    named = next((one.id for one in mine if event.words in {one.id, one.programme_id}), "")
    member = await member_named(event, db, named)
    programme = await programmes.of_member(db, member)
    return form(programme, member, await _first_issue(db, member))


def form(programme: Programme, member: Member | None, issue: str) -> Form:
    new = member is None or member.left_at is not None
    ticked = (
        []
        if member is None or new
        else [WEEKLY] * member.wants_weekly
        + [INTRODUCTIONS] * member.wants_introductions
        + [FOUND] * member.wants_found
    )
    weekday = programme.weekly_weekday if member is None else member.weekly_weekday
    hour = programme.weekly_time if member is None else member.weekly_time
    hours = sorted({*_HOURS, f"{hour:%H:%M}"})
    about = (
        Question("issue", "What are you working on?", "lines", _ISSUE_HINT, issue, needed=new or bool(issue), limit=ISSUE_LIMIT),
        Question("organisation", "Your organisation", "line", initial=member.organisation if member else "", limit=NAME_LIMIT),
        Question("sector", "Sector", "choice", initial=member.sector if member else "", options=_SECTORS),
        Question("place", "Your place", "line", "A town, a county, an area.", member.place if member else "", needed=False, limit=NAME_LIMIT),
    )  # fmt: skip
    wishes = (
        Question("consent", "What would you like?", "ticks", "With none, I only answer you and bring your commitments back.", ",".join(ticked), needed=False, options=(
            Option("A message each week, to reflect", WEEKLY), Option("Introductions to people with similar issues", INTRODUCTIONS),
            Option("Others can find me by what I work on, and on the map with whom I met", FOUND))),
        Question("weekday", "Weekly message: on which day?", "choice", initial=str(weekday), options=_DAYS),
        Question("hour", "Weekly message: at what time?", "choice", initial=f"{hour:%H:%M}", options=tuple(Option(h, h) for h in hours)),
        Question("timezone", "Time zone", "line", "Only if you live in another one.", member.timezone if member else programme.timezone, needed=False, limit=NAME_LIMIT),
    )  # fmt: skip
    return Form("join" if new else "settings", "Join" if new else "Your settings", "Join" if new else "Save", about + wishes, words=programme.id,
                intro=(text("You are joining ", Bold(programme.name), "."),) if new else ())  # fmt: skip


async def keep(event: Event, db: Db, now: datetime) -> Answer:
    """The form was sent: somebody joins, or changes what they said."""
    programme = await _programme(event, db)
    said, problems = _read(event, programme)
    member = await members.row_of(db, programme, event.person)
    new = member is None or member.left_at is not None
    if not said.get("issue") and "issue" not in problems and (new or (member and await _first_issue(db, member))):
        problems["issue"] = "Please say in a line what you are working on."
    if problems:
        return Problems(problems)
    if member is None or member.left_at:
        if event.name == "settings":
            raise Refusal("You have left since you opened this form, so nothing was changed.")
        member = _begins(db, member, event, programme, now)
        await _take_over(db, member, event, said, now)
        plan_weekly(member, now + rhythm.FIRST_WEEKLY_AFTER)
        return _joined(member, programme, said["issue"], now)
    zone, before = awake(member).timezone, await _first_issue(db, member)
    await _take_over(db, member, event, said, now)
    await repair.reword(db, member, now)
    plan_weekly_again(member, now)
    if zone != member.timezone:
        await days.plan_again(db, member, now)
    return say("Saved.", note(what_i_send(member)), *await _about_topics(db, member, before, now))


def plan_weekly(member: Member, now: datetime) -> None:
    """Set the next weekly message by the member's own day, hour and zone, after any pause."""
    start = max(now, member.paused_until) if member.paused_until else now
    day = rhythm.next_date(start, member.weekly_weekday, member.weekly_time, member.timezone)
    members.set_weekly(member, day if member.wants_weekly else None)


def plan_weekly_again(member: Member, now: datetime) -> None:
    """The same where their day, hour or zone may have changed, so that the rhythm stays.

    The planned date is kept, also in another zone; on another weekday it is one of the week that ends with it.
    """
    planned = member.next_weekly_on
    if planned is None or not member.wants_weekly:
        plan_weekly(member, now)
    elif planned.weekday() == member.weekly_weekday:
        members.set_weekly(member, planned)
    else:
        week = rhythm.instant(planned - timedelta(days=6), time.min, member.timezone)
        plan_weekly(member, max(now, week - timedelta(microseconds=1)))


def what_i_send(member: Member) -> str:
    """One sentence on what this member agreed to."""
    weekly = f"write to you on {rhythm.WEEKDAYS[member.weekly_weekday].capitalize()}s at {member.weekly_time:%H:%M}"
    weekly += _OFTEN[member.weekly_every]
    wishes = [weekly] * member.wants_weekly + ["introduce you to others"] * member.wants_introductions
    wishes += ["let others find you by what you work on"] * member.wants_found
    if not wishes:
        return "I will only answer you, and bring your commitments back on their day."
    *first, last = wishes
    joiner = ", and " if first and member.weekly_every > 1 else " and " if first else ""
    return f"I will {', '.join(first)}{joiner}{last}."


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
    member = await member_named(event, db, event.words)
    member.left_at = now
    members.set_weekly(member, None)
    await repair.mend(db, member, now)
    await requests.asker_leaves(db, member, now)
    await outbox.drop_unsent(db, member.id)
    return say(
        text(
            "You have left, and I will not write again. Thank you for what you brought. ",
            Command("/balcony join"),
            " brings you back.",
        ),
        replaces=True,
    )


async def stay(event: Event, db: Db, now: datetime) -> Answer:
    return say("Good. Nothing has changed.", replaces=True)


async def _programme(event: Event, db: Db) -> Programme:
    """The programme that a button or form names, in the person's own workspace; else the one of the channel."""
    named = [programme for programme in await programmes.in_workspace(db, event.person) if programme.id == event.words]
    return named[0] if named else await programme_here(event, db)


def _begins(db: Db, member: Member | None, event: Event, programme: Programme, now: datetime) -> Member:
    """Their place, new or taken up again; a notebook from before is still in it."""
    if member is None:
        member = Member(
            programme_id=programme.id, platform=event.person.platform, workspace=event.person.workspace, user=event.person.user,
            timezone=programme.timezone, weekly_weekday=programme.weekly_weekday, weekly_time=programme.weekly_time, joined_at=now,
        )  # fmt: skip
        db.session.add(member)
    member.left_at, member.paused_until, member.joined_at = None, None, now
    member.unanswered, member.weekly_every = 0, 1
    member.silent, member.round_every, member.rounds_off, member.skips_round_on = 0, 1, 0, None
    return member


async def _take_over(db: Db, member: Member, event: Event, said: dict[str, str], now: datetime) -> None:
    """What they said; and exactly what they ticked."""
    member.organisation, member.sector, member.place = said["organisation"], said["sector"], said["place"]
    ticked = event.answer("consent").split(",")
    member.wants_weekly, member.wants_introductions = WEEKLY in ticked, INTRODUCTIONS in ticked
    member.wants_found = FOUND in ticked
    member.weekly_weekday, member.weekly_time = int(said["weekday"]), time.fromisoformat(said["hour"])
    member.timezone = said["timezone"]
    if said["issue"]:
        await _say_first(db, member, said["issue"], now)


async def _say_first(db: Db, member: Member, words: str, now: datetime) -> None:
    """The form's one issue is their first. One that they have told before is not there twice."""
    others = {one.words for one in await issues.of_member(db, member) if one.nth > 1}
    if words not in others:
        await issues.write(db, member, 1, words, now)


async def _about_topics(db: Db, member: Member, before: str, now: datetime) -> list[Block]:
    """What is new will be asked about; what was never ticked, perhaps because they had no use for it, is named."""
    said = await issues.of_member(db, member) if topics.asks(member, now) else []
    if said and said[0].words != before:
        return [note(topics.SOON)]
    if said and not any(one.ticked for one in said):
        return [
            note("You have not ticked yet what your issue is about. ", Command("/balcony issue"), " shows the topics.")
        ]
    return []


async def _first_issue(db: Db, member: Member) -> str:
    said = await issues.of_member(db, member)
    return said[0].words if said else ""


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
    if not said.get("organisation") and "organisation" not in problems:
        problems["organisation"] = "Please name your organisation."
    said["sector"] = event.answer("sector") if event.answer("sector") in SECTORS else ""
    if not said["sector"]:
        problems["sector"] = "Please choose a sector."
    said["weekday"] = (
        event.answer("weekday") if event.answer("weekday") in set("0123456") else str(programme.weekly_weekday)
    )
    said["hour"] = event.answer("hour") or f"{programme.weekly_time:%H:%M}"
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", said["hour"]):
        problems["hour"] = "Please write a time like 16:00."
    said["timezone"] = said.get("timezone") or programme.timezone
    try:
        rhythm.zone(said["timezone"])
    except rhythm.UnknownZone:
        problems["timezone"] = "I do not know that time zone. It is written like Europe/London."
    return said, problems


def _joined(member: Member, programme: Programme, issue: str, now: datetime) -> Message:
    return say(
        text("Welcome to ", programme.name, ". This is your issue, as you said it:"),
        Words(issue),
        note(what_i_send(member)),
        *([note(topics.SOON)] * topics.asks(member, now)),
        text(
            "When you know one small thing you will do, write it after ",
            Command("/commit"),
            ". ",
            Command("/balcony"),
            " shows what I keep for you.",
        ),
    )
