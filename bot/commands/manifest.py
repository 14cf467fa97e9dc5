"""balcony manifest: what a platform needs to know to install Balcony."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.running import stop
from bot.config import SettingsError

app = typer.Typer(no_args_is_help=True, help="What a platform needs to know to install Balcony.")


@app.command("slack")
def slack(
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


@app.command("teams")
def teams(
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
        stop(str(error))
    except OSError as error:
        stop(f"{out} cannot be written: {error.strerror}.")
    print(f"{out} is ready to be uploaded in the Teams admin centre.")
    for name, reason in reasons(plain=plain):
        print(f"{name:30} {reason}", file=sys.stderr)
    if not website:
        print("Teams would show https://balcony.example.org: give --organisation and --website.", file=sys.stderr)
