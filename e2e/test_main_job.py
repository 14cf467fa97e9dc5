"""The main job, as members see it: a session ends, a small thing is kept and comes back, two people are introduced."""

from datetime import time, timedelta

from e2e.browser import Person
from e2e.local_slack import BOT_NAME, CHANNEL_NAME
from e2e.story import Story

NURSE = "ring the school nurse"
LEAFLET = "read the leaflet with a parent"
HEARD = "that the parents were never asked"
CORRIDOR = "when I come out of Tuesday's meeting"


async def test_the_main_job(story: Story) -> None:
    await people_join(story)
    await ben_commits(story)
    await ben_commits_with_a_witness(story)
    await a_session_ends(story)
    await cleo_reflects(story)
    await ben_is_at_home(story)
    await ana_introduces(story)
    await friday_comes(story)
    await the_week_after_comes(story)
    await anybody_gets_a_plain_answer(story)
    await everything_was_said_once(story)


async def people_join(story: Story) -> None:
    ben, cleo = story.ben, story.cleo
    await ben.sees("Hello. I am Balcony")
    await ben.photographs("01-welcome")

    await cleo.types("/commit")
    await cleo.sees("You have not joined")
    await cleo.photographs("02-not-joined-yet")

    await ben.presses("Join")
    await ben.sees_form("Join")
    await ben.photographs("03-join-form")
    await joins(ben, "childhood obesity in Durham", "Durham County Council", "Council")
    await ben.sees("Welcome to Making our Move")
    await ben.photographs("04-joined")
    await ben.closes_form()

    await cleo.types("/balcony join")
    await joins(cleo, "children's weight in our schools", "Bishop Auckland School", "School")
    await cleo.closes_form()


async def joins(person: Person, issue: str, organisation: str, sector: str) -> None:
    await person.sees_form("Join")
    await person.fills("What are you working on?", issue)
    await person.fills("Your organisation", organisation)
    await person.chooses("Sector", sector)
    await person.ticks("A message each week, to reflect")
    await person.ticks("Introductions to people with similar issues")
    await person.submits()
    await person.sees(issue)


async def ben_commits(story: Story) -> None:
    ben, cleo = story.ben, story.cleo
    await ben.types(f"/commit {NURSE} on Friday morning")
    await ben.sees("Kept, for you alone.")
    await ben.sees("I will bring it back")
    await ben.photographs("05-commit")
    await ben.photographs("readme-commit", of=NURSE)
    await cleo.does_not_see(NURSE)
    await cleo.photographs("06-commit-as-cleo-sees-it")


async def ben_commits_with_a_witness(story: Story) -> None:
    ben, cleo = story.ben, story.cleo
    await ben.types("/commit")
    await ben.sees_form("One small thing")
    await ben.fills("What will you do?", LEAFLET)
    await ben.fills("What will you see when it is time?", CORRIDOR)
    await ben.fills("On which day?", story.friday(time(9)).date().isoformat())
    await ben.chooses("At what time of day?", "At lunchtime")
    await ben.chooses("Who may know of it?", cleo.user.real_name)
    await ben.photographs("07-commit-form")
    await ben.submits()
    await ben.sees("I have asked @Cleo Hart")
    await ben.photographs("08-commit-form-kept")
    await ben.closes_form()

    await cleo.opens_dm(BOT_NAME)
    await cleo.sees("asks if you would be a witness")
    await cleo.does_not_see(LEAFLET)
    await cleo.photographs("09-witness-asked")
    await cleo.presses("Yes, I will")
    await cleo.sees(LEAFLET)
    await cleo.photographs("10-witness-accepts")
    await cleo.goes_to(CHANNEL_NAME)

    await ben.types("/commit list")
    await ben.sees("Your open commitments")
    await ben.photographs("11-commit-list")


async def a_session_ends(story: Story) -> None:
    ana, cleo = story.ana, story.cleo
    await ana.types("/balcony session")
    await ana.sees("Empathy mapping")
    await ana.photographs("12-sessions")
    await ana.presses("End session", beside="getting to shared purpose")
    await ana.sees("has ended. The channel hears from me")
    await ana.sees("Before the day job takes over")
    await ana.photographs("13-session-ended")

    for words in ("People own what they create", "Thinking time", "What have I heard today?"):
        await cleo.sees(words)
    await cleo.does_not_see(NURSE)
    await cleo.photographs("14-after-session")
    await cleo.photographs("readme-after-session", of="Thinking time")


async def cleo_reflects(story: Story) -> None:
    cleo, ben = story.cleo, story.ben
    await cleo.presses("Reflect")
    await cleo.sees_form("Thinking time")
    await cleo.fills("What have I heard today?", HEARD)
    await cleo.fills(
        "One small, doable, practical thing I'm committing to and/or going to do", "ask two parents tomorrow"
    )
    await cleo.photographs("15-reflect-form")
    await cleo.photographs("readme-reflect-form", of="Keep it")
    await cleo.submits()
    await cleo.sees("It is in your notebook, for you alone.")
    await cleo.photographs("16-reflect-kept")
    await cleo.closes_form()

    await cleo.types("/reflect list")
    await cleo.sees("Your notebook")
    await cleo.sees(HEARD)
    await cleo.photographs("17-notebook")
    await ben.does_not_see(HEARD)


async def ben_is_at_home(story: Story) -> None:
    ben = story.ben
    await ben.opens_home(BOT_NAME)
    for words in ("childhood obesity in Durham", NURSE, LEAFLET, "Next session"):
        await ben.sees(words)
    await ben.photographs("18-home")
    await ben.photographs("readme-home", of="Next session")
    await ben.presses("All six maxims")
    await ben.sees("6. The process we use")
    await ben.photographs("19-maxims-over-home")
    await ben.closes_form()
    await ben.presses("Settings")
    await ben.sees_form("Your settings")
    await ben.photographs("20-settings")
    await ben.closes_form()
    await ben.goes_to(CHANNEL_NAME)


async def ana_introduces(story: Story) -> None:
    ana, ben, cleo = story.ana, story.ben, story.cleo
    await ben.opens_dm(BOT_NAME)
    await ben.sees("What is your issue about?")  # it has been read, so the introduction says why
    await ben.goes_to(CHANNEL_NAME)
    await ana.types("/balcony round")
    await ana.sees("Nobody has been told yet.")
    await ben.does_not_see("please meet")
    await ana.photographs("21-round-preview")
    await ana.presses("Introduce them now")
    await ana.sees("on the way to the channel")
    for somebody in (ana, ben, cleo):
        await somebody.sees("please meet")
        await somebody.sees("children's weight in our schools")
        await somebody.sees("Childhood obesity and healthy weight")
    await ben.photographs("22-introduction")
    await ben.photographs("readme-introduction", of="please meet")


async def friday_comes(story: Story) -> None:
    ben = story.ben
    await story.bot.ticks(story.friday(time(9, 1)))
    await ben.opens_dm(BOT_NAME)
    await ben.sees("Today is the day you chose for this:")
    await ben.sees(NURSE)
    await ben.photographs("23-play-back")
    await ben.photographs("readme-play-back", of=NURSE)
    await ben.presses("Done", beside=NURSE)
    await ben.sees("Done. Good.")
    await ben.photographs("24-done")
    await ben.presses("What did you learn?")
    await ben.sees_form("What did you learn?")
    await ben.fills("What did you learn?", "she had been waiting for somebody to call")
    await ben.photographs("25-learned-form")
    await ben.submits()
    await ben.sees("Kept with your commitment, for you alone.")
    await ben.closes_form()


async def the_week_after_comes(story: Story) -> None:
    ben, cleo = story.ben, story.cleo
    await story.bot.ticks(story.weekly() + timedelta(minutes=1))
    await ben.sees("Two minutes on the balcony:")
    await ben.photographs("26-weekly")
    await ben.photographs("readme-weekly", of="Two minutes on the balcony:")
    await ben.presses("Write")
    await ben.sees_form("Your notebook")
    await ben.fills("Your page", "I talk more than I ask.")
    await ben.photographs("27-weekly-page")
    await ben.submits()
    await ben.sees("It is in your notebook, for you alone.")
    await ben.closes_form()

    await story.bot.ticks(story.begins + timedelta(days=8))
    await cleo.opens_dm(BOT_NAME)
    await cleo.sees("Did you meet?")
    await cleo.presses("Yes")
    await cleo.sees("That is one more connection in the system.")
    await cleo.photographs("28-met")
    await cleo.does_not_see("I talk more than I ask.")


async def anybody_gets_a_plain_answer(story: Story) -> None:
    ben = story.ben
    await ben.types("/balcony session")
    await ben.sees("Only the enablers of a programme can do that.")
    await ben.photographs("29-not-an-enabler")
    await ben.types("/balcony help")
    await ben.sees("/balcony leave")
    await ben.photographs("30-help")
    await ben.types("/balcony dance")
    await ben.sees("I do not know")
    await ben.photographs("31-unknown-word")


async def everything_was_said_once(story: Story) -> None:
    in_the_channel = [message for message in await story.slack.messages() if not message.get("ephemeral_to")]
    hello, ended, introduced = (message["text"].split(".")[0] for message in in_the_channel)
    assert (hello, ended) == ("Hello", "That was The fundamentals: getting to shared purpose")
    assert introduced in {"<@U02> and <@U03>, please meet", "<@U03> and <@U02>, please meet"}
    assert story.bot.complaints() == []
