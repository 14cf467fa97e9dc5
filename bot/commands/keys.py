"""balcony keys: those that private text is encrypted with."""

import typer

from bot.commands.running import run, settings, stop

app = typer.Typer(no_args_is_help=True, help="The keys that private text is encrypted with.")


@app.command("new")
def new() -> None:
    """Print a fresh key for BALCONY_KEYS."""
    from storage.keys import new_key

    print(new_key())


@app.command("rotate")
def rotate() -> None:
    """Encrypt everything again with the first key. Then the other keys can be taken away."""
    from bot.app import open_database
    from storage.rotation import Rotated, rotate

    chosen = settings()

    async def again() -> Rotated:
        async with open_database(chosen) as database:
            return await rotate(database)

    done = run(again())
    if done.closed:
        print(f"{done.again} texts were encrypted again.")
        stop(f"{done.closed} texts were left as they were, for none of the keys opens them. Keep every key you have.")
    print(f"{done.again} texts were encrypted again. Only the first key is needed now.")
