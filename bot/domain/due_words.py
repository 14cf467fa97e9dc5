"""The words in which people write a day: what `due` looks for, and what it leaves alone.

The patterns stand in the order of their weight: what an earlier one has taken, no later one takes apart.
"""

import re

WEEKDAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "mon": 0, "tue": 1, "tues": 1, "wed": 2, "weds": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NUMBERS = {
    "a couple of": 2, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip

# A name after one of these is no single day to come: every Friday, last Friday, Good Friday, after Friday.
NOT_ONE_DAY = frozenset({
    "after", "alternate", "ash", "black", "each", "easter", "every", "first", "fourth", "good", "last", "most",
    "other", "past", "previous", "second", "shrove", "since", "third",
})  # fmt: skip
# "The Friday update" has a day in it, and is none.
DETERMINERS = frozenset({"a", "an", "her", "his", "my", "our", "that", "the", "their", "your"})
# A sentence that would end, or begin, with one of these when the day is lifted out stays whole.
NOT_LIFTED_AFTER = DETERMINERS | {
    "about", "and", "are", "at", "before", "between", "by", "during", "early", "for", "from", "if", "in", "into", "is",
    "late", "mid", "not", "of", "on", "or", "over", "than", "through", "to", "until", "was", "with", "within",
}  # fmt: skip
NOT_LIFTED_BEFORE = frozenset({
    "after", "and", "around", "at", "before", "but", "by", "from", "is", "or", "till", "to", "until", "was", "week",
})  # fmt: skip
# These four are taken for s, i and k when letters are made small, or become two; they are in no English day.
LOOKALIKES = dict.fromkeys(map(ord, "ſıİ\u212a"), "ø")

# Everything is looked for in small letters: so it takes half as long as with letters of both kinds.
_DAY = "|".join(name for name in WEEKDAYS if name.endswith("day"))
_ANY_DAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_PLAIN_DAY = "|".join(sorted(set(WEEKDAYS) - {"sat", "sun", "wed"}, key=len, reverse=True))  # those are words, too
_MONTH = "|".join((*MONTHS, "Sept", *(name[:3] for name in MONTHS))).lower()
_COUNT = "|".join(sorted(NUMBERS, key=len, reverse=True)) + r"|\d{1,3}"
_NTH = "(?:st|nd|rd|th)"
_WORD_END = r"(?![\w'’-])"
_LAST = r"(?=\W*$)"

# A number that counts nothing: "at 3", not "at 3 schools".
_NO_COUNT = r"(?![\w:/-]|\.\d)(?=\W*$|\s*[^\w\s]|\s+(?:i|we|about|and|at|by|first|in|on|or|to|with|\d{4})\b)"
_HOUR = r"(?:[01]?\d|2[0-4])(?:[:.][0-5]\d)?"
_EXACT = rf"(?:(?:at|by|around|before|after)\s+)?{_HOUR}\s*(?:[ap]m\b|[ap]\.m\b\.?|o['’]clock\b)"
_AT = r"(?:at|by|around|before|after)\s+" + _HOUR
_PHRASE = r"(?:first|last) thing\b|in the (?:morning|afternoon|evening)\b|(?:at |by )?(?:lunch ?time|midday|noon)\b"
_DAY_END = r"(?:the )?(?:end of (?:the )?(?:day|play)|close of (?:play|business))"
_CLOSE = rf"(?:by |at )?{_DAY_END}|by (?:close|cop|cob|eod)\b"
_BEFORE = rf"(?:\b(?P<early>{_PHRASE}|{_CLOSE}|{_EXACT}|{_AT})\s+)?"
_PART = rf"(?:{_PHRASE}|{_EXACT}|{_AT}{_NO_COUNT}|(?:morning|afternoon|evening|night)\b)"
_AFTER = rf"(?:,?\s+(?P<part>{_PART}(?:,?\s+{_PART})?))?"

_LEAD = r"(?P<lead>on or before|no later than|due by|due on|by|on|before|until|till|due)\s+"
_WHICH = r"this coming|coming|this|next"
_WEEK = r"(?P<week>\s+week\b(?!\s*end)|\s+(?:of\s+)?(?:this|next)\s+week\b)?"
_DATE = rf"{_BEFORE}\b(?:{_LEAD}(?:the\s+)?)?(?:(?:this\s+|next\s+)?(?P<weekday>{_ANY_DAY}),?\s+(?:the\s+)?)?"
_YEAR = r"(?:,?\s+(?P<year>\d{4})\b)?"
_JOINER = r"(?:,|/|&|and\b|or\b|to\b|on\b|by\b)"
_THEN_DAYS = rf"(?=(?:\s*{_JOINER}(?:\s*{_JOINER})?\s*(?:{_PLAIN_DAY})\b)*{_AFTER.replace('?P<part>', '')}\W*$)"

ANOTHER = re.compile(rf"\s*{_JOINER}(?:\s*{_JOINER})?\s*(?P<weekday>{_PLAIN_DAY}){_WORD_END}")

# (?(lead)…) asks whether that place was filled, and (?!) is what no text fits: a bare 5/10 is no date.
_TEXTS = (
    ("date", rf"{_DATE}(?<![\d-])(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?![\w-]){_AFTER}"),
    ("date", rf"{_DATE}(?P<day>\d{{1,2}}){_NTH}?(?:\s+of)?\s+(?P<month>{_MONTH}){_WORD_END}{_YEAR}{_AFTER}"),
    ("date", rf"{_DATE}(?P<month>{_MONTH})\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:{_NTH}\b|{_NO_COUNT}){_YEAR}{_AFTER}"),
    (
        "date",
        (
            rf"{_DATE}(?<![\d/.-])(?P<day>\d{{1,2}})(?P<dot>[/.-])(?P<month>\d{{1,2}})(?P=dot)"
            rf"(?P<year>\d{{4}}|(?<=/)\d{{2}})(?![\w/]){_AFTER}"
        ),
    ),
    (
        "date",
        rf"{_DATE}(?(lead)|(?(weekday)|(?!)))(?!24/7\b)(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})(?![\w/]){_AFTER}",
    ),
    ("month_end", rf"\b(?:{_LEAD}|at\s+)?(?:the\s+)?end of (?P<month>{_MONTH}){_WORD_END}{_YEAR}"),
    ("day_of_month", rf"{_DATE}(?(weekday)|(?!))(?P<day>\d{{1,2}}){_NTH}{_WORD_END}{_AFTER}"),
    ("day_of_month", rf"{_BEFORE}\b{_LEAD}the\s+(?P<day>\d{{1,2}}){_NTH}\b{_AFTER}(?=\W*$|\s*[,;:.!?]|\s+(?:i|we)\b)"),
    ("weekday", rf"{_BEFORE}\b(?P<week>next week),?\s+(?:{_LEAD})?(?P<weekday>{_DAY}){_WORD_END}{_AFTER}"),
    ("week_on", rf"{_BEFORE}\b(?:{_LEAD})?(?:a\s+)?week\s+(?:on|from)\s+(?P<weekday>{_ANY_DAY}){_WORD_END}{_AFTER}"),
    (
        "weekday",
        (
            rf"{_BEFORE}\b(?:{_LEAD}(?:the\s+)?(?:(?P<which>{_WHICH})\s+)?|(?P<alone>{_WHICH})\s+)"
            rf"(?P<weekday>{_ANY_DAY}){_WORD_END}{_WEEK}{_AFTER}"
        ),
    ),
    ("weekday", rf"{_BEFORE}\b(?P<weekday>{_PLAIN_DAY}){_WORD_END}{_WEEK}{_AFTER}{_THEN_DAYS}"),
    ("weekday", rf"^(?P<weekday>{_PLAIN_DAY}){_WORD_END}{_WEEK}{_AFTER}(?=\s*[:,]|\s+[–—-]\s|\s+(?:i|we)\b)"),
    (
        "span",
        (
            rf"\b(?:(?:within|in|over) the next\s+|within the\s+(?=week|fortnight|month)|(?:with)?in\s+(?=(?:{_COUNT})\s))"
            rf"(?:(?P<count>{_COUNT})\s+)?(?P<unit>day|week|month|fortnight)s?(?:['’]?\s+time|\s+from (?:now|today))?{_WORD_END}"
        ),
    ),
    (
        "span",
        (
            rf"\b(?P<count>{_COUNT})\s+(?P<unit>day(?=s?\s+from)|week|month|fortnight)s?"
            r"\s+(?:from\s+now|(?:from\s+)?(?P<base>today|tomorrow))\b"
        ),
    ),
    (
        "period",
        (
            rf"\b(?:{_LEAD}|at\s+|in\s+)?(?:(?P<edge>early|later|late|some ?time|(?:the )?(?:start|beginning|end) of)\s+)?"
            rf"(?:(?P<which>the|this|next)\s+)?(?P<unit>week|month){_WORD_END}(?(lead)|(?(which)|{_LAST}))"
        ),
    ),
    (
        "weekend",
        (
            rf"{_BEFORE}\b(?:(?:{_LEAD}|(?:at|over)\s+)(?:(?:the|this|(?P<which>next))\s+)?"
            rf"|this\s+|(?P<alone>next)\s+)weekend{_WORD_END}"
        ),
    ),
    (
        "named",
        (
            rf"{_BEFORE}\b(?:{_LEAD})?(?P<named>today|tonight|(?:the\s+)?day\s+after\s+tomorrow|tomorrow"
            rf"|this\s+(?:morning|lunchtime|afternoon|evening)){_WORD_END}{_AFTER}"
        ),
    ),
    ("named", rf"\b(?P<named>by (?:{_DAY_END}|cop|cob|eod))\b"),
)

# What every mention of that kind has in it: most patterns need not be tried on most words.
_SIGNS = {
    "date": rf"\d[/.-]\d|\b(?:{_MONTH})\b",
    "month_end": r"end of",
    "day_of_month": r"\d(?:st|nd|rd|th)",
    "weekday": r"(?:mon|tue|wed|thu|fri|sat|sun)",
    "week_on": r"week\s+(?:on|from)",
    "span": r"\b(?:day|week|month|fortnight)s?\b|tomorrow",
    "period": r"week|month",
    "weekend": r"weekend",
    "named": r"today|tonight|tomorrow|this\s|\bby\s",
}
SIGNS = {kind: re.compile(text) for kind, text in _SIGNS.items()}
PATTERNS = tuple((kind, re.compile(text)) for kind, text in _TEXTS)
