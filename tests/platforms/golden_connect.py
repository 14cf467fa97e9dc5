"""What is said around /connect: one small factory for each message and form, from the handlers' own output."""

from sqlalchemy import select

from bot.chat import Answer, Event, Kind, Person
from bot.handlers.finding import Found, Like
from storage.models import Member
from tests.platforms.golden_stage import CHANNEL, WORKSPACE, Stage

WHY = "you both <need> *school* meals & carers"
BRING = f"/connect <@U03> <@U05> {WHY}"


async def connect_help(stage: Stage) -> Answer:
    return await stage.types("/connect help")


async def connect_form(stage: Stage) -> Answer:
    return await stage.types("/connect")


async def connect_form_problems(stage: Stage) -> Answer:
    return await stage.sends(await connect_form(stage), about="?!")


async def connect_found(stage: Stage) -> Answer:
    """Cleo and Eli, one of them surely."""
    await stage.joins("U05")
    for user in ("U03", "U05"):
        await stage.does(Kind.BUTTON, "found.on", "", user)
    cleo, eli = await _member(stage, "U03"), await _member(stage, "U05")
    topic = "Food, healthy eating and weight"
    return await _looks(
        stage,
        Like(cleo.id, 1, sure=True, mentioned=True, topic=topic),
        Like(eli.id, 1, sure=True, topic=topic),
    )


async def connect_found_something_near(stage: Stage) -> Answer:
    await stage.does(Kind.BUTTON, "found.on", "", "U03")
    cleo = await _member(stage, "U03")
    return await _looks(stage, Like(cleo.id, 1, sure=False))


async def connect_found_nobody(stage: Stage) -> Answer:
    return await stage.types("/connect who else works on *falls* at home?")


async def connect_can_be_found(stage: Stage) -> Answer:
    return await stage.presses(await connect_found_nobody(stage), "Let others find me")


async def connect_cannot_be_found(stage: Stage) -> Answer:
    return await stage.presses(await connect_can_be_found(stage), "I do not want to be found")


async def connect_ask(stage: Stage) -> Answer:
    return await stage.presses(await connect_found(stage), "Ask them")


async def connect_asked(stage: Stage) -> Answer:
    await connect_ask(stage)
    return await stage.posted("asked:", "U03")


async def connect_asked_yes(stage: Stage) -> Answer:
    return await stage.presses(await connect_asked(stage), "Yes, introduce us", "U03")


async def connect_asked_no(stage: Stage) -> Answer:
    return await stage.presses(await connect_asked(stage), "Not this time", "U03")


async def connect_together_asker(stage: Stage) -> Answer:
    await connect_asked_yes(stage)
    return await stage.posted("together:", "U02")


async def connect_together_asked(stage: Stage) -> Answer:
    await connect_asked_yes(stage)
    return await stage.posted("together:", "U03")


async def connect_asked_list(stage: Stage) -> Answer:
    await connect_ask(stage)
    await stage.types(BRING.replace("<@U03>", "<@U01>"))
    await stage.joins("U01")
    return await stage.types("/connect asked")


async def connect_asked_list_empty(stage: Stage) -> Answer:
    return await stage.types("/connect asked")


async def connect_taken_back(stage: Stage) -> Answer:
    return await stage.presses(await connect_ask(stage), "Take it back")


async def connect_not_open(stage: Stage) -> Answer:
    asked = await connect_asked(stage)
    await stage.waits_until("2026-12-08 10:00")
    return await stage.presses(asked, "Yes, introduce us", "U03")


async def connect_too_many(stage: Stage) -> Answer:
    await stage.joins("U01", "U05", "U06", "U07", "U08")
    for pair in ("<@U01> <@U03>", "<@U05> <@U06>", "<@U07> <@U08>"):
        await stage.types(f"/connect {pair}")
    return await stage.types("/connect <@U03> <@U05>")


async def connect_asked_before(stage: Stage) -> Answer:
    await stage.joins("U05")
    await stage.types(BRING)
    return await stage.types(BRING)


async def bring_form(stage: Stage) -> Answer:
    return await stage.types("/connect introduce")


async def bring_form_problems(stage: Stage) -> Answer:
    return await stage.sends(await bring_form(stage), one="", other="U03", why="why " * 100)


async def bring_one_alone(stage: Stage) -> Answer:
    return await stage.types("/connect <@U03>")


async def bring_taken_up(stage: Stage) -> Answer:
    await stage.joins("U05")
    return await stage.types(BRING)


async def bring_asked(stage: Stage) -> Answer:
    await bring_taken_up(stage)
    return await stage.posted("asked:", "U05")


async def bring_waits(stage: Stage) -> Answer:
    return await stage.presses(await bring_asked(stage), "Yes, introduce us", "U05")


async def bring_together(stage: Stage) -> Answer:
    await bring_waits(stage)
    await stage.presses(await stage.posted("asked:", "U03"), "Yes, introduce us", "U03")
    return await stage.posted("together:", "U05")


async def bring_together_told(stage: Stage) -> Answer:
    await bring_together(stage)
    return await stage.posted("together:", "U02")


async def known_form(stage: Stage) -> Answer:
    return await stage.types("/connect know")


async def known_kept(stage: Stage) -> Answer:
    return await stage.types("/connect know <@U03>")


async def known_list(stage: Stage) -> Answer:
    await known_kept(stage)
    return await stage.types("/connect known")


async def known_list_empty(stage: Stage) -> Answer:
    return await stage.types("/connect known")


async def known_taken_back(stage: Stage) -> Answer:
    return await stage.presses(await known_kept(stage), "Take it back")


async def never_form(stage: Stage) -> Answer:
    return await stage.presses(await never_list_empty(stage), "Add somebody")


async def never_kept(stage: Stage) -> Answer:
    return await stage.types("/connect never <@U03>")


async def never_list(stage: Stage) -> Answer:
    await never_kept(stage)
    return await stage.types("/connect never")


async def never_list_empty(stage: Stage) -> Answer:
    return await stage.types("/connect never")


async def never_taken_off(stage: Stage) -> Answer:
    return await stage.presses(await never_kept(stage), "Take off")


async def _looks(stage: Stage, *likes: Like) -> Answer:
    """What was found is given: the encoder is not what is drawn."""
    stage.events += 1
    person, words = Person("slack", WORKSPACE, "U02"), "who else works on school <meals>?"
    thought = Found(likes)
    return await stage.balcony.answer(
        Event(Kind.COMMAND, "/connect", person, f"{stage.events}", CHANNEL, words, thought=thought)
    )


async def _member(stage: Stage, user: str) -> Member:
    async with stage.database.transaction() as db:
        return (await db.session.execute(select(Member).where(Member.user == user))).scalar_one()  # type: ignore[arg-type]
