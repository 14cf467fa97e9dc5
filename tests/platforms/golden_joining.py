"""Joining, home, each week: what those are told who join: one small factory for each message and form."""

from bot.chat import Answer, DeliveryError, Kind, Outcome
from bot.domain import trouble
from bot.domain.programme_file import read
from bot.handlers.programme import bring_in
from tests.conftest import programme
from tests.platforms.golden_stage import WORKSPACE, Stage

# --- joining, home ---


async def welcome(stage: Stage) -> Answer:
    return await stage.posted("welcome:")


async def join_form(stage: Stage) -> Answer:
    return await stage.types("/balcony join", "U05")


async def join_problems(stage: Stage) -> Answer:
    return await stage.sends(await join_form(stage), "U05", timezone="Europe/Atlantis", place="x" * 81)


async def joined(stage: Stage) -> Answer:
    return await stage.joins("U05")


async def joined_for_nothing(stage: Stage) -> Answer:
    return await stage.sends(
        await join_form(stage), "U05", issue="My own", organisation="A school", sector="school", consent=""
    )


async def settings_form(stage: Stage) -> Answer:
    return await stage.types("/balcony settings")


async def settings_saved(stage: Stage) -> Answer:
    return await stage.sends(await settings_form(stage), weekday="0", hour="09:00")


async def leave_asked(stage: Stage) -> Answer:
    return await stage.types("/balcony leave")


async def left(stage: Stage) -> Answer:
    return await stage.presses(await leave_asked(stage), "Leave")


async def left_already(stage: Stage) -> Answer:
    asked = await leave_asked(stage)
    await stage.presses(asked, "Leave")
    return await stage.presses(asked, "Leave")


async def stayed(stage: Stage) -> Answer:
    return await stage.presses(await leave_asked(stage), "Stay")


async def home(stage: Stage) -> Answer:
    await stage.types("/commit ring the school nurse on Friday morning")
    return await stage.types("/balcony")


async def home_of_nobody_yet(stage: Stage) -> Answer:
    return await stage.types("/balcony", "U04")


async def home_with_many_commitments(stage: Stage) -> Answer:
    for number in range(7):
        await stage.types(f"/commit thing number {number}")
    return await stage.types("/balcony")


async def home_of_the_enabler(stage: Stage) -> Answer:
    await stage.joins("U01")
    return await stage.types("/balcony", "U01")


async def balcony_help(stage: Stage) -> Answer:
    return await stage.types("/balcony help")


async def balcony_unknown(stage: Stage) -> Answer:
    return await stage.types("/balcony *sing*")


async def maxims(stage: Stage) -> Answer:
    return await stage.types("/balcony maxims")


async def pause_asked(stage: Stage) -> Answer:
    return await stage.types("/balcony pause")


async def paused(stage: Stage) -> Answer:
    return await stage.types("/balcony pause 2 weeks")


async def pause_not_understood(stage: Stage) -> Answer:
    return await stage.types("/balcony pause forever")


async def home_while_paused(stage: Stage) -> Answer:
    await paused(stage)
    return await stage.types("/balcony")


async def resumed(stage: Stage) -> Answer:
    await paused(stage)
    return await stage.types("/balcony resume")


async def home_of_the_enabler_in_trouble(stage: Stage) -> Answer:
    await _trouble(stage)
    return await stage.types("/balcony", "U01")


async def trouble_told(stage: Stage) -> Answer:
    await _trouble(stage)
    return await stage.posted("trouble:", "U01")


async def _trouble(stage: Stage) -> None:
    await stage.joins("U01")
    stage.heard.refuses = DeliveryError(trouble.ARCHIVED, Outcome.NEVER)
    await stage.waits_until("2026-11-26 15:00")


async def join_which_programme(stage: Stage) -> Answer:
    async with stage.database.transaction() as db:
        await bring_in(db, read(programme("slack", WORKSPACE, "C02", "U01")), stage.clock())
    return await stage.does(Kind.COMMAND, "/balcony", "join", "U05", channel="C03")


async def join_no_programme(stage: Stage) -> Answer:
    return await stage.does(Kind.COMMAND, "/balcony", "join", "U05", workspace="T02")


# --- each week ---


async def weekly(stage: Stage) -> Answer:
    await stage.waits_until("2026-11-26 16:00")
    return await stage.posted("weekly:", "U02")


async def weekly_with_commitments(stage: Stage) -> Answer:
    for number in range(6):
        await stage.types(f"/commit thing number {number}")
    return await weekly(stage)


async def weekly_skipped(stage: Stage) -> Answer:
    return await stage.presses(await weekly(stage), "Skip")


async def weekly_less(stage: Stage) -> Answer:
    return await stage.presses(await weekly(stage), "Less often")


async def weekly_every_two_weeks(stage: Stage) -> Answer:
    return await stage.presses(await weekly_less(stage), "Every two weeks")


async def weekly_pause(stage: Stage) -> Answer:
    return await stage.presses(await weekly(stage), "Pause until…")


async def weekly_write_form(stage: Stage) -> Answer:
    return await stage.presses(await weekly(stage), "Write")


async def weekly_offers_a_slower_rhythm(stage: Stage) -> Answer:
    for day in ("11-26", "12-03", "12-10", "12-17"):
        await stage.waits_until(f"2026-{day} 16:00")
    return await stage.posted("weekly:", "U02")


async def weekly_rests(stage: Stage) -> Answer:
    await weekly_offers_a_slower_rhythm(stage)
    await stage.waits_until("2026-12-24 16:00")
    return await stage.posted("weekly:", "U02")
