"""How members steer their introductions: one small factory for each message and form."""

from bot.chat import Answer
from tests.platforms.golden_stage import Stage

FREE = "Tue 10-11, Thu 14-16"


async def round_warned(stage: Stage) -> Answer:
    await stage.waits_until("2026-12-07 09:30")
    return await stage.posted("warning:", "U02")


async def round_skipped(stage: Stage) -> Answer:
    return await stage.presses(await round_warned(stage), "Skip this one")


async def round_skip_undone(stage: Stage) -> Answer:
    return await stage.presses(await round_skipped(stage), "Undo")


async def round_skip_too_late(stage: Stage) -> Answer:
    warned = await round_warned(stage)
    await stage.waits_until("2026-12-08 09:30")
    return await stage.presses(warned, "Skip this one")


async def round_less_often(stage: Stage) -> Answer:
    return await stage.presses(await round_warned(stage), "Less often")


async def round_every_second(stage: Stage) -> Answer:
    return await stage.presses(await round_less_often(stage), "Every second round")


async def introductions_rest(stage: Stage) -> Answer:
    for moment in ("2026-12-08 09:30", "2026-12-22 09:30", "2027-01-05 09:30", "2027-01-18 09:30"):
        await stage.waits_until(moment)
        await stage.types("/balcony", "U03")
    return await stage.posted("rests:", "U02")


async def introductions_again(stage: Stage) -> Answer:
    return await stage.presses(await introductions_rest(stage), "Introduce me again")


async def introductions_shown(stage: Stage) -> Answer:
    return await stage.types("/balcony introductions")


async def introductions_shown_with_all(stage: Stage) -> Answer:
    await stage.types(f"/balcony introductions free {FREE}")
    await stage.types("/balcony introductions skip")
    return await introductions_shown(stage)


async def introductions_not_asked_for(stage: Stage) -> Answer:
    await stage.sends(await stage.types("/balcony settings"), consent="weekly")
    return await introductions_shown(stage)


async def introductions_help(stage: Stage) -> Answer:
    return await stage.types("/balcony introductions help")


async def introductions_unknown(stage: Stage) -> Answer:
    return await stage.types("/balcony introductions please")


async def free_form(stage: Stage) -> Answer:
    return await stage.presses(await introductions_shown(stage), "Times that suit me")


async def free_kept(stage: Stage) -> Answer:
    return await stage.sends(await free_form(stage), free=FREE)


async def free_problem(stage: Stage) -> Answer:
    return await stage.sends(await free_form(stage), free="whenever")


async def free_taken_away(stage: Stage) -> Answer:
    await free_kept(stage)
    return await stage.sends(await free_form(stage), free="")
