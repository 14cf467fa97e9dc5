"""balcony programme: import one from its file, or show them."""

from pathlib import Path

import typer

from bot.commands.running import run, settings, stop

app = typer.Typer(no_args_is_help=True, help="Programmes: import one from its file, or show them.")


@app.command("import")
def bring(file: Path) -> None:
    """Bring a programme in from its TOML file. Importing again updates it, and never doubles anything."""
    from bot.app import open_database, utc_now
    from bot.domain.programme_file import MalformedProgramme, read
    from bot.handlers.programme import bring_in

    chosen = settings()
    try:
        written = read(file.read_text(encoding="utf-8"))
    except MalformedProgramme as error:
        stop(f"{file}: {error}")
    except UnicodeDecodeError:
        stop(f"{file} is not text in UTF-8.")
    except OSError as error:
        stop(f"{file} cannot be read: {error.strerror}.")

    async def brought() -> str:
        async with open_database(chosen) as database, database.transaction() as db:
            done = await bring_in(db, written, utc_now())
        verb = "is here" if done.new else "is up to date"
        kept = f", {done.kept} kept that are not in the file" if done.kept else ""
        return f"{done.programme.name} {verb}: {_sessions(done.added)} added, {done.changed} changed{kept}."

    try:
        print(run(brought()))
    except MalformedProgramme as error:
        stop(f"{file}: {error}")


@app.command("show")
def show() -> None:
    """Print every programme, with counts of its members and nothing about any one of them."""
    from bot.app import open_database, utc_now
    from bot.handlers.programme import describe
    from storage import programmes

    chosen = settings()

    async def described() -> list[dict[str, object]]:
        async with open_database(chosen) as database, database.transaction() as db:
            return [await describe(db, row, utc_now()) for row in await programmes.all_of_them(db)]

    shown = run(described())
    if not shown:
        print("There is no programme yet. Write one as a TOML file and run: balcony programme import FILE")
    for entry in shown:
        for name, value in entry.items():
            print(f"{name:22} " + (f"\n{'':23}".join(value) if isinstance(value, list) else str(value)))
        print()


def _sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count} sessions"
