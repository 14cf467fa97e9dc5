"""The command line."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from bot.config import Role, Settings, SettingsError, read_settings

if TYPE_CHECKING:  # imported where it is used: most commands start without tables
    from storage.db import Db

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Balcony keeps a leadership programme alive between its workshops.",
)
programme_app = typer.Typer(no_args_is_help=True, help="Programmes: import one from its file, or show them.")
keys_app = typer.Typer(no_args_is_help=True, help="The keys that private text is encrypted with.")
manifest_app = typer.Typer(no_args_is_help=True, help="What a platform needs to know to install Balcony.")
delivery_app = typer.Typer(help="What waits to be sent, and single messages by hand.")
app.add_typer(programme_app, name="programme")
app.add_typer(delivery_app, name="delivery")
app.add_typer(keys_app, name="keys")
app.add_typer(manifest_app, name="manifest")

Result = TypeVar("Result")


@app.command()
def serve(
    role: Annotated[
        Role | None,
        typer.Option(help="web answers people, worker does what is due and delivers. BALCONY_ROLE if it is left out."),
    ] = None,
) -> None:
    """Serve Slack, Teams or both. Everything is set by environment variables; the README lists them."""
    from bot.serving import serve as serve_until_stopped

    settings = _settings()
    _run(serve_until_stopped(settings.model_copy(update={"balcony_role": role}) if role else settings))


@app.command()
def tick(
    now: Annotated[
        str,
        typer.Option(help="A moment like 2026-11-26T15:00:00+00:00 instead of the clock; without an offset it is UTC."),
    ] = "",
) -> None:
    """Do everything that is due, once, and print what was done: one JSON object a line."""
    from bot.app import clock_from, tick_once, utc_now

    moment = _moment(now)
    for done in _run(tick_once(_settings(), clock_from(moment) if moment else utc_now)):
        print(json.dumps(asdict(done), ensure_ascii=False))


@app.command()
def demo(
    script: Annotated[bool, typer.Option("--script", help="Only show; do not hand over the terminal.")] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Do not pause between the steps.")] = False,
) -> None:
    """Show Balcony at work, here in the terminal: no account, no token, no network."""
    from bot.demo import run

    _run(run(interactive=not script and sys.stdin.isatty(), pause=0.0 if fast or not sys.stdout.isatty() else 0.6))


@programme_app.command("import")
def programme_import(file: Path) -> None:
    """Bring a programme in from its TOML file. Importing again updates it, and never doubles anything."""
    from bot.app import open_database, utc_now
    from bot.domain.programme_file import MalformedProgramme, read
    from bot.handlers.programme import bring_in

    settings = _settings()
    try:
        written = read(file.read_text(encoding="utf-8"))
    except MalformedProgramme as error:
        _stop(f"{file}: {error}")
    except UnicodeDecodeError:
        _stop(f"{file} is not text in UTF-8.")
    except OSError as error:
        _stop(f"{file} cannot be read: {error.strerror}.")

    async def bring() -> str:
        async with open_database(settings) as database, database.transaction() as db:
            done = await bring_in(db, written, utc_now())
        verb = "is here" if done.new else "is up to date"
        kept = f", {done.kept} kept that are not in the file" if done.kept else ""
        return f"{done.programme.name} {verb}: {_sessions(done.added)} added, {done.changed} changed{kept}."

    try:
        print(_run(bring()))
    except MalformedProgramme as error:
        _stop(f"{file}: {error}")


@programme_app.command("show")
def programme_show() -> None:
    """Print every programme, with counts of its members and nothing about any one of them."""
    from bot.app import open_database, utc_now
    from bot.handlers.programme import describe
    from storage import programmes

    settings = _settings()

    async def show() -> list[dict[str, object]]:
        async with open_database(settings) as database, database.transaction() as db:
            return [await describe(db, row, utc_now()) for row in await programmes.all_of_them(db)]

    shown = _run(show())
    if not shown:
        print("There is no programme yet. Write one as a TOML file and run: balcony programme import FILE")
    for entry in shown:
        for name, value in entry.items():
            print(f"{name:22} " + (f"\n{'':23}".join(value) if isinstance(value, list) else str(value)))
        print()


AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for monitoring.")]
Key = Annotated[str, typer.Argument(help="The message's key, as 'balcony delivery list' shows it.")]


@delivery_app.callback(invoke_without_command=True)
def delivery(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the queue: what is due, how fast it goes, what rests, what is in doubt or failed."""
    from bot import desk

    if context.invoked_subcommand is None:
        settings = _settings()
        set_up = {name for name, here in (("slack", settings.slack), ("teams", settings.teams)) if here}
        sentences, figures = _at_the_desk(lambda db, now: desk.overview(db, now, set_up))
        print(json.dumps(figures) if as_json else "\n".join(sentences))


@delivery_app.command("list")
def delivery_list(
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


@delivery_app.command("retry")
def delivery_retry(
    key: Key,
    anyway: Annotated[bool, typer.Option("--anyway", help="Although it may have arrived already.")] = False,
) -> None:
    """Send it again: it failed, or was left out. What may have arrived needs --anyway, for it might come twice."""
    from bot import desk

    print(_at_the_desk(lambda db, now: desk.retry(db, key, now, anyway=anyway)))


@delivery_app.command("cancel")
def delivery_cancel(key: Key) -> None:
    """Do not send it."""
    from bot import desk

    print(_at_the_desk(lambda db, _: desk.cancel(db, key)))


@delivery_app.command("settle")
def delivery_settle(
    key: Key,
    arrived: Annotated[bool | None, typer.Option("--arrived/--not-arrived", help="What you have seen.")] = None,
) -> None:
    """Note whether a message arrived of which Balcony does not know."""
    from bot import desk

    if arrived is None:
        _stop("Say which it is: --arrived or --not-arrived.")
    print(_at_the_desk(lambda db, now: desk.settle(db, key, now, arrived=arrived)))


def _at_the_desk(what: Callable[["Db", datetime], Awaitable[Result]]) -> Result:
    from bot.app import open_database, utc_now
    from bot.desk import CannotDo

    settings = _settings()

    async def do() -> Result:
        async with open_database(settings) as database, database.transaction() as db:
            return await what(db, utc_now())

    try:
        return _run(do())
    except CannotDo as sentence:
        _stop(str(sentence))


@keys_app.command("new")
def keys_new() -> None:
    """Print a fresh key for BALCONY_KEYS."""
    from storage.keys import new_key

    print(new_key())


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Encrypt everything again with the first key. Then the other keys can be taken away."""
    from bot.app import open_database
    from storage.rotation import Rotated, rotate

    settings = _settings()

    async def again() -> Rotated:
        async with open_database(settings) as database:
            return await rotate(database)

    done = _run(again())
    if done.closed:
        print(f"{done.again} texts were encrypted again.")
        _stop(f"{done.closed} texts were left as they were, for none of the keys opens them. Keep every key you have.")
    print(f"{done.again} texts were encrypted again. Only the first key is needed now.")


@manifest_app.command("slack")
def manifest_slack(
    url: Annotated[
        str,
        typer.Option(help="Where Balcony is reached, like https://balcony.example.org; leave it out for Socket Mode."),
    ] = "",
    exact: Annotated[
        bool,
        typer.Option("--exact", help="Also ask for what Balcony needs to look whether a message arrived."),
    ] = False,
) -> None:
    """Print Slack's app manifest; the reason for each scope goes to standard error."""
    from bot.platforms.slack.manifest import manifest, reasons

    print(json.dumps(manifest(url, exact=exact), indent=2))
    for name, reason in reasons(exact=exact):
        print(f"{name:16} {reason}", file=sys.stderr)


@manifest_app.command("teams")
def manifest_teams(
    *,
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("balcony.zip"),
    client_id: Annotated[
        str, typer.Option(envvar="TEAMS_CLIENT_ID", help="The Application (client) ID of the app registration.")
    ] = "",
    organisation: Annotated[str, typer.Option(help="Who answers for this Balcony.")] = "Balcony",
    website: Annotated[str, typer.Option(help="Where people find help with it, https://…")] = "",
    privacy: Annotated[str, typer.Option(help="Your privacy notice; the website if it is left out.")] = "",
    terms: Annotated[str, typer.Option(help="Your terms of use; the website if they are left out.")] = "",
    app_version: Annotated[str, typer.Option(help="Raise it for a package that takes the place of another.")] = "1.0.0",
    plain: Annotated[bool, typer.Option("--plain", help="For a tenant that refuses the newest manifest.")] = False,
) -> None:
    """Write the app package for Microsoft Teams; the reason for each permission goes to standard error."""
    from bot.platforms.teams.manifest import Publisher, package, reasons

    publisher = Publisher(organisation, website or "https://balcony.example.org", privacy, terms)
    try:
        out.write_bytes(package(client_id, publisher, version=app_version, plain=plain))
    except SettingsError as error:
        _stop(str(error))
    except OSError as error:
        _stop(f"{out} cannot be written: {error.strerror}.")
    print(f"{out} is ready to be uploaded in the Teams admin centre.")
    for name, reason in reasons(plain=plain):
        print(f"{name:30} {reason}", file=sys.stderr)
    if not website:
        print("Teams would show https://balcony.example.org: give --organisation and --website.", file=sys.stderr)


def main() -> None:
    app()


def _settings() -> Settings:
    from bot import logs

    try:
        settings = read_settings()
    except SettingsError as error:
        _stop(str(error))
    logs.set_up(settings.log_level)
    return settings


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        _stop(f"{text!r} is not a moment like 2026-11-26T15:00:00+00:00.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _run(what: Coroutine[Any, Any, Result]) -> Result:
    """Run it on the fast loop where there is one. A setting that is wrong stops with its sentence."""
    try:
        return _fast_or_plain(what)
    except SettingsError as error:
        _stop(str(error))
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # as shells have it


def _fast_or_plain(what: Coroutine[Any, Any, Result]) -> Result:
    try:
        import uvloop
    except ImportError:
        return asyncio.run(what)
    return uvloop.run(what)


def _sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count} sessions"


def _stop(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    main()
