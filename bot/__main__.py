"""The command line."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.commands import delivery, keys, manifest, programme
from bot.commands.running import run, settings, stop
from bot.config import Role

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Balcony keeps a leadership programme alive between its workshops.",
)
app.add_typer(programme.app, name="programme")
app.add_typer(delivery.app, name="delivery")
app.add_typer(keys.app, name="keys")
app.add_typer(manifest.app, name="manifest")


@app.command()
def serve(
    role: Annotated[
        Role | None,
        typer.Option(help="web answers people, worker does what is due and delivers. BALCONY_ROLE if it is left out."),
    ] = None,
) -> None:
    """Serve Slack, Teams or both. Everything is set by environment variables; the README lists them."""
    from bot.serving import serve as serve_until_stopped

    chosen = settings()
    run(serve_until_stopped(chosen.model_copy(update={"balcony_role": role}) if role else chosen))


@app.command()
def tick(
    now: Annotated[
        str,
        typer.Option(
            help="A moment like 2026-11-26T15:00:00+00:00 instead of the clock; without an offset it is UTC. Not while"
            " serve runs on the same database: their clocks would not agree."
        ),
    ] = "",
) -> None:
    """Do everything that is due, once, and print what was done: one JSON object a line."""
    from bot.app import clock_from, tick_once, utc_now

    moment = _moment(now)
    for done in run(tick_once(settings(), clock_from(moment) if moment else utc_now)):
        print(json.dumps(asdict(done), ensure_ascii=False))


@app.command()
def demo(
    script: Annotated[bool, typer.Option("--script", help="Only show; do not hand over the terminal.")] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Do not pause between the steps.")] = False,
) -> None:
    """Show Balcony at work, here in the terminal: no account, no token, no network."""
    from bot.demo import run as show

    run(show(interactive=not script and sys.stdin.isatty(), pause=0.0 if fast or not sys.stdout.isatty() else 0.6))


def main() -> None:
    app()


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        stop(f"{text!r} is not a moment like 2026-11-26T15:00:00+00:00.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
