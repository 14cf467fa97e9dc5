"""What could not be said in a programme's channel: its enabler sees it, with what to do about it, and may try it again."""

from datetime import datetime, timedelta

from bot.chat import Answer, Block, Bold, Button, Event, Own, Person, Refusal, buttons, note, say, text
from bot.domain.trouble import in_words
from storage import outbox, programmes
from storage.db import Db
from storage.models import Outbox, OutboxState

_FOR = timedelta(days=14)
_AT_MOST = 5  # sentences
_LOOKING = "I am not sure whether a message arrived. I will see to it in a few minutes."


async def shown(db: Db, person: Person, now: datetime) -> list[Block]:
    """For an enabler; for others nothing."""
    sentences: dict[str, None] = {}
    again = False
    for programme in await programmes.run_by(db, person):
        for row in await outbox.trouble(db, programme.id, now - _FOR):
            sentences[f"In {programme.name}: {_in_words(row)}"] = None
            again = again or _may_go_again(row)
    if not sentences:
        return []
    lines: list[Block] = [note(Own(sentence)) for sentence in list(sentences)[:_AT_MOST]]
    return [text(Bold("Needs your attention")), *lines, *([buttons(Button("Try again now", "trouble.again"))] * again)]


async def again(event: Event, db: Db, now: datetime) -> Answer:
    """What was in the way is mended: what still helps goes now, without waiting for its next try."""
    run = await programmes.run_by(db, event.person)
    if not run:
        raise Refusal("Only the enablers of a programme can do that.")
    number = sum([await outbox.try_now(db, programme.id, now) for programme in run])
    if not number:
        return say("Nothing waits any more.")
    return say(
        f"I am trying it now: {'one message' if number == 1 else f'{number} messages'}. If it is still shut, you will find it here."
    )


def _in_words(row: Outbox) -> str:
    return _LOOKING if row.state == OutboxState.AMBIGUOUS else in_words(row.error)


def _may_go_again(row: Outbox) -> bool:
    return row.state in {OutboxState.DUE, OutboxState.FAILED}
