"""The map and the network as members and enablers see them: one small factory for each message."""

from datetime import timedelta

from bot.chat import Answer
from storage import connections, programmes
from storage.members import of_programme
from tests.platforms.golden_stage import Stage

SHOW = "Show me on the map"


async def map_help(stage: Stage) -> Answer:
    return await stage.types("/balcony map help")


async def map_of_nobody(stage: Stage) -> Answer:
    return await stage.types("/balcony map")


async def map_of_me_alone(stage: Stage) -> Answer:
    return await stage.presses(await stage.types("/balcony map"), SHOW)


async def map_from_outside(stage: Stage) -> Answer:
    await _many(stage, 5)
    await stage.presses(await stage.types("/balcony map"), "Take me off the map")
    return await stage.types("/balcony map")


async def map_taken_off(stage: Stage) -> Answer:
    return await stage.presses(await map_of_me_alone(stage), "Take me off the map")


async def map_in_words(stage: Stage) -> Answer:
    await _many(stage, 9)
    return await stage.types("/balcony map")


async def map_with_its_picture(stage: Stage) -> Answer:
    stage.database.address = "https://balcony.example.org"
    return await map_in_words(stage)


async def map_of_many(stage: Stage) -> Answer:
    stage.database.address = "https://balcony.example.org"
    await _many(stage, 25)
    return await stage.types("/balcony map")


async def map_of_many_next_page(stage: Stage) -> Answer:
    return await stage.presses(await map_of_many(stage), "map.others")


async def network_help(stage: Stage) -> Answer:
    return await stage.types("/balcony network help", "U01")


async def network_of_too_few(stage: Stage) -> Answer:
    return await stage.types("/balcony network", "U01")


async def network(stage: Stage) -> Answer:
    await _many(stage, 25)
    return await stage.types("/balcony network", "U01")


async def network_not_yours(stage: Stage) -> Answer:
    return await stage.types("/balcony network")


async def _many(stage: Stage, number: int) -> None:
    """So many are on the map, one after the other; each knows the one after the next, some the next, in two islands."""
    await stage.joins(*(f"U{nth:02}" for nth in range(5, 3 + number)))
    async with stage.database.transaction() as db:
        (programme,) = await programmes.all_of_them(db)
        everybody = sorted(await of_programme(db, programme), key=lambda member: member.user)
        for nth, member in enumerate(everybody):
            member.wants_found, member.joined_at = True, stage.clock() + timedelta(minutes=nth)
        for nth, member in enumerate(everybody):
            if nth % 3 != 2 and nth + 3 < number:
                await connections.say_known(db, member, everybody[nth + 3].id, stage.clock())
        await connections.say_known(db, everybody[0], everybody[2].id, stage.clock())
