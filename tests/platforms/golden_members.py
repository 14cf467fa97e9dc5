"""What members are told: one small factory for each message and form, from the handlers' own output."""

from bot.chat import Answer, Event, Kind, Person
from bot.handlers import commit, slow
from bot.platforms.slack import listen
from tests.platforms.golden_stage import Stage

LONG = "one small thing and another " * 20
NURSE = "/commit ring the school nurse on Friday morning"
BUTTON = Kind.BUTTON


# --- /commit ---


async def commit_help(stage: Stage) -> Answer:
    return await stage.types("/commit help")


async def commit_kept_with_a_day(stage: Stage) -> Answer:
    return await stage.types(NURSE)


async def commit_kept_without_a_day(stage: Stage) -> Answer:
    return await stage.types("/commit ring the school nurse")


async def commit_several_days(stage: Stage) -> Answer:
    return await stage.types("/commit ring the school nurse on Monday or Friday")


async def commit_no_such_day(stage: Stage) -> Answer:
    return await stage.types("/commit ring the school nurse by 31 February")


async def commit_only_a_day(stage: Stage) -> Answer:
    return await stage.types("/commit on Friday")


async def commit_too_long(stage: Stage) -> Answer:
    return await stage.types(f"/commit {LONG}")


async def commit_not_joined(stage: Stage) -> Answer:
    return await stage.does(Kind.COMMAND, "/commit", "ring Jo", "U04")


async def commit_form(stage: Stage) -> Answer:
    return await stage.types("/commit")


async def commit_form_to_change(stage: Stage) -> Answer:
    return await stage.presses(await stage.types(NURSE), "commitment.edit")


async def commit_form_kept(stage: Stage) -> Answer:
    return await stage.sends(
        await commit_form(stage),
        what="ring the nurse",
        cue="I come out of the meeting",
        day="2026-12-01",
        part="at lunchtime",
    )


async def commit_form_with_a_witness(stage: Stage) -> Answer:
    return await stage.sends(await commit_form(stage), what="ring the nurse", day="2026-12-01", witness="U03")


async def commit_form_problems(stage: Stage) -> Answer:
    return await stage.sends(await commit_form(stage), what="", cue=LONG, day="2020-01-01", witness="U02")


async def commit_day_chosen(stage: Stage) -> Answer:
    return await stage.presses(await commit_kept_without_a_day(stage), "Tomorrow")


async def commit_no_day(stage: Stage) -> Answer:
    return await stage.presses(await commit_kept_without_a_day(stage), "No day")


async def commit_undone(stage: Stage) -> Answer:
    return await stage.presses(await stage.types(NURSE), "Undo")


async def commit_gone(stage: Stage) -> Answer:
    kept = await stage.types(NURSE)
    await stage.presses(kept, "Undo")
    return await stage.presses(kept, "Undo")


async def commit_list(stage: Stage) -> Answer:
    await stage.types(NURSE)
    await stage.types("/commit have tea with the caretaker")
    return await stage.types("/commit list")


async def commit_list_empty(stage: Stage) -> Answer:
    return await stage.types("/commit list")


async def commit_list_of_eleven(stage: Stage) -> Answer:
    for number in range(11):
        await stage.types(f"/commit thing number {number} in two weeks")
    return await stage.types("/commit list")


async def commit_closed_list(stage: Stage) -> Answer:
    await check_in_done(stage)
    return await stage.does(BUTTON, "commitment.closed")


# --- on its day, and after ---


async def play_back(stage: Stage) -> Answer:
    await commit_form_kept(stage)
    await stage.waits_until("2026-12-01 09:00")
    return await stage.posted("play-back:")


async def check_in_done(stage: Stage) -> Answer:
    return await stage.presses(await play_back(stage), "Done")


async def check_in_partly(stage: Stage) -> Answer:
    return await stage.presses(await play_back(stage), "Partly")


async def check_in_changed(stage: Stage) -> Answer:
    return await stage.presses(await play_back(stage), "Changed")


async def check_in_let_go(stage: Stage) -> Answer:
    return await stage.presses(await play_back(stage), "Let go")


async def check_in_reopened(stage: Stage) -> Answer:
    return await stage.presses(await check_in_done(stage), "Open it again")


async def learned_form(stage: Stage) -> Answer:
    return await stage.presses(await check_in_done(stage), "What did you learn?")


async def learned_kept(stage: Stage) -> Answer:
    return await stage.sends(await learned_form(stage), learned="That she had been waiting for the call.")


async def learned_too_long(stage: Stage) -> Answer:
    return await stage.sends(await learned_form(stage), learned=LONG * 5)


# --- a witness ---


async def witness_asked(stage: Stage) -> Answer:
    await commit_form_with_a_witness(stage)
    return await stage.posted("witness:", "U03")


async def witness_accepts(stage: Stage) -> Answer:
    return await stage.presses(await witness_asked(stage), "Yes, I will", "U03")


async def witness_declines(stage: Stage) -> Answer:
    return await stage.presses(await witness_asked(stage), "Not this time", "U03")


async def witness_accepted_told(stage: Stage) -> Answer:
    await witness_accepts(stage)
    return await stage.posted("witness-")


async def witness_declined_told(stage: Stage) -> Answer:
    await witness_declines(stage)
    return await stage.posted("witness-")


async def witness_of_nothing(stage: Stage) -> Answer:
    asked = await witness_asked(stage)
    await stage.presses(asked, "Not this time", "U03")
    return await stage.presses(asked, "Yes, I will", "U03")


# --- /reflect ---


async def reflect_help(stage: Stage) -> Answer:
    return await stage.types("/reflect help")


async def reflect_session_form(stage: Stage) -> Answer:
    await stage.waits_until("2026-11-26 15:00")
    return await stage.types("/reflect")


async def reflect_session_kept(stage: Stage) -> Answer:
    return await stage.sends(
        await reflect_session_form(stage), q1="That trust is slow", q4="have tea with the caretaker tomorrow"
    )


async def reflect_session_kept_alone(stage: Stage) -> Answer:
    return await stage.sends(await reflect_session_form(stage), q1="That trust is slow")


async def reflect_session_problems(stage: Stage) -> Answer:
    return await stage.sends(await reflect_session_form(stage))


async def reflect_page_form(stage: Stage) -> Answer:
    return await stage.types("/reflect page")


async def reflect_page_kept(stage: Stage) -> Answer:
    return await stage.sends(await reflect_page_form(stage), page="The caretaker knows everybody.")


async def reflect_page_problems(stage: Stage) -> Answer:
    return await stage.sends(await reflect_page_form(stage), page="  ")


async def reflect_words_kept(stage: Stage) -> Answer:
    return await stage.types("/reflect The caretaker knows everybody.")


async def reflect_words_too_long(stage: Stage) -> Answer:
    return await stage.types(f"/reflect {LONG * 5}")


async def reflect_list(stage: Stage) -> Answer:
    await reflect_session_kept(stage)
    stage.clock.moves_by(minutes=1)
    await reflect_words_kept(stage)
    return await stage.types("/reflect list")


async def reflect_list_empty(stage: Stage) -> Answer:
    return await stage.types("/reflect list")


async def reflect_list_long(stage: Stage) -> Answer:
    for _ in range(12):
        await reflect_words_kept(stage)
        stage.clock.moves_by(minutes=21)  # the same page again at once is the same page
    return await stage.types("/reflect list")


async def reflect_forgotten(stage: Stage) -> Answer:
    return await stage.presses(await reflect_words_kept(stage), "Take it out again")


async def reflect_forgotten_already(stage: Stage) -> Answer:
    kept = await reflect_words_kept(stage)
    await stage.presses(kept, "Take it out again")
    return await stage.presses(kept, "Take it out again")


# --- what has no place ---


async def unknown_command(stage: Stage) -> Answer:
    return await stage.types("/comit ring Jo")


async def button_of_an_older_version(stage: Stage) -> Answer:
    return await stage.does(BUTTON, "no.such.button")


async def form_sent_already(_: Stage) -> Answer:
    return listen.SENT_ALREADY


async def form_too_slow(_: Stage) -> Answer:
    return listen.too_slow(commit.form())


async def not_yet_kept(_: Stage) -> Answer:
    return slow.still(_typed())


async def not_yet_done(_: Stage) -> Answer:
    return slow.still(_typed("list"))


async def not_kept_at_all(_: Stage) -> Answer:
    return slow.gave_up(_typed())


async def perhaps_kept(_: Stage) -> Answer:
    return slow.cannot_tell(_typed())


async def kept_after_all(_: Stage) -> Answer:
    return slow.KEPT_AFTER_ALL


def _typed(words: str = "ring the *school* nurse <now>") -> Event:
    return Event(Kind.COMMAND, "/commit", Person("slack", "T01TEST", "U02"), "k", words=words)


async def elsewhere(_: Stage) -> Answer:
    return listen.ELSEWHERE


async def something_went_wrong(stage: Stage) -> Answer:
    async with stage.database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE member RENAME TO elsewhere")
    return await stage.types(NURSE)
