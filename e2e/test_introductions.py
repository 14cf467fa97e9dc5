"""Introductions, as members see them: topics to tick, somebody found and asked first, a round with its reasons, the map."""

from e2e.browser import Person
from e2e.local_slack import BOT_NAME, CHANNEL_NAME
from e2e.story import Story

BENS = "childhood obesity in Durham"
CLEOS = "helping overweight children in our schools to eat well"
ANAS = "damp in the council flats by the river"
TOPIC = "Childhood obesity and healthy weight"
OWN = "School dinners"
WEEKLY, ROUNDS, FOUND = (
    "A message each week, to reflect",
    "Introductions to people with similar issues",
    "Others can find me by what I work on, and on the map with whom I met",
)


async def test_introductions(story: Story) -> None:
    await people_join(story)
    await ben_ticks_topics(story)
    await ana_accepts_a_name(story)
    await ben_sees_his_issues(story)
    await ben_looks_for_somebody(story)
    await cleo_is_asked(story)
    await ben_steers(story)
    await ana_introduces(story)
    await connections_and_maps(story)
    assert story.bot.complaints() == []


async def people_join(story: Story) -> None:
    await joins(story.ben, BENS, "Durham County Council", "Council", "Durham")
    await joins(story.cleo, CLEOS, "Bishop Auckland School", "School", "Bishop Auckland")
    await joins(story.ana, ANAS, "North East Homes", "Charity", "Gateshead")


async def joins(person: Person, issue: str, organisation: str, sector: str, place: str) -> None:
    await person.types("/balcony join")
    await person.sees_form("Join")
    await person.fills("What are you working on?", issue)
    await person.fills("Your organisation", organisation)
    await person.chooses("Sector", sector)
    await person.fills("Your place", place)
    for box in (WEEKLY, ROUNDS, FOUND):
        await person.ticks(box)
    await person.submits()
    await person.sees("Welcome to Making our Move")
    await person.photographs(f"introductions-01-{person.user.name}-joined")
    await person.closes_form()


async def ben_ticks_topics(story: Story) -> None:
    ben = story.ben
    await ben.opens_dm(BOT_NAME)
    await ben.sees("What is your issue about? Tick what fits.")
    await ben.photographs("introductions-02-topics-asked")
    await ben.presses(TOPIC)
    await ben.sees(f"✓ {TOPIC}")
    await ben.photographs("introductions-03-topic-ticked")
    await ben.presses("Something else: call it …")
    await ben.sees_form("A topic of your own")
    await ben.fills("What would you call it?", OWN)
    await ben.photographs("introductions-04-call-it")
    await ben.submits()
    await ben.sees("Your enabler decides")
    await ben.photographs("introductions-05-called")
    await ben.closes_form()


async def ana_accepts_a_name(story: Story) -> None:
    ana = story.ana
    await ana.opens_dm(BOT_NAME)
    await ana.sees("has a name for what they work on")
    await ana.photographs("introductions-06-enabler-asked")
    await ana.presses("Accept")
    await ana.sees("is in the programme's list now")
    await ana.types("/balcony topics")
    await ana.sees("Names you have accepted")
    await ana.photographs("introductions-07-topics-of-the-programme")
    await ana.goes_to(CHANNEL_NAME)


async def ben_sees_his_issues(story: Story) -> None:
    ben = story.ben
    await ben.goes_to(CHANNEL_NAME)
    await ben.types("/balcony issue")
    await ben.sees("What you work on")
    await ben.photographs("introductions-08-issue")
    await ben.opens_home(BOT_NAME)
    await ben.sees("Next session")
    await ben.photographs("introductions-09-home")
    await ben.presses("Find somebody")
    await ben.sees_form("Find somebody")
    await ben.photographs("introductions-10-find-form")
    await ben.closes_form()
    await ben.goes_to(CHANNEL_NAME)


async def ben_looks_for_somebody(story: Story) -> None:
    ben, cleo = story.ben, story.cleo
    await ben.types("/connect who else works on children who weigh too much?")
    await ben.sees("This person works on something like it:")
    await ben.sees(CLEOS)
    await ben.photographs("introductions-11-found")
    await ben.presses("Ask them")
    await ben.sees("I take this to")
    await ben.photographs("introductions-12-asked")
    await cleo.does_not_see("children who weigh too much")


async def cleo_is_asked(story: Story) -> None:
    ben, cleo = story.ben, story.cleo
    await cleo.opens_dm(BOT_NAME)
    await cleo.sees("would like to meet you")
    await cleo.does_not_see("Durham")
    await cleo.photographs("introductions-13-cleo-is-asked")
    await cleo.presses("Yes, introduce us")
    await cleo.sees(BENS)
    await cleo.photographs("introductions-14-cleo-said-yes")
    await ben.opens_dm(BOT_NAME)
    await ben.sees("You have both said yes.")
    await ben.photographs("introductions-15-ben-hears")
    await ben.goes_to(CHANNEL_NAME)
    await cleo.goes_to(CHANNEL_NAME)


async def ben_steers(story: Story) -> None:
    ben = story.ben
    await ben.types("/balcony introductions")
    await ben.sees("I introduce you to somebody in every round.")
    await ben.photographs("introductions-16-introductions")
    await ben.presses("Times that suit me")
    await ben.sees_form("Times that suit you")
    await ben.fills("When are you usually free for half an hour?", "Tue 10:00, Thu 14-16")
    await ben.photographs("introductions-17-half-hours")
    await ben.submits()
    await ben.sees("Times that usually suit you: Tue 10:00")
    await ben.closes_form()
    await ben.presses("How often")
    await ben.sees("How often shall I introduce you?")
    await ben.photographs("introductions-18-how-often")


async def ana_introduces(story: Story) -> None:
    ana, ben = story.ana, story.ben
    await ana.types("/balcony round")
    await ana.sees("Nobody has been told yet.")
    await ana.photographs("introductions-19-preview")
    await ana.presses("Introduce them now")
    await ana.sees("on the way to the channel")
    await ben.sees("please meet")
    await ben.photographs("introductions-20-introduced")


async def connections_and_maps(story: Story) -> None:
    ana, ben = story.ana, story.ben
    await ben.types("/balcony connections")
    await ben.sees("Introduced lately")
    await ben.photographs("introductions-21-nobody-met-yet")
    await ben.presses("Yes")
    await ben.sees("That is one more connection in the system.")
    await ben.photographs("introductions-22-met")
    await ben.types("/balcony connections")
    await ben.sees("Whom I met")
    await ben.photographs("introductions-23-connections")
    await ben.types("/balcony map")
    await ben.sees("Your place")
    await ben.photographs("introductions-24-map")
    await ana.types("/balcony network")
    await ana.sees("too few to say anything")
    await ana.photographs("introductions-25-network")
    await ben.types("/balcony help")
    await ben.sees("/balcony leave")
    await ben.types("/connect help")
    await ben.sees("/connect never")
    await ben.photographs("introductions-26-help")
