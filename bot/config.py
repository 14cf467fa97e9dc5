"""Settings, read from the environment once."""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

_KEY = r"[A-Za-z0-9_+/-]{43}=?"  # 32 bytes
_GUID = r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_OWN_ADDRESS = r"https://[^/\s?#@\"<>]+(/[^\s?#\"<>]*)?"  # Teams shows nothing that comes without encryption
_WEB_ADDRESS = r"https?://[^/\s?#]+(/[^\s?#]*)?"


class SettingsError(Exception):
    """A setting is missing or malformed. The text is one plain sentence that names it, never its value."""


class Role(StrEnum):
    """What one process does. Any number of each may share one database."""

    ALL = "all"
    WEB = "web"  # hears people and answers
    WORKER = "worker"  # does what time asks for, and says what is to be said

    @property
    def hears(self) -> bool:
        return self is not Role.WORKER

    @property
    def works(self) -> bool:
        return self is not Role.WEB


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class Settings(BaseSettings):
    """What a host sets. Nothing else is read from the environment."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True, str_strip_whitespace=True)

    database_url: str = "sqlite:///balcony.db"
    slack_bot_token: str = ""
    slack_signing_secret: str = ""
    slack_app_token: str = ""
    slack_api_url: str = "https://slack.com/api/"
    teams_client_id: str = ""
    teams_client_secret: str = ""
    teams_tenant_id: str = ""
    teams_managed_identity: str = ""
    teams_dev_url: str = ""
    balcony_keys: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = ()
    host: str = Field(default="127.0.0.1", pattern=r"^[^\s/]+$")
    port: int = Field(default=3000, ge=0, le=65535)
    log_level: str = "info"
    balcony_tick_seconds: float = Field(default=15, gt=0, le=3600)
    balcony_role: Role = Role.ALL
    balcony_url: str = ""

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def slack(self) -> bool:
        return bool(self.slack_bot_token or self.slack_signing_secret or self.slack_app_token)

    @property
    def socket_mode(self) -> bool:
        return bool(self.slack_app_token)

    @property
    def teams(self) -> bool:
        return bool(self.teams_client_id or self.teams_client_secret or self.teams_managed_identity)


def read_settings() -> Settings:
    """The environment, checked. Raises SettingsError."""
    try:
        settings = Settings()
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0]).upper()
        raise SettingsError(f"{name} is not right: {_RULES.get(name, 'please check it')}.") from None
    return settings.model_copy(update=_checked(settings))


def check_platforms(settings: Settings) -> None:
    """What serving needs: Slack, Teams or both. Raises SettingsError naming the first setting that is missing or malformed."""
    if not settings.slack and not settings.teams:
        raise SettingsError(
            "SLACK_BOT_TOKEN is missing: copy the Bot User OAuth Token (xoxb-…) from your Slack app. "
            "For Microsoft Teams set TEAMS_CLIENT_ID, TEAMS_CLIENT_SECRET and TEAMS_TENANT_ID."
        )
    if settings.slack:
        check_slack(settings)
    if settings.teams:
        check_teams(settings)


def check_teams(settings: Settings) -> None:
    """What Teams needs. Raises SettingsError naming the first setting that is missing or malformed."""
    for name, value, where in (
        ("TEAMS_CLIENT_ID", settings.teams_client_id, "the Application (client) ID"),
        ("TEAMS_TENANT_ID", settings.teams_tenant_id, "the Directory (tenant) ID"),
    ):
        if not value:
            raise SettingsError(f"{name} is missing: copy {where} of your app registration in Microsoft Entra.")
        if not re.fullmatch(_GUID, value):
            raise SettingsError(f"{name} is not right: it is written like 01234567-89ab-cdef-0123-456789abcdef.")
    if not settings.teams_client_secret and not settings.teams_managed_identity:
        raise SettingsError(
            "TEAMS_CLIENT_SECRET is missing: make a client secret in your app registration, "
            "or set TEAMS_MANAGED_IDENTITY to use a managed identity."
        )
    if settings.teams_client_secret and settings.teams_managed_identity:
        raise SettingsError("TEAMS_CLIENT_SECRET and TEAMS_MANAGED_IDENTITY are both set: keep the one that you use.")
    identity = settings.teams_managed_identity
    if identity not in {"", "system"} and not re.fullmatch(_GUID, identity):
        raise SettingsError("TEAMS_MANAGED_IDENTITY is not right: it is system, or the client ID of the identity.")
    if settings.teams_dev_url and not _is_loopback(settings):
        raise SettingsError(
            "TEAMS_DEV_URL is only for trying Balcony out on one machine: it is like http://127.0.0.1:56150, "
            "and HOST must be 127.0.0.1."
        )


def _is_loopback(settings: Settings) -> bool:
    """Whether both ends stay on this machine, so that nobody else can use the stand-in for Microsoft."""
    here = re.fullmatch(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?/?", settings.teams_dev_url)
    return bool(here) and settings.host in {"127.0.0.1", "localhost", "::1"}


def check_slack(settings: Settings) -> None:
    """What serving Slack needs. Raises SettingsError naming the first setting that is missing or malformed."""
    if not settings.slack_bot_token:
        raise SettingsError("SLACK_BOT_TOKEN is missing: copy the Bot User OAuth Token (xoxb-…) from your Slack app.")
    if not re.fullmatch(r"xoxb-[!-~]+", settings.slack_bot_token):
        raise SettingsError("SLACK_BOT_TOKEN is not right: a bot token begins with xoxb-.")
    if not settings.balcony_role.hears:
        return  # and needs nothing that proves who speaks to it
    if settings.socket_mode:
        if not re.fullmatch(r"xapp-[!-~]+", settings.slack_app_token):
            raise SettingsError("SLACK_APP_TOKEN is not right: an app-level token begins with xapp-.")
    elif not settings.slack_signing_secret:
        raise SettingsError(
            "SLACK_SIGNING_SECRET is missing: copy it from your Slack app's Basic Information, "
            "or set SLACK_APP_TOKEN to use Socket Mode."
        )
    elif not re.fullmatch(r"[!-~]+", settings.slack_signing_secret):
        raise SettingsError("SLACK_SIGNING_SECRET is not right: it has no spaces, and only plain letters and digits.")


def _checked(settings: Settings) -> dict[str, object]:
    level = settings.log_level.lower()
    if level not in {"debug", "info", "warning", "error", "critical"}:
        raise SettingsError(f"LOG_LEVEL is not right: {_RULES['LOG_LEVEL']}.")
    if not re.fullmatch(_WEB_ADDRESS, settings.slack_api_url):
        raise SettingsError("SLACK_API_URL is not right: it is a web address like https://slack.com/api/.")
    if settings.balcony_url and not re.fullmatch(_OWN_ADDRESS, settings.balcony_url):
        raise SettingsError(
            "BALCONY_URL is not right: it is the public address of this Balcony, like https://balcony.example.org."
        )
    if not all(re.fullmatch(_KEY, key) for key in settings.balcony_keys):
        raise SettingsError("BALCONY_KEYS is not right: each key is 32 bytes in base64; 'balcony keys new' makes one.")
    url = _database_url(settings.database_url)
    if not url.startswith("sqlite") and not settings.balcony_keys:
        raise SettingsError(
            "BALCONY_KEYS is missing: on PostgreSQL it must be set. Make a key with 'balcony keys new' and keep it safe."
        )
    return {
        "database_url": url,
        "log_level": level,
        "slack_api_url": settings.slack_api_url.rstrip("/") + "/",
        "balcony_url": settings.balcony_url.rstrip("/"),
        "teams_client_id": settings.teams_client_id.lower(),
        "teams_tenant_id": settings.teams_tenant_id.lower(),
        "teams_dev_url": settings.teams_dev_url.rstrip("/"),
    }


def _database_url(url: str) -> str:
    """The same address with the driver that Balcony uses. Both spellings of PostgreSQL work."""
    scheme, separator, rest = url.partition("://")
    drivers = {"sqlite": "sqlite+aiosqlite", "postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
    if not separator or scheme.partition("+")[0] not in drivers:
        raise SettingsError("DATABASE_URL is not right: it begins with sqlite:///, postgresql:// or postgres://.")
    whole = f"{drivers[scheme.partition('+')[0]]}://{rest}"
    try:
        parsed = make_url(whole)
    except (ArgumentError, ValueError):
        raise SettingsError(
            "DATABASE_URL is not right: it is written like postgresql://user:password@host:5432/name."
        ) from None
    if whole.startswith("sqlite") and (parsed.host or parsed.database in {None, "", ":memory:"}):
        raise SettingsError(
            "DATABASE_URL is not right: it names a file, like sqlite:///balcony.db or sqlite:////data/balcony.db."
        )
    return whole


_RULES = {
    "HOST": "it is a name or address of this machine, like 127.0.0.1 or 0.0.0.0",
    "PORT": "it is a whole number from 0 to 65535",
    "BALCONY_TICK_SECONDS": "it is a number of seconds above 0, at most 3600",
    "BALCONY_ROLE": "it is one of web, worker, all",
    "LOG_LEVEL": "it is one of debug, info, warning, error, critical",
}
