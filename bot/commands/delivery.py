"""balcony delivery: the queue, and single messages by hand."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.commands.running import run, settings, stop

if TYPE_CHECKING:  # imported where it is used: most commands start without tables
    from storage.db import Db

app = typer.Typer(help="What waits to be sent, and single messages by hand.")

Result = TypeVar("Result")
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for monitoring.")]
Key = Annotated[str, typer.Argument(help="The message's key, as 'balcony delivery list' shows it.")]


@app.callback(invoke_without_command=True)
def overview(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the queue: what is due, how fast it goes, what rests, what is in doubt or failed."""
    from bot import desk

    if context.invoked_subcommand is None:
        chosen = settings()
        set_up = {name for name, here in (("slack", chosen.slack), ("teams", chosen.teams)) if here}
        sentences, figures = _at_the_desk(lambda db, now: desk.overview(db, now, set_up))
        print(json.dumps(figures) if as_json else "\n".join(sentences))


@app.command("list")
def show_list(
    state: Annotated[
        str, typer.Option(help="due, claimed, sent, ambiguous, settled or failed; open is what a host may want to see.")
    ] = "open",
    limit: Annotated[int, typer.Option(min=1, help="How many, at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show single messages: their key, what they are, where they belong, and what became of them."""
    from bot import desk

    lines, entries = _at_the_desk(lambda db, now: desk.listed(db, state, limit, now))
    print(json.dumps(entries, ensure_ascii=False) if as_json else "\n".join(lines))


@app.command("retry")
def retry(
    key: Key,
    anyway: Annotated[bool, typer.Option("--anyway", help="Although it may have arrived already.")] = False,
) -> None:
    """Send it again: it failed, or was left out. What may have arrived needs --anyway, for it might come twice."""
    from bot import desk

    print(_at_the_desk(lambda db, now: desk.retry(db, key, now, anyway=anyway)))


@app.command("cancel")
def cancel(key: Key) -> None:
    """Do not send it."""
    from bot import desk

    print(_at_the_desk(lambda db, _: desk.cancel(db, key)))


@app.command("settle")
def settle(
    key: Key,
    arrived: Annotated[bool | None, typer.Option("--arrived/--not-arrived", help="What you have seen.")] = None,
) -> None:
    """Note whether a message arrived of which Balcony does not know."""
    from bot import desk

    if arrived is None:
        stop("Say which it is: --arrived or --not-arrived.")
    print(_at_the_desk(lambda db, now: desk.settle(db, key, now, arrived=arrived)))


def _at_the_desk(what: Callable[["Db", datetime], Awaitable[Result]]) -> Result:
    from bot.app import open_database, utc_now
    from bot.desk import CannotDo

    chosen = settings()

    async def do() -> Result:
        async with open_database(chosen) as database, database.transaction() as db:
            return await what(db, utc_now())

    try:
        return run(do())
    except CannotDo as sentence:
        stop(str(sentence))
