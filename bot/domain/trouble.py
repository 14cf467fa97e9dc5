"""Why something could not be said, in a sentence for the person who can act on it.

Platforms translate their own error words into these reasons; anything else is shown as it came.
"""

NOT_IN_CHANNEL = "not in channel"
ARCHIVED = "archived"
NO_CHANNEL = "no channel"
GONE = "gone"
AWAITED = "awaited"
REVOKED = "revoked"
BUSY = "busy"
UNREACHABLE = "unreachable"
REFUSED = "refused"
UNKNOWN = "unknown"
ELSEWHERE = "elsewhere"
SKIPPED = "skipped"

_SENTENCES = {
    NOT_IN_CHANNEL: "I am not in the channel, so I cannot post there. Please add me: in Slack with /invite @Balcony, in Teams by adding the app to the team.",
    ARCHIVED: "the channel is archived, so I cannot post there. Please take it out of the archive.",
    NO_CHANNEL: "I cannot find the channel. If it is private, please add me to it; if not, it may have been deleted.",
    GONE: "I can no longer write to one of the members: their account is closed, or they took Balcony away. Nothing more is sent to them.",
    AWAITED: "I may not write to somebody first, so what I had for them waits until they write to me.",
    REVOKED: "Balcony's access was taken away. The person who runs Balcony must install it again; nothing is lost, everything waits.",
    UNREACHABLE: "the platform could not be reached, so messages come a little later.",
    BUSY: "the platform asked me to wait, so messages come a little later.",
    REFUSED: "a message was refused by the platform. The person who runs Balcony finds the reason in the log.",
    UNKNOWN: "a message may not have arrived. I do not send it again, so that nobody gets it twice.",
    SKIPPED: "something was left out, for I was not running when it was due.",
    ELSEWHERE: "the programme file names another workspace than the one Balcony is installed in. Please check workspace in the file.",
}


def in_words(error: str) -> str:
    """`error` is a reason, perhaps followed by a colon and the platform's own word."""
    reason = error.partition(":")[0]
    return _SENTENCES.get(reason, _SENTENCES[UNKNOWN])
