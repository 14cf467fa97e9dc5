"""Settings, read from the environment once."""

import binascii
import re
from base64 import urlsafe_b64decode
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

KEY_BYTES = 32


class SettingsError(Exception):
    """A setting is missing or malformed. The text is one plain sentence that names it, never its value."""


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class Settings(BaseSettings):
    """What a host sets. Nothing else is read from the environment."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    database_url: str = "sqlite:///balcony.db"
    slack_bot_token: str = ""
    slack_signing_secret: str = ""
    slack_app_token: str = ""
    slack_api_url: str = "https://slack.com/api/"
    balcony_keys: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = ()
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    log_level: str = "info"
    balcony_tick_seconds: float = Field(default=15, gt=0, le=3600)

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def socket_mode(self) -> bool:
        return bool(self.slack_app_token)


def read_settings() -> Settings:
    """The environment, checked. Raises SettingsError."""
    try:
        settings = Settings()
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0]).upper()
        raise SettingsError(f"{name} is not right: {_RULES.get(name, 'please check it')}.") from None
    return settings.model_copy(update=_checked(settings))


def check_slack(settings: Settings) -> None:
    """What serving Slack needs. Raises SettingsError naming the first setting that is missing or malformed."""
    if not settings.slack_bot_token:
        raise SettingsError("SLACK_BOT_TOKEN is missing: copy the Bot User OAuth Token (xoxb-…) from your Slack app.")
    if not settings.slack_bot_token.startswith("xoxb-"):
        raise SettingsError("SLACK_BOT_TOKEN is not right: a bot token begins with xoxb-.")
    if settings.socket_mode:
        if not settings.slack_app_token.startswith("xapp-"):
            raise SettingsError("SLACK_APP_TOKEN is not right: an app-level token begins with xapp-.")
    elif not settings.slack_signing_secret:
        raise SettingsError(
            "SLACK_SIGNING_SECRET is missing: copy it from your Slack app's Basic Information, "
            "or set SLACK_APP_TOKEN to use Socket Mode."
        )


def _checked(settings: Settings) -> dict[str, object]:
    level = settings.log_level.lower()
    if level not in {"debug", "info", "warning", "error", "critical"}:
        raise SettingsError(f"LOG_LEVEL is not right: {_RULES['LOG_LEVEL']}.")
    if not re.match(r"https?://[^/\s]+", settings.slack_api_url):
        raise SettingsError("SLACK_API_URL is not right: it is a web address like https://slack.com/api/.")
    for key in settings.balcony_keys:
        _check_key(key)
    url = _database_url(settings.database_url)
    if not url.startswith("sqlite") and not settings.balcony_keys:
        raise SettingsError(
            "BALCONY_KEYS is missing: on PostgreSQL it must be set. Make a key with 'balcony keys new' and keep it safe."
        )
    return {
        "database_url": url,
        "log_level": level,
        "slack_api_url": settings.slack_api_url.rstrip("/") + "/",
    }


def _check_key(key: str) -> None:
    try:
        good = len(urlsafe_b64decode(key + "=" * (-len(key) % 4))) == KEY_BYTES
    except (binascii.Error, ValueError):
        good = False
    if not good:
        raise SettingsError("BALCONY_KEYS is not right: each key is 32 bytes in base64; 'balcony keys new' makes one.")


def _database_url(url: str) -> str:
    """The same address with the driver that Balcony uses. Both spellings of PostgreSQL work."""
    scheme, separator, rest = url.partition("://")
    drivers = {"sqlite": "sqlite+aiosqlite", "postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
    if not separator or scheme.partition("+")[0] not in drivers:
        raise SettingsError("DATABASE_URL is not right: it begins with sqlite:///, postgresql:// or postgres://.")
    return f"{drivers[scheme.partition('+')[0]]}://{rest}"


_RULES = {
    "PORT": "it is a whole number from 0 to 65535",
    "BALCONY_TICK_SECONDS": "it is a number of seconds above 0, at most 3600",
    "LOG_LEVEL": "it is one of debug, info, warning, error, critical",
}
