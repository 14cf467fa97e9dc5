"""What every command answers to "help"."""

from bot.chat import Bold, note, say, text

COMMIT = say(
    text(Bold("/commit"), " keeps one small thing you will do. Only you see it."),
    text(Bold("/commit ring the school nurse on Friday"), " keeps it at once and brings it back on the day."),
    text(Bold("/commit"), " alone opens a form: what, the cue, the day, and who may know."),
    text(Bold("/commit list"), " shows what is open, ", Bold("/commit closed"), " what became of the others."),
    note(
        "Days I understand: on Friday, tomorrow, by 3 December, next week (its Friday), in two weeks, end of the month."
    ),
)

REFLECT = say(
    text(
        Bold("/reflect"), " opens your notebook: the questions of the last session, or a free page. Only you read it."
    ),
    text(Bold("/reflect what I noticed today"), " keeps those words at once."),
    text(Bold("/reflect page"), " opens a free page. ", Bold("/reflect list"), " shows what you wrote."),
)

BALCONY = say(
    text(Bold("/balcony"), " shows your home: your issue, your commitments, the next session, your settings."),
    text(Bold("/balcony join"), " joins the programme. ", Bold("/balcony settings"), " changes what you told me. ", Bold("/balcony leave"), " leaves."),
    text(Bold("/balcony pause 2 weeks"), " or ", Bold("/balcony pause until 3 January"), " stops everything I send. ", Bold("/balcony resume"), " starts it again."),
    text(Bold("/balcony maxims"), " shows all six maxims."),
    text(Bold("/commit"), " and ", Bold("/reflect"), " are the other two. Each answers ", Bold("help"), "."),
    note("For enablers: /balcony session and /balcony round"),
)  # fmt: skip

SESSION = say(
    text(Bold("/balcony session"), " lists the sessions, with buttons to end, change or cancel each."),
    text(Bold("/balcony session add"), " adds one."),
)

ROUND = say(
    text(Bold("/balcony round"), " shows who would be introduced to whom now, and asks before it introduces anybody.")
)
