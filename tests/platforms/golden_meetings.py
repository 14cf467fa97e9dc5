"""What people are told about meeting: did you, what came of it, my connections, and again."""

from bot.chat import Answer, Kind
from tests.platforms.golden_enablers import introduction, round_made
from tests.platforms.golden_stage import Stage

BUTTON = Kind.BUTTON
LINE = "We share *one* waiting list now <https://example.org>"


# --- did you meet ---


async def met_asked(stage: Stage) -> Answer:
    await introduction(stage)
    await stage.waits_until("2026-11-30 10:00")
    return await stage.posted("met:", "U02")


async def met_of_three_asked(stage: Stage) -> Answer:
    await stage.joins("U05")
    return await met_asked(stage)


async def met_yes(stage: Stage) -> Answer:
    return await stage.presses(await met_asked(stage), "Yes")


async def met_booked(stage: Stage) -> Answer:
    return await stage.presses(await met_asked(stage), "Booked")


async def met_not_yet(stage: Stage) -> Answer:
    return await stage.presses(await met_asked(stage), "Not yet")


async def met_not_this_time(stage: Stage) -> Answer:
    return await stage.presses(await met_asked(stage), "Not this time")


async def met_not_yours(stage: Stage) -> Answer:
    return await stage.does(BUTTON, "met", "gone:met")


async def met_asked_again(stage: Stage) -> Answer:
    await met_not_yet(stage)
    await stage.waits_until("2026-12-02 10:00")
    return await stage.posted("met-again:", "U02")


async def met_not_yet_again(stage: Stage) -> Answer:
    return await stage.presses(await met_asked_again(stage), "Not yet")


async def met_asked_if_it_happened(stage: Stage) -> Answer:
    await met_booked(stage)
    await stage.waits_until("2026-12-07 10:00")
    return await stage.posted("happened:", "U02")


# --- what came of it ---


async def came_of_it_form(stage: Stage) -> Answer:
    return await stage.presses(await met_yes(stage), "What came of it?")


async def came_of_it_kept(stage: Stage) -> Answer:
    return await stage.sends(await came_of_it_form(stage), line=LINE)


async def came_of_it_problems(stage: Stage) -> Answer:
    return await stage.sends(await came_of_it_form(stage), line="one small thing and another " * 20)


async def came_of_it_released(stage: Stage) -> Answer:
    return await stage.presses(await came_of_it_kept(stage), "Let the enablers read it")


async def came_of_it_form_to_change(stage: Stage) -> Answer:
    return await stage.presses(await came_of_it_released(stage), "Change it")


async def came_of_it_kept_anew(stage: Stage) -> Answer:
    return await stage.sends(await came_of_it_form_to_change(stage), line="We quarrelled, and it helped")


async def came_of_it_withdrawn(stage: Stage) -> Answer:
    return await stage.presses(await came_of_it_released(stage), "Keep it to myself again")


async def came_of_it_taken_out(stage: Stage) -> Answer:
    return await stage.presses(await came_of_it_kept(stage), "Take it out")


async def came_of_it_gone(stage: Stage) -> Answer:
    kept = await came_of_it_kept(stage)
    await stage.presses(kept, "Take it out")
    return await stage.presses(kept, "Let the enablers read it")


async def stories(stage: Stage) -> Answer:
    await came_of_it_released(stage)
    return await stage.types("/balcony stories", "U01")


async def stories_empty(stage: Stage) -> Answer:
    return await stage.types("/balcony stories", "U01")


async def stories_not_yours(stage: Stage) -> Answer:
    return await stage.types("/balcony stories")


async def stories_of_a_long_programme(stage: Stage) -> Answer:
    """Four introductions of three people each, about which all of them wrote."""
    await stage.joins("U05")
    for number in range(4):
        await round_made(stage)
        await stage.posted("introduction:")
        stage.clock.moves_by(days=7)
        await stage.posted("met:", "U02")
        for user in ("U02", "U03", "U05"):
            asked = await stage.posted("met:", user)
            form = await stage.presses(await stage.presses(asked, "Yes", user), "What came of it?", user)
            kept = await stage.sends(form, user, line=f"What came of round {number}, says {user}")
            stage.clock.moves_by(minutes=1)
            await stage.presses(kept, "Let the enablers read it", user)
        stage.clock.moves_by(days=1)
    return await stage.types("/balcony stories", "U01")


# --- my connections ---


async def connections(stage: Stage) -> Answer:
    await came_of_it_kept(stage)
    await stage.joins("U05")
    await stage.types("/connect know <@U05>")
    return await stage.types("/balcony connections")


async def connections_empty(stage: Stage) -> Answer:
    return await stage.types("/balcony connections")


async def meet_again_asked(stage: Stage) -> Answer:
    await met_yes(stage)
    return await stage.presses(await stage.types("/balcony connections"), "Meet again")


async def meet_again_question(stage: Stage) -> Answer:
    await meet_again_asked(stage)
    return await stage.posted("asked:", "U03")


async def meet_again_of_both(stage: Stage) -> Answer:
    await meet_again_asked(stage)
    return await stage.presses(await stage.types("/balcony connections", "U03"), "Meet again", "U03")


async def meet_again_introduced(stage: Stage) -> Answer:
    await meet_again_of_both(stage)
    return await stage.posted("together:", "U02")


async def meet_again_met_asked(stage: Stage) -> Answer:
    await meet_again_of_both(stage)
    await stage.posted("together:", "U02")
    await stage.waits_until("2026-12-07 10:00")
    return await stage.posted("met:", "U02")


async def meet_again_with_nobody(stage: Stage) -> Answer:
    return await stage.does(BUTTON, "connection.again", "gone")
