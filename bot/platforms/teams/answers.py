"""What Balcony says in the answer to an invoke, and the few sentences that only Teams needs."""

from bot.chat import Bold, note, say, text
from bot.platforms.teams.inbound import Json, Reply
from bot.platforms.teams.render import CARD

SENT_ALREADY = say("That was sent already, and it is kept.")
PRESSED_ALREADY = say("That reached me already. If nothing opened, please press it once more.")
FAILED = say("Something went wrong on my side. Please try again in a moment.")
WRITE_TO_ME = say(
    text(
        "What I have to say is for you alone, and Teams does not let me show it here. Please open a chat with me and write ",
        Bold("home"),
        ".",
    )
)

BELOW = "My answer is below."
FOR_YOU_ALONE = "My answer is in your own chat with me."
NOT_YET_BELOW = "That is not done yet and takes a moment longer. My answer will be below."
NOT_YET_FOR_YOU_ALONE = "That is not done yet and takes a moment longer. My answer will be in your own chat with me."
IN_YOUR_CHAT = note("My answer will be in your own chat with me, so you can close this.")
OTHERS_READ_IT = note("You wrote this where others read along. In your own chat with me only you see it.")
DONE_ALREADY = "That reached me already."
KEPT_ALREADY = "That was sent already, and it is kept."


def card(shown: Json) -> Reply:
    """This takes the place of the card that was pressed."""
    return Reply(body={"statusCode": 200, "type": CARD, "value": shown})


def sentence(words: str) -> Reply:
    """The card stays as it is; whoever pressed sees a short line."""
    return Reply(body={"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": words})


def dialog(shown: Json) -> Reply:
    """A dialog opens, or what is in it changes to this."""
    return Reply(body={"task": {"type": "continue", "value": shown}})
