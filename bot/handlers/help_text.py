"""What every command answers to "help"."""

from bot.chat import Command, note, say, text

COMMIT = say(
    text(Command("/commit"), " keeps one small thing you will do. Only you see it."),
    text(Command("/commit ring the school nurse on Friday"), " keeps it at once and brings it back on the day."),
    text(Command("/commit"), " alone opens a form: what, the cue, the day, and who may know."),
    text(Command("/commit list"), " shows what is open, ", Command("/commit closed"), " what became of the others."),
    note(
        "Days I understand: on Friday, tomorrow, by 3 December, next week (its Friday), in two weeks, end of the month."
    ),
)

REFLECT = say(
    text(
        Command("/reflect"),
        " opens your notebook: the questions of the last session, or a free page. Only you read it.",
    ),
    text(Command("/reflect what I noticed today"), " keeps those words at once."),
    text(Command("/reflect page"), " opens a free page. ", Command("/reflect list"), " shows what you wrote."),
)

BALCONY = say(
    text(Command("/balcony"), " shows your home: your issues, your commitments, the next session, your settings."),
    text(Command("/balcony join"), " joins the programme. ", Command("/balcony settings"), " changes what you told me. ", Command("/balcony leave"), " leaves."),
    text(Command("/balcony issue"), " shows what you work on, up to three issues, and their topics. ", Command("/balcony issue damp in council flats"), " adds one."),
    text(Command("/balcony pause 2 weeks"), " or ", Command("/balcony pause until 3 January"), " stops everything I send."),
    text(Command("/balcony resume"), " starts it again."),
    text(Command("/balcony maxims"), " shows all six maxims."),
    text(Command("/commit"), " keeps what you will do, ", Command("/reflect"), " your notes. ", Command("/commit help"), " and ", Command("/reflect help"), " say more."),
    note("For enablers: ", Command("/balcony session"), ", ", Command("/balcony round"), " and ", Command("/balcony topics"), "."),
)  # fmt: skip

ISSUE = say(
    text(Command("/balcony issue"), " shows what you work on and what it is about. There you can change it, add another, or take one away."),
    text(Command("/balcony issue damp in council flats"), " adds one at once, in your own words. Three is the most."),
)  # fmt: skip

TOPICS = say(
    text(Command("/balcony topics"), " shows the names that members gave to what they work on, and asks which ones your programme's list of topics shall have."),
    note("Who gave a name is not said. The programme file can add topics, too."),
)  # fmt: skip

SESSION = say(
    text(Command("/balcony session"), " lists the sessions, with buttons to end, change or cancel each."),
    text(Command("/balcony session add"), " adds one."),
)

ROUND = say(
    text(
        Command("/balcony round"), " shows who would be introduced to whom now, and asks before it introduces anybody."
    )
)
