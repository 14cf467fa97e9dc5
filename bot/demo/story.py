"""The story that the demo tells: one session, one week, one round. Everything in it goes through the real handlers."""

from datetime import datetime

from bot.chat import Message
from bot.demo.stage import ZONE, Stage, delivered
from bot.platforms.local import render

SHOWN_ROUND = 2
TOPIC = "Joining up health and social care"


async def tell(stage: Stage) -> None:
    await _opening(stage)
    await _joining(stage)
    await _topics(stage)
    await _session_ends(stage)
    await _committing(stage)
    await _the_day_comes(stage)
    await _a_week_passes(stage)
    await _somebody_is_looked_for(stage)
    await _a_round_is_near(stage)
    await _a_round(stage)
    await _did_you_meet(stage)


async def _opening(stage: Stage) -> None:
    stage.title("Balcony comes to the channel")
    stage.tells("A real series (Active Partners Trust, 2024) and 39 members from the 39 real Local Vision places.")
    await stage.moves_to(stage.clock.now)
    await stage.shows(stage.room.posts()[-1], stage.room.channel)


async def _joining(stage: Stage) -> None:
    stage.title("The members join")
    for user, said in stage.people.items():
        member = stage.someone(user)
        await member.types("/balcony join")
        answer = await member.fills(
            issue=said["issue"], organisation=said["organisation"], sector=said["sector"], place=said["place"], consent=("weekly", "introductions", "found")
        )  # fmt: skip
        if user == "helen":
            stage.types(user, "/balcony join")
            stage.tells("and fills in the form: issue, organisation, sector, place, and what Balcony may do.")
            await stage.shows_text(answer, user)
    stage.tells(f"So do {len(stage.people) - 1} others, each in their own words.")


async def _topics(stage: Stage) -> None:
    await stage.understands()
    await stage.moves_to(datetime(2024, 4, 25, 9, 5, tzinfo=ZONE))
    stage.title("Balcony has read it, and asks each alone what it is about")
    helen = stage.someone("helen")
    await stage.shows(helen.gets()[-1], "helen")
    stage.presses("helen", TOPIC)
    await helen.presses(TOPIC)
    await stage.someone("andrei").presses(TOPIC)
    stage.tells("So does Andrei Popescu, in Kent. Neither sees what the other ticked.")


async def _session_ends(stage: Stage) -> None:
    await stage.moves_to(datetime(2024, 4, 25, 15, 0, tzinfo=ZONE))
    stage.title("The first session ends")
    await stage.shows(stage.room.posts()[-1], stage.room.channel)


async def _committing(stage: Stage) -> None:
    stage.title("Before the day job takes over")
    helen, joe, mei = stage.someone("helen"), stage.someone("joe"), stage.someone("mei")
    line = "/commit ask the two ward clerks what they would change on Friday morning"
    stage.types("helen", line)
    await stage.shows_text(await helen.types(line), "helen")
    stage.types("mei", "/commit find out who else holds the keys to the community hall")
    await stage.shows_text(await mei.types("/commit find out who else holds the keys to the community hall"), "mei")
    stage.presses("mei", "Tomorrow")
    await stage.shows_text(await mei.presses("Tomorrow"), "mei")
    stage.presses("joe", "Reflect")
    await joe.presses("Reflect")
    stage.tells("Joe answers two of the thinking-time questions. The last one becomes a commitment.")
    await stage.shows_text(
        await joe.fills(
            q2="That we keep asking schools for numbers they do not have", q4="sit in on one school lunch next week"
        ),
        "joe",
    )


async def _the_day_comes(stage: Stage) -> None:
    done = await stage.moves_to(datetime(2024, 4, 26, 9, 0, tzinfo=ZONE))
    stage.title(f"Friday morning: {delivered(done, 'play-back')} commitments come back to the people who made them")
    helen = stage.someone("helen")
    await stage.shows(helen.gets()[-1], "helen")
    stage.presses("helen", "Partly")
    await stage.shows_text(await helen.presses("Partly"), "helen")
    stage.presses("helen", "What did you learn?")
    await helen.presses("What did you learn?")
    await stage.shows_text(await helen.fills(learned="They had been waiting for somebody to ask."), "helen")


async def _a_week_passes(stage: Stage) -> None:
    done = await stage.moves_to(datetime(2024, 5, 2, 16, 0, tzinfo=ZONE))
    stage.title(f"A week later: {delivered(done, 'weekly')} weekly messages, each with a prompt of its own")
    mei = stage.someone("mei")
    await stage.shows(mei.gets()[-1], "mei")
    stage.presses("mei", "Write")
    await mei.presses("Write")
    await stage.shows_text(
        await mei.fills(page="Nobody had the whole picture, and everybody thought that somebody else did."), "mei"
    )


async def _somebody_is_looked_for(stage: Stage) -> None:
    await stage.moves_to(datetime(2024, 5, 3, 11, 0, tzinfo=ZONE))
    stage.title("Somebody is looked for, and asked first")
    joe, kemi = stage.someone("joe"), stage.someone("kemi")
    line = "/connect who else works on healthy food that families can afford?"
    stage.types("joe", line)
    await stage.shows_text(await joe.types(line), "joe")
    stage.presses("joe", "Ask them")
    await joe.presses("Ask them")
    await stage.moves_to(datetime(2024, 5, 3, 11, 1, tzinfo=ZONE))
    await stage.shows(kemi.gets()[-1], "kemi")
    stage.presses("kemi", "Yes, introduce us")
    await kemi.presses("Yes, introduce us")
    await stage.moves_to(datetime(2024, 5, 3, 11, 2, tzinfo=ZONE))
    await stage.shows(joe.gets()[-1], "joe")


async def _a_round_is_near(stage: Stage) -> None:
    done = await stage.moves_to(datetime(2024, 5, 6, 9, 30, tzinfo=ZONE))
    stage.title(f"The day before a round: {delivered(done, 'warning')} members hear so, and may skip it")
    await stage.shows(stage.someone("helen").gets()[-1], "helen")


async def _a_round(stage: Stage) -> None:
    before = len(stage.room.posts())
    done = await stage.moves_to(datetime(2024, 5, 7, 9, 30, tzinfo=ZONE))
    made = stage.room.posts()[before:]
    stage.title(f"A round: {delivered(done, 'introduction')} introductions, one of them a trio, for 39 is odd")
    for message in _best_shown(made):
        await stage.shows(message, stage.room.channel)
    stage.tells(f"… and {len(made) - SHOWN_ROUND} more.")


async def _did_you_meet(stage: Stage) -> None:
    await stage.moves_to(datetime(2024, 5, 14, 9, 30, tzinfo=ZONE))
    stage.title("A week after that, each is asked alone")
    helen = stage.someone("helen")
    await stage.shows(helen.gets()[-1], "helen")
    stage.presses("helen", "Yes")
    await stage.shows_text(await helen.presses("Yes"), "helen")
    stage.presses("helen", "What came of it?")
    await helen.presses("What came of it?")
    await stage.shows_text(
        await helen.fills(line="We had each been waiting for the other's board to go first."), "helen"
    )
    stage.presses("helen", "Let the enablers read it")
    await helen.presses("Let the enablers read it")
    stage.types("enabler", "/balcony stories")
    await stage.shows_text(await stage.someone("enabler").types("/balcony stories"), "enabler")


def _best_shown(made: list[Message]) -> list[Message]:
    """Helen's, whom the reader knows by now, and the trio."""
    helens = [message for message in made if "@helen" in render.as_text(message)]
    longest = [max(made, key=lambda message: render.as_text(message).count("@"))]
    rest = [message for message in made if message not in helens + longest]
    return list(dict.fromkeys(helens + longest + rest))[:SHOWN_ROUND]
