"""The app manifest: the least that Balcony needs, and why; and what it needs besides to deliver exactly once."""

from typing import Any

SCOPES = {
    "commands": "people write /commit, /reflect, /connect and /balcony",
    "chat:write": "Balcony writes in the programme's channel, where it was invited, and to members who joined",
}

# To look whether a message arrived where sending it broke off. Any of them may be left out: docs/platforms.md, "Once".
EXACT = {
    "im:history": "where sending a direct message broke off, Balcony looks among its own whether it arrived",
    "im:write": "Slack then tells which conversation with that member it is",
    "channels:history": "the same look in the programme's channel, if it is public",
    "groups:history": "the same look in the programme's channel, if it is private",
}

COMMANDS = {
    "/commit": ("Keep one small thing you will do", "ring the school nurse on Friday"),
    "/reflect": ("Write in your notebook", "what I noticed today"),
    "/connect": ("Find somebody who works on the same, or bring two together", "who else works on school attendance?"),
    "/balcony": ("Your home, joining, pausing", "join | map | settings | pause 2 weeks | help"),
}

ESCAPED = {"/connect"}  # there, Slack writes whom somebody mentions with their id

EVENTS = {"app_home_opened": "the Home tab is drawn when somebody opens it"}


def manifest(url: str = "", *, exact: bool = False) -> dict[str, Any]:
    """The manifest for requests to that address, or for Socket Mode if there is none.

    With `exact`, it also asks for what delivering exactly once needs.
    """
    endpoint = f"{url.rstrip('/')}/slack/events" if url else ""
    request = {"request_url": endpoint} if endpoint else {}
    commands = [
        {
            "command": name,
            "description": about,
            "usage_hint": hint,
            "should_escape": name in ESCAPED,
            **({"url": endpoint} if endpoint else {}),
        }
        for name, (about, hint) in COMMANDS.items()
    ]
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Balcony",
            "description": "Keeps a leadership programme alive between its workshops",
            "background_color": "#2f4858",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "Balcony", "always_online": True},
            "slash_commands": commands,
        },
        "oauth_config": {"scopes": {"bot": list(scopes(exact=exact))}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not endpoint,
            "token_rotation_enabled": False,
        },
    }


def reasons(*, exact: bool = False) -> list[tuple[str, str]]:
    """Each scope and event, with its reason."""
    return [*scopes(exact=exact).items(), *EVENTS.items()]


def scopes(*, exact: bool) -> dict[str, str]:
    return SCOPES | EXACT if exact else SCOPES
