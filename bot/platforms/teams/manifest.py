"""The Teams app package: what Balcony is called there, where it can be spoken to, the least it needs, and why."""

import io
import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from bot.config import SettingsError
from bot.platforms.teams import icons

FULL = "1.29"  # the first with slash commands and messages for one person
PLAIN = "1.16"  # has all the rest, makes no claim about channels as from 1.25, and is old enough to be taken everywhere

SCOPES = {
    "personal": "members write to Balcony, and it writes to those who joined",
    "team": "Balcony writes in the programme's channel; commands work there",
    "groupChat": "commands work in a chat, and the end of a meeting is heard through its chat",
}

PERMISSIONS = {
    "OnlineMeeting.ReadBasic.Chat": "a session held as a meeting ends when the meeting ends",
    "ChannelMeeting.ReadBasic.Group": "the same for a meeting in the programme's channel",
}

FEATURES = {
    "composeExtensions": "the form of Commit opens from where people write, or from a message's menu",
    "supportsTargetedMessages": "a slash command in a channel and its answer are seen by nobody else",
    "supportsChannelFeatures": "Teams asks for it of every app that can be added to a team",
}

COMMANDS = {
    "commit": "Keep one small thing you will do: commit ring the school nurse on Friday",
    "reflect": "Write in your notebook, which only you read",
    "connect": "Find somebody: connect who else works on school attendance?",
    "home": "Your issue, your commitments and the next session",
    "help": "What Balcony does, and what you can write to it",
    "map": "Who is connected with whom, and your place in it",
    "pause": "Have some quiet: pause 2 weeks",
    "introductions": "See when you are introduced, and skip the next time",
    "settings": "Change what you told Balcony, and what it sends you",
    "session": "For enablers: see, change and end the sessions",
}

# After a mention in a channel everybody reads what is written, so nothing is offered there that leads to private words.
IN_THE_OPEN = ("home", "help")

_FULL_DESCRIPTION = (
    "Balcony keeps a leadership programme alive between its workshops.\n\n"
    "After a session it brings a question and some thinking time to the channel. "
    "It keeps the one small thing that you said you would do, and gives it back to you on the day. "
    "Once a week, if you like, it asks you something worth a few minutes. "
    "It introduces you to people who work on similar things, if you asked for that.\n\n"
    "What you write in your notebook is shown to you and to nobody else. "
    "Nobody who has not joined is written to."
)
_NAME_LIMIT, _ADDRESS_LIMIT = 32, 2048
_MADE = (1980, 1, 1, 0, 0, 0)  # every file of the package; so the same settings give the same bytes


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who answers for this Balcony, as Teams shows it. Privacy and terms are the website where they are left out."""

    name: str
    website: str
    privacy: str = ""
    terms: str = ""


def package(client_id: str, publisher: Publisher, *, version: str = "1.0.0", plain: bool = False) -> bytes:
    """A zip file of the manifest and the two icons; the same bytes for the same arguments. Raises SettingsError."""
    made = manifest(client_id, publisher, version=version, plain=plain)
    files = {
        "manifest.json": json.dumps(made, indent=2).encode() + b"\n",
        "color.png": icons.color(),
        "outline.png": icons.outline(),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as box:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _MADE)
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # the same on every system
            box.writestr(entry, content)
    return target.getvalue()


def manifest(client_id: str, publisher: Publisher, *, version: str = "1.0.0", plain: bool = False) -> dict[str, Any]:
    """The manifest for the bot with that client id; plain has no slash commands. Raises SettingsError."""
    bot = _checked_id(client_id)
    schema = PLAIN if plain else FULL
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{schema}/MicrosoftTeams.schema.json",
        "manifestVersion": schema,
        "version": _checked_version(version),
        "id": str(uuid5(UUID(bot), "Balcony in Teams")),  # the same for good, so that a newer package is an update
        "developer": _developer(publisher),
        "name": {"short": "Balcony", "full": "Balcony for leadership programmes"},
        "description": {
            "short": "Keeps a leadership programme alive between its workshops",
            "full": _FULL_DESCRIPTION,
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": icons.ACCENT,
        "bots": [_bot(bot, plain=plain)],
        "composeExtensions": [_extension(bot)],
        "defaultInstallScope": "personal",  # who presses Add is a member; an enabler adds it to the team once
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot", "meetings": "bot"},
        "webApplicationInfo": {"id": bot, "resource": f"api://botid-{bot}"},
        "authorization": {
            "permissions": {"resourceSpecific": [{"name": name, "type": "Application"} for name in PERMISSIONS]}
        },
        **({} if plain else {"supportsChannelFeatures": "tier1"}),
    }


def reasons(*, plain: bool = False) -> list[tuple[str, str]]:
    """Each scope, permission and feature, with its reason."""
    features = {"composeExtensions": FEATURES["composeExtensions"]} if plain else FEATURES
    return [*SCOPES.items(), *PERMISSIONS.items(), *features.items()]


def _bot(client_id: str, *, plain: bool) -> dict[str, Any]:
    shared = ("team", "groupChat")
    lists = [
        _command_list(COMMANDS, "personal"),
        _command_list(IN_THE_OPEN, *shared),
    ]
    if not plain:
        lists.append(_command_list(COMMANDS, *shared) | {"triggers": ["slash"]})
    return {
        "botId": client_id,
        "scopes": list(SCOPES),
        "supportsFiles": False,
        "isNotificationOnly": False,
        **({} if plain else {"supportsTargetedMessages": True}),
        "commandLists": lists,
    }


def _command_list(names: Iterable[str], *scopes: str) -> dict[str, Any]:
    return {"scopes": list(scopes), "commands": [{"title": name, "description": COMMANDS[name]} for name in names]}


def _extension(client_id: str) -> dict[str, Any]:
    """The form of Commit. It has no slash command of its own: the bot has one of that name, which also takes words."""
    command = {
        "id": "commit",
        "type": "action",
        "title": "Commit",
        "description": "Keep one small thing you will do; from a message, with its words",
        "context": ["compose", "commandBox", "message"],
        "fetchTask": True,
    }
    return {"botId": client_id, "commands": [command]}


def _developer(publisher: Publisher) -> dict[str, str]:
    name = publisher.name.strip()
    if not 0 < len(name) <= _NAME_LIMIT:
        raise SettingsError(
            f"--organisation is a name of 1 to {_NAME_LIMIT} characters, for Teams has no room for more."
        )
    website = _checked_address("--website", publisher.website)
    return {
        "name": name,
        "websiteUrl": website,
        "privacyUrl": _checked_address("--privacy", publisher.privacy or website),
        "termsOfUseUrl": _checked_address("--terms", publisher.terms or website),
    }


def _checked_id(client_id: str) -> str:
    client_id = client_id.strip().lower()
    if not client_id:
        raise SettingsError(
            "TEAMS_CLIENT_ID is missing: copy the Application (client) ID of your app registration in Microsoft Entra, "
            "or give it with --client-id."
        )
    if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", client_id):
        raise SettingsError("TEAMS_CLIENT_ID is not right: it is written like 01234567-89ab-cdef-0123-456789abcdef.")
    return client_id


def _checked_version(version: str) -> str:
    if not re.fullmatch(r"(0|[1-9]\d{0,8})(\.(0|[1-9]\d{0,8})){2}", version, re.ASCII):
        raise SettingsError("--app-version is not right: it is three numbers, like 1.0.1.")
    return version


def _checked_address(option: str, address: str) -> str:
    address = address.strip()
    if not re.fullmatch(r"https://[^/\s?#]+([/?#]\S*)?", address) or len(address) > _ADDRESS_LIMIT:
        raise SettingsError(f"{option} is not right: it is an address that begins with https://.")
    return address
