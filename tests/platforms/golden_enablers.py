"""What the channel and its enabler are told: one small factory for each message and form."""

from bot.chat import Answer, Kind
from bot.domain.programme_file import read
from bot.handlers.programme import bring_in
from tests.conftest import programme
from tests.platforms.golden_stage import CHANNEL, WORKSPACE, Stage

BUTTON = Kind.BUTTON


# --- sessions ---


async def after_session(stage: Stage) -> Answer:
    await stage.waits_until("2026-11-26 15:00")
    return await stage.posted("after-session:")


async def after_a_session_with_an_odd_title(stage: Stage) -> Answer:
    form = await stage.presses(await sessions(stage), "session.change", "U01")
    await stage.sends(form, "U01", title="<!channel> *Shared* purpose & :tea:")
    return await after_session(stage)


async def sessions(stage: Stage) -> Answer:
    return await stage.types("/balcony session", "U01")


async def sessions_help(stage: Stage) -> Answer:
    return await stage.types("/balcony session help", "U01")


async def sessions_unknown(stage: Stage) -> Answer:
    return await stage.types("/balcony session sing", "U01")


async def sessions_not_yours(stage: Stage) -> Answer:
    return await stage.types("/balcony session")


async def session_form(stage: Stage) -> Answer:
    return await stage.types("/balcony session add", "U01")


async def session_form_to_change(stage: Stage) -> Answer:
    return await stage.presses(await sessions(stage), "session.change", "U01")


async def session_problems(stage: Stage) -> Answer:
    return await stage.sends(await session_form(stage), "U01", day="2026-12-01", starts="15:00", ends="13:00")


async def session_saved(stage: Stage) -> Answer:
    said = {"title": "Public narrative", "day": "2026-12-17", "starts": "13:00", "ends": "15:00"}
    return await stage.sends(await session_form(stage), "U01", **said)


async def sessions_on_the_day(stage: Stage) -> Answer:
    stage.clock.moves_to("2026-11-26 14:30")
    return await sessions(stage)


async def session_ended(stage: Stage) -> Answer:
    stage.clock.moves_to("2026-11-26 14:30")
    return await stage.presses(await sessions(stage), "session.end", "U01")


async def session_ended_already(stage: Stage) -> Answer:
    stage.clock.moves_to("2026-11-26 14:30")
    shown = await sessions(stage)
    await stage.presses(shown, "session.end", "U01")
    return await stage.presses(shown, "session.end", "U01")


async def session_cancelled(stage: Stage) -> Answer:
    return await stage.presses(await sessions(stage), "session.cancel", "U01")


async def session_restored(stage: Stage) -> Answer:
    return await stage.presses(await session_cancelled(stage), "session.restore", "U01")


async def session_gone(stage: Stage) -> Answer:
    return await stage.does(BUTTON, "session.change", "gone", "U01")


async def sessions_of_all_kinds(stage: Stage) -> Answer:
    await session_ended(stage)
    await session_saved(stage)
    await session_cancelled(stage)
    return await sessions(stage)


async def sessions_of_a_long_programme(stage: Stage) -> Answer:
    for number in range(12):
        said = {"title": f"Workshop {number}", "day": f"2027-01-{number + 10}", "starts": "13:00", "ends": "15:00"}
        await stage.sends(await session_form(stage), "U01", **said)
    return await sessions(stage)


# --- rounds ---


async def round_help(stage: Stage) -> Answer:
    return await stage.types("/balcony round help", "U01")


async def round_preview(stage: Stage) -> Answer:
    return await stage.types("/balcony round", "U01")


async def round_made(stage: Stage) -> Answer:
    return await stage.presses(await round_preview(stage), "Introduce them now", "U01")


async def round_made_already(stage: Stage) -> Answer:
    await round_made(stage)
    return await round_preview(stage)


async def round_not_now(stage: Stage) -> Answer:
    return await stage.presses(await round_preview(stage), "Not now", "U01")


async def round_of_one(stage: Stage) -> Answer:
    await _ben_leaves(stage)
    return await round_preview(stage)


async def round_alone_told(stage: Stage) -> Answer:
    await _ben_leaves(stage)
    await stage.waits_until("2026-12-08 09:30")
    return await stage.posted("left-out:")


async def introduction(stage: Stage) -> Answer:
    return await _introduced(stage)


async def introduction_of_four(stage: Stage) -> Answer:
    """Across sectors, with times that suit all, after a session; all there is to an introduction."""
    changed = programme("slack", WORKSPACE, CHANNEL, "U01").replace("size = 2", 'size = 4\nlean = "wider"')
    async with stage.database.transaction() as db:
        await bring_in(db, read(changed), stage.clock())
    await stage.joins("U05", "U06")
    for user in ("U02", "U03", "U05", "U06"):
        await stage.types("/balcony introductions free Tue 10-11, Thu 14-16", user)
    return await _introduced(stage)


async def introduction_mended(stage: Stage) -> Answer:
    """Three were to meet, and one has left before anybody saw it."""
    await stage.joins("U05")
    await stage.presses(await round_preview(stage), "Introduce them now", "U01")
    await stage.presses(await stage.types("/balcony leave", "U05"), "Leave", "U05")
    return await stage.posted("introduction:")


async def introduction_fell_through(stage: Stage) -> Answer:
    """Of two one has left; the other hears so."""
    await stage.presses(await round_preview(stage), "Introduce them now", "U01")
    await _ben_leaves(stage)
    return await stage.posted("left-out:", "U03")


async def introduction_of_three(stage: Stage) -> Answer:
    await stage.joins("U05")
    return await _introduced(stage)


async def _ben_leaves(stage: Stage) -> None:
    await stage.presses(await stage.types("/balcony leave"), "Leave")


async def _introduced(stage: Stage) -> Answer:
    await round_made(stage)
    return await stage.posted("introduction:")
