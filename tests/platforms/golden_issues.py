"""What people work on, and its topics: one small factory for each message and form."""

from bot.chat import Answer
from tests.platforms.golden_stage import Stage
from tests.reading import reads

LONG = "damp and mould in council flats " * 20
ODD = "<!channel> *Damp* & :tea: =1+1"
OBESITY = "Childhood obesity and healthy weight"


# --- issues ---


async def issue_help(stage: Stage) -> Answer:
    return await stage.types("/balcony issue help")


async def issue_kept(stage: Stage) -> Answer:
    return await stage.types(f"/balcony issue {ODD}")


async def issue_kept_already(stage: Stage) -> Answer:
    await issue_kept(stage)
    return await issue_kept(stage)


async def issue_too_long(stage: Stage) -> Answer:
    return await stage.types(f"/balcony issue {LONG}")


async def issue_list(stage: Stage) -> Answer:
    await reads(stage)
    return await stage.types("/balcony issue")


async def issue_list_not_read_yet(stage: Stage) -> Answer:
    return await stage.types("/balcony issue")


async def issue_list_empty(stage: Stage) -> Answer:
    await issue_taken_away(stage)
    return await stage.types("/balcony issue")


async def issue_list_of_three(stage: Stage) -> Answer:
    await topics_ticked(stage)
    await stage.types(f"/balcony issue {ODD}")
    await stage.types("/balcony issue Bats")
    return await stage.types("/balcony issue")


async def issue_one_too_many(stage: Stage) -> Answer:
    await issue_list_of_three(stage)
    return await stage.types("/balcony issue Owls")


async def issue_add_form(stage: Stage) -> Answer:
    return await stage.presses(await issue_list(stage), "Add another")


async def issue_add_problems(stage: Stage) -> Answer:
    return await stage.sends(await issue_add_form(stage), issue="x" * 301)


async def issue_change_form(stage: Stage) -> Answer:
    await topics_ticked(stage)
    return await stage.presses(await stage.types("/balcony issue"), "Change")


async def issue_changed(stage: Stage) -> Answer:
    return await stage.sends(await issue_change_form(stage), issue=ODD)


async def issue_not_changed(stage: Stage) -> Answer:
    return await stage.sends(await issue_change_form(stage))


async def issue_taken_away(stage: Stage) -> Answer:
    return await stage.presses(await stage.types("/balcony issue"), "Take away")


async def issue_back(stage: Stage) -> Answer:
    return await stage.presses(await issue_taken_away(stage), "Put it back")


async def issue_gone(stage: Stage) -> Answer:
    shown = await stage.types("/balcony issue")
    await stage.presses(shown, "Take away")
    return await stage.presses(shown, "Change")


async def home_without_an_issue(stage: Stage) -> Answer:
    await issue_taken_away(stage)
    return await stage.types("/balcony")


async def home_with_three_issues(stage: Stage) -> Answer:
    await issue_list_of_three(stage)
    return await stage.types("/balcony")


# --- topics ---


async def topics_asked(stage: Stage) -> Answer:
    await reads(stage)
    return await stage.posted("topics:", "U02")


async def topics_ticked(stage: Stage) -> Answer:
    return await stage.presses(await topics_asked(stage), OBESITY)


async def topics_shown(stage: Stage) -> Answer:
    await topics_ticked(stage)
    return await stage.presses(await stage.types("/balcony issue"), "Topics")


async def topics_of_other_words(stage: Stage) -> Answer:
    asked = await topics_asked(stage)
    stage.clock.moves_by(minutes=1)
    await issue_changed(stage)
    return await stage.presses(asked, OBESITY)


async def topics_of_no_words(stage: Stage) -> Answer:
    stage.clock.moves_by(minutes=1)
    await stage.sends(await stage.presses(await stage.types("/balcony issue"), "Change"), issue="🌳🚲")
    return await topics_asked(stage)


async def topic_form(stage: Stage) -> Answer:
    return await stage.presses(await topics_asked(stage), "None of these: call it …")


async def topic_form_problems(stage: Stage) -> Answer:
    return await stage.sends(await topic_form(stage), label="***")


async def topic_called(stage: Stage) -> Answer:
    return await stage.sends(await topic_form(stage), label=ODD)


async def topic_called_of_the_list(stage: Stage) -> Answer:
    return await stage.sends(await topic_form(stage), label="dementia")


# --- for enablers ---


async def topic_called_told(stage: Stage) -> Answer:
    await stage.joins("U01")
    await topic_called(stage)
    return await stage.posted("topic-called:", "U01")


async def topic_accepted(stage: Stage) -> Answer:
    return await stage.presses(await topic_called_told(stage), "Accept", "U01")


async def topic_declined(stage: Stage) -> Answer:
    return await stage.presses(await topic_called_told(stage), "Not needed", "U01")


async def topic_list(stage: Stage) -> Answer:
    await topic_accepted(stage)
    shown = await stage.presses(await stage.types("/balcony issue"), "Topics")
    await stage.sends(await stage.presses(shown, "topic.call"), label="Bats")
    return await stage.types("/balcony topics", "U01")


async def topic_list_empty(stage: Stage) -> Answer:
    return await stage.types("/balcony topics", "U01")


async def topic_list_help(stage: Stage) -> Answer:
    return await stage.types("/balcony topics help", "U01")
