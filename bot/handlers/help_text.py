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
    text(Command("/balcony"), " shows your home: your issue, your commitments, the next session, your settings."),
    text(Command("/balcony join"), " joins the programme. ", Command("/balcony settings"), " changes what you told me. ", Command("/balcony leave"), " leaves."),
    text(Command("/balcony pause 2 weeks"), " or ", Command("/balcony pause until 3 January"), " stops everything I send."),
    text(Command("/balcony resume"), " starts it again."),
    text(Command("/balcony introductions"), " shows how often I introduce you, and lets you skip the next one."),
    text(Command("/balcony maxims"), " shows all six maxims."),
    text(Command("/commit"), " keeps what you will do, ", Command("/reflect"), " your notes. ", Command("/commit help"), " and ", Command("/reflect help"), " say more."),
    note("For enablers: ", Command("/balcony session"), " and ", Command("/balcony round"), "."),
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

INTRODUCTIONS = say(
    text(Command("/balcony introductions"), " shows how often I introduce you, and changes it."),
    text(Command("/balcony introductions skip"), " leaves you out of the next round."),
    text(
        Command("/balcony introductions free Tue 10:00, Thu 14-16"),
        " keeps half-hours that usually suit you, for those you are introduced to.",
    ),
)
