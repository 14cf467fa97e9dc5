"""What every command answers to "help"."""

from bot.chat import Button, Command, buttons, note, say, text

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

CONNECT = say(
    text(Command("/connect who else works on school attendance?"), " looks for people who agreed to be found. You choose whom I ask."),
    text(Command("/connect @a @b why they should meet"), " asks both whether I may introduce them."),
    text(Command("/connect know @a"), " says whom you know already, ", Command("/connect known"), " shows them."),
    text(Command("/connect never @a"), " keeps you apart, ", Command("/connect never"), " shows your list. Only you see it."),
    text(Command("/connect asked"), " shows what you asked, to take it back."),
    note("Everybody is asked first, and nobody hears of a no."),
    buttons(
        Button("Find somebody", "connect", main=True), Button("Introduce two others", "bring"),
        Button("Whom I know", "known.list"), Button("Never introduce me to", "never.list"),
    ),
)  # fmt: skip

BALCONY = say(
    text(Command("/balcony"), " shows your home: your issues, your commitments, the next session, your settings."),
    text(Command("/balcony join"), " joins the programme. ", Command("/balcony settings"), " changes what you told me. ", Command("/balcony leave"), " leaves."),
    text(Command("/balcony issue"), " shows what you work on, up to three issues, and their topics. ", Command("/balcony issue damp in council flats"), " adds one."),
    text(Command("/balcony pause 2 weeks"), " or ", Command("/balcony pause until 3 January"), " stops everything I send."),
    text(Command("/balcony resume"), " starts it again."),
    text(Command("/balcony connections"), " shows whom you met and whom you know, ", Command("/balcony map"), " who is connected with whom."),
    text(Command("/balcony introductions"), " shows how often I introduce you, and lets you skip the next one."),
    text(Command("/balcony maxims"), " shows all six maxims."),
    text(Command("/commit"), " keeps what you will do, ", Command("/reflect"), " your notes, ", Command("/connect"), " finds people."),
    text(Command("/commit help"), ", ", Command("/reflect help"), " and ", Command("/connect help"), " say more."),
    note(
        "For enablers: ", Command("/balcony session"), ", ", Command("/balcony round"), ", ", Command("/balcony topics"), ", ",
        Command("/balcony network"), " and ", Command("/balcony stories"), ".",
    ),
)  # fmt: skip

ISSUE = say(
    text(Command("/balcony issue"), " shows what you work on and what it is about. There you can change it, add another, or take one away."),
    text(Command("/balcony issue damp in council flats"), " adds one at once, in your own words. Three is the most."),
)  # fmt: skip

TOPICS = say(
    text(Command("/balcony topics"), " shows the names that members gave to what they work on, and asks which ones your programme's list of topics shall have."),
    note("Who gave a name is not said. The programme file can add topics, too."),
)  # fmt: skip

MAP = say(
    text(Command("/balcony map"), " draws the network of those who agreed to be on it, and says it in words, too."),
    text("An island is a part that nothing joins to the rest. A bridge is a tie without which an island would be two."),
    note("Two people are tied when they have met, or when one of them said that they know each other."),
)

NETWORK = say(
    text(
        Command("/balcony network"),
        " shows how the programme is joined to itself, and whose next introduction would join the most.",
    ),
    note("Numbers are rounded and never smaller than eight, and only those who agreed to be on the map are named."),
)

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
