"""A programme as its enabler writes it: what reads, and the sentence for what does not."""

from datetime import datetime, time

import pytest

from bot.domain.programme_file import MalformedProgramme, SessionEntry, TopicEntry, read

EXAMPLE = """\
name = "Making our Move: systems leadership"
platform = "slack"
workspace = "T01TEST"
channel = "C01GEN"
timezone = "Europe/London"
enablers = ["U01"]
[weekly]
day = "thursday"
time = 16:00:00
[introductions]
every_weeks = 2
day = "tuesday"
time = 09:30:00
size = 2
[[sessions]]
id = "shared-purpose"
title = "The fundamentals: getting to shared purpose"
starts = 2026-11-26T13:00:00
ends = 2026-11-26T15:00:00
theme = "shared purpose"
"""
ANOTHER_SESSION = """\
[[sessions]]
id = "stakeholders"
title = "Who is in the system?"
starts = 2026-12-10T13:00:00
ends = 2026-12-10T15:00:00
"""


def with_change(old: str, new: str) -> str:
    assert EXAMPLE.count(old) == 1, f"{old!r} must stand in the example once"
    return EXAMPLE.replace(old, new)


def refusal(source: str) -> str:
    with pytest.raises(MalformedProgramme) as refused:
        read(source)
    return str(refused.value)


# What reads


def test_the_example_reads() -> None:
    """Every entry of the example arrives where it belongs."""
    file = read(EXAMPLE)
    assert (file.name, file.platform) == ("Making our Move: systems leadership", "slack")
    assert (file.workspace, file.channel, file.timezone) == ("T01TEST", "C01GEN", "Europe/London")
    assert file.enablers == ("U01",)
    assert (file.weekly_weekday, file.weekly_time) == (3, time(16, 0))
    assert (file.round_every_weeks, file.round_weekday, file.round_time, file.round_size) == (2, 1, time(9, 30), 2)
    assert file.round_lean == "balanced"
    assert file.sessions == (
        SessionEntry(
            "shared-purpose",
            "The fundamentals: getting to shared purpose",
            datetime(2026, 11, 26, 13, 0),  # noqa: DTZ001  local to the programme's zone
            datetime(2026, 11, 26, 15, 0),  # noqa: DTZ001
            "shared purpose",
        ),
    )


def test_several_sessions_read_in_their_order_and_a_theme_may_be_missing() -> None:
    """Sessions come as they are written; one without a theme has an empty one."""
    sessions = read(EXAMPLE + ANOTHER_SESSION).sessions
    assert [(session.id, session.theme) for session in sessions] == [
        ("shared-purpose", "shared purpose"),
        ("stakeholders", ""),
    ]


def test_a_programme_without_sessions_reads() -> None:
    """The timetable may come later."""
    assert read(EXAMPLE.partition("[[sessions]]")[0]).sessions == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"thursday"', '"Thursday"'),
        ('["U01"]', '[" U01 ", "U01"]'),
        ('"Europe/London"', '" Europe/London "'),
        ('"Making our Move: systems leadership"', '"""\nMaking our  Move:\n systems leadership\\u0000"""'),
        ("\n[weekly]", "\r\n\r\n[weekly]"),
        ('name = "', '\ufeffname = "'),
    ],
)
def test_how_it_is_typed_does_not_matter(old: str, new: str) -> None:
    """Capitals, spaces, doubled ids, Windows line ends and its invisible first character change nothing."""
    assert read(with_change(old, new)) == read(EXAMPLE)


@pytest.mark.parametrize("platform", ["slack", "teams", "local"])
def test_each_platform_is_known(platform: str) -> None:
    """Slack, Teams and the local one."""
    assert read(with_change('"slack"', f'"{platform}"')).platform == platform


def test_the_limits_are_exact() -> None:
    """A name of 120 characters, a title of 150 and a round every 26 weeks are still taken."""
    assert len(read(with_change("Making our Move: systems leadership", "x" * 120)).name) == 120
    assert len(read(with_change("The fundamentals: getting to shared purpose", "x" * 150)).sessions[0].title) == 150
    assert read(with_change("every_weeks = 2", "every_weeks = 26")).round_every_weeks == 26


def test_a_session_may_have_a_meeting() -> None:
    """Its conversation is taken out of the link as Teams writes it, quoted or not, or is written as it is."""
    theme, meeting = 'theme = "shared purpose"', "19:meeting_NjA-_x@thread.v2"
    for written in (
        "https://teams.microsoft.com/l/meetup-join/19%3ameeting_NjA-_x%40thread.v2/0?context=%7b%22Tid%22%3a%221%22%7d",
        "https://teams.microsoft.com/l/meetup-join/19:meeting_NjA-_x@thread.v2/1700000000?context=x",
        meeting,
    ):
        assert read(with_change(theme, f'{theme}\nmeeting = "{written}"')).sessions[0].meeting == meeting
    assert read(EXAMPLE).sessions[0].meeting == ""


# What does not

ID = "session 'shared-purpose'"
MOMENT = "is a day and a time like 2026-11-26T13:00:00, without quotes."
MISTAKES = [
    ('["U01"]', '["U01"', "(at line 7, column "),
    ('"slack"', "slack", "This is not a TOML file: "),
    ("2026-11-26T13:00:00", "2026-02-30T13:00:00", "(at line 18, column 10)."),
    ("16:00:00", "25:00:00", "(at line 9, column 10)."),
    ('["U01"]', "[" * 5000, "This is not a TOML file: "),
    ('name = "Making our Move: systems leadership"\n', "", "In the file, name is missing."),
    ("Making our Move: systems leadership", "  ", "In the file, name is missing."),
    (
        "Making our Move: systems leadership",
        "x" * 121,
        "In the file, name is 121 characters long; there is room for 120.",
    ),
    ('"Making our Move: systems leadership"', "3", "In the file, name is missing."),
    ('platform = "slack"\n', "", "In the file, platform is missing."),
    ('"slack"', '"discord"', "platform is one of slack, teams, local, not 'discord'."),
    ('workspace = "T01TEST"\n', "", "In the file, workspace is missing."),
    ('channel = "C01GEN"\n', "", "In the file, channel is missing."),
    ('timezone = "Europe/London"\n', "", "In the file, timezone is missing."),
    ("Europe/London", "Europe/Londn", "I do not know the time zone 'Europe/Londn'. It is written like Europe/London."),
    ("Europe/London", "../etc/passwd", "I do not know the time zone '../etc/passwd'."),
    ('enablers = ["U01"]\n', "", 'enablers is a list of at least one member id, like ["U01"].'),
    ('["U01"]', "[]", 'enablers is a list of at least one member id, like ["U01"].'),
    ('["U01"]', '["U01", ""]', 'enablers is a list of at least one member id, like ["U01"].'),
    ('["U01"]', '"U01"', 'enablers is a list of at least one member id, like ["U01"].'),
    ('["U01"]', "[1]", 'enablers is a list of at least one member id, like ["U01"].'),
    ('[weekly]\nday = "thursday"\ntime = 16:00:00\n', "", "The part [weekly] is missing."),
    ("[introductions]", "[introduction]", "The part [introductions] is missing."),
    ("[weekly]", "[[weekly]]", "The part [weekly] is missing."),
    ('"thursday"', '"thursdy"', 'In [weekly], day is a day of the week like "thursday".'),
    ('day = "tuesday"\n', "", 'In [introductions], day is a day of the week like "thursday".'),
    ('"tuesday"', "2", 'In [introductions], day is a day of the week like "thursday".'),
    ("time = 16:00:00", 'time = "16:00"', "In [weekly], time is a time of day like 16:00:00, without quotes."),
    ("time = 09:30:00\n", "", "In [introductions], time is a time of day like 16:00:00, without quotes."),
    ("size = 2", "size = 5", "In [introductions], size is a whole number from 2 to 4."),
    ("size = 2", 'size = 2\nlean = "wide"', "In [introductions], lean is one of closer, balanced, wider, in quotes."),
    (
        "size = 2",
        "size = 2\nlean = ['wider']",
        "In [introductions], lean is one of closer, balanced, wider, in quotes.",
    ),
    ("size = 2\n", "", "In [introductions], size is a whole number from 2 to 4."),
    ("size = 2", "size = 2.0", "In [introductions], size is a whole number from 2 to 4."),
    ("every_weeks = 2", "every_weeks = 0", "In [introductions], every_weeks is a whole number from 1 to 26."),
    ("every_weeks = 2", "every_weeks = 27", "In [introductions], every_weeks is a whole number from 1 to 26."),
    ("every_weeks = 2", "every_weeks = true", "In [introductions], every_weeks is a whole number from 1 to 26."),
    ("[[sessions]]", "[sessions]", "Each session begins with a line [[sessions]]."),
    ('id = "shared-purpose"\n', "", "In session 1, id is missing."),
    ('title = "The fundamentals: getting to shared purpose"\n', "", f"In {ID}, title is missing."),
    (
        "The fundamentals: getting to shared purpose",
        "x" * 151,
        f"In {ID}, title is 151 characters long; there is room for 150.",
    ),
    ("starts = 2026-11-26T13:00:00\n", "", f"In {ID}, starts {MOMENT}"),
    ("2026-11-26T13:00:00", '"2026-11-26T13:00:00"', f"In {ID}, starts {MOMENT}"),
    ("2026-11-26T13:00:00", "2026-11-26", f"In {ID}, starts {MOMENT}"),
    ("2026-11-26T15:00:00", "15:00:00", f"In {ID}, ends {MOMENT}"),
    (
        "2026-11-26T15:00:00",
        "2026-11-26T15:00:00Z",
        f"In {ID}, ends is in the programme's own zone: please leave out the offset.",
    ),
    (
        "2026-11-26T13:00:00",
        "2026-11-26T13:00:00+01:00",
        f"In {ID}, starts is in the programme's own zone: please leave out the offset.",
    ),
    (
        "2026-11-26T15:00:00",
        "2026-11-25T15:00:00",
        f"In {ID}, ends (25 November 2026 15:00) is not after starts (26 November 2026 13:00).",
    ),
    ("2026-11-26T15:00:00", "2026-11-26T13:00:00", "is not after starts (26 November 2026 13:00)."),
    ('theme = "shared purpose"', "meeting = 3", f"In {ID}, meeting is missing."),
    (
        'theme = "shared purpose"',
        'meeting = "https://teams.microsoft.com/meet/123?p=x"',
        f"In {ID}, meeting needs the long link: open the meeting's chat in Teams and copy the link to any message there.",
    ),
    ('theme = "shared purpose"', "theme = 3", f'In {ID}, theme is words in quotes, like "shared purpose".'),
    ("enablers =", 'colour = "red"\nenablers =', "I do not know the entry 'colour'. Is it a slip of the pen?"),
    ("[[sessions]]", "[[session]]", "I do not know the entry 'session'. Is it a slip of the pen?"),
]


@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("lean", ["closer", "balanced", "wider"])
def test_sizes_and_leanings(size: int, lean: str) -> None:
    """Of two to four people, and closer or wider."""
    file = read(with_change("size = 2", f'size = {size}\nlean = "{lean}"'))
    assert (file.round_size, file.round_lean) == (size, lean)


@pytest.mark.parametrize(("old", "new", "sentence"), MISTAKES)
def test_a_mistake_gets_one_sentence_that_says_where(old: str, new: str, sentence: str) -> None:
    """One plain line, ended like a sentence, names the place and what belongs there."""
    said = refusal(with_change(old, new))
    assert sentence in said
    assert "\n" not in said
    assert said.endswith((".", "?"))


def test_two_sessions_may_not_share_an_id() -> None:
    """The id that stands twice is named."""
    twice = EXAMPLE + ANOTHER_SESSION.replace("stakeholders", " shared-purpose ")
    assert refusal(twice) == "Two sessions have the id 'shared-purpose'. Each needs its own."


def test_the_session_with_the_mistake_is_named() -> None:
    """The second session is named by its id, and by its number if it has none."""
    assert "In session 'stakeholders', title" in refusal(EXAMPLE + ANOTHER_SESSION.replace("title", "titel"))
    assert "In session 2, id" in refusal(EXAMPLE + ANOTHER_SESSION.replace("id =", "di ="))


@pytest.mark.parametrize("sessions", ["3", '"none"', "[1]"])
def test_sessions_are_tables(sessions: str) -> None:
    """A list written any other way is answered with how it is written."""
    source = f"sessions = {sessions}\n" + EXAMPLE.partition("[[sessions]]")[0]
    assert refusal(source) == "Each session begins with a line [[sessions]]."


@pytest.mark.parametrize("source", ["", "\n", "hello", "\x00", "= 1", "{}", "[[sessions]]"])
def test_anything_else_is_refused_the_same_way(source: str) -> None:
    """No other error than MalformedProgramme comes out."""
    assert refusal(source)


# Topics of the programme's own

BATS = """\
[[topics]]
label = "Bats and  owls"
words = ["Bat boxes", "roost*", "Bat boxes"]
"""


def test_topics_read_in_their_order() -> None:
    """Words may be left out, and so may topics; a word that stands twice counts once."""
    assert read(EXAMPLE + BATS + '[[topics]]\nlabel = "Ünïts"').topics == (
        TopicEntry("bats and owls", "Bats and owls", ("Bat boxes", "roost*")),
        TopicEntry("ünïts", "Ünïts"),
    )
    assert read(EXAMPLE).topics == ()


def test_the_limits_of_topics_are_exact() -> None:
    """A label of 60 characters, and 40 topics of 40 words, are still taken."""
    words = ", ".join(f'"word {number}"' for number in range(40))
    forty = "\n".join(f'[[topics]]\nlabel = "{number:x>60}"\nwords = [{words}]' for number in range(40))
    assert len(read(EXAMPLE + forty).topics) == 40
    assert "41 topics; there is room for 40" in refusal(f"{EXAMPLE}{forty}\n{BATS}")
    assert "label is 61 characters long; there is room for 60" in refusal(EXAMPLE + BATS.replace("Bats", "x" * 52))
    more = BATS.replace('"Bat boxes", "roost*"', f'{words}, "roost*"')
    assert "there are 42 words; there is room for 40" in refusal(EXAMPLE + more)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[[topics]]", "[topics]", "Each topic begins with a line [[topics]]."),
        ('label = "Bats and  owls"\n', "", "In topic 1, label is missing."),
        ("Bats and  owls", "  ", "In topic 1, label is missing."),
        ("Bats and  owls", "?!", "In topic '?!', label is what members read on a button: words, without a star."),
        ("Bats and  owls", "Bat*", "In topic 'Bat*', label is what members read on a button: words, without a star."),
        (
            "words =",
            "word =",
            "In topic 'Bats and owls', I do not know the entry 'word'. A topic has a label and words.",
        ),
        ('["Bat boxes", "roost*", "Bat boxes"]', '"roosts"', 'words is a list like ["damp", "cold homes"].'),
        ('["Bat boxes", "roost*", "Bat boxes"]', "[1]", 'words is a list like ["damp", "cold homes"].'),
        ('"roost*"', '""', "In the words of topic 'Bats and owls', word is missing."),
        ('"roost*"', '"*"', "'*' is no word. A star may stand only at its end."),
        ('"roost*"', '"r*oost"', "'r*oost' is no word. A star may stand only at its end."),
        ('"roost*"', '"bat*"', "'bat*' says too little: before a star there is one word of at least 4 letters."),
        ('"roost*"', '"bats in*"', "'bats in*' says too little"),
        ('"roost*"', f'"{"x" * 81}"', "word is 81 characters long; there is room for 80."),
    ],
)
def test_a_mistake_in_a_topic_gets_one_sentence(old: str, new: str, sentence: str) -> None:
    """It names the topic, and what belongs there."""
    said = refusal(EXAMPLE + BATS.replace(old, new))
    assert sentence in said
    assert said.endswith(".")


def test_two_topics_may_not_share_a_name() -> None:
    """However they are written."""
    twice = EXAMPLE + BATS + '[[topics]]\nlabel = "BATS AND OWLS"'
    assert refusal(twice) == "Two topics are called 'BATS AND OWLS'. Each needs a name of its own."
