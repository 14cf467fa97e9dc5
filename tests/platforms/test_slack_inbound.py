"""Slack's payloads become Events."""

from typing import Any

import pytest

from bot.chat import Kind, Person
from bot.platforms.payload import NotUnderstood
from bot.platforms.slack import inbound

COMMAND = {"command": "/commit", "team_id": "T1", "user_id": "U1", "channel_id": "C1", "trigger_id": "1.2"}
PRESS: dict[str, Any] = {
    "team": {"id": "T1"},
    "user": {"id": "U1"},
    "trigger_id": "1.2",
    "actions": [{"action_id": "commitment.close#3", "value": "abc:done"}],
}
VIEW: dict[str, Any] = {"id": "V1", "type": "modal", "callback_id": "commit|abc", "state": {"values": {}}}


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("tea &amp; cake", "tea & cake"),
        ("&lt;!here&gt;", "<!here>"),
        ("&amp;lt;!here&amp;gt;", "&lt;!here&gt;"),
        ("&amp;amp;", "&amp;"),
        ("a < b", "a < b"),
        ("", ""),
    ],
)
def test_entities_are_read_once(sent: str, typed: str) -> None:
    """Slack writes & < > as entities in commands; what was typed as an entity stays one."""
    assert inbound.command(COMMAND | {"text": sent}).words == typed


def test_other_entities_are_words() -> None:
    """Slack writes only three; somebody who typed &copy; or &#33; meant those letters."""
    assert (
        inbound.command(COMMAND | {"text": "&copy; &amp;copy; &#33; &notit; &quot;"}).words
        == "&copy; &copy; &#33; &notit; &quot;"
    )


def test_a_press_names_its_button_and_its_delivery() -> None:
    """The place in the message is no part of the name."""
    event = inbound.button(PRESS)
    assert (event.kind, event.name, event.words) == (Kind.BUTTON, "commitment.close", "abc:done")
    assert event.person == Person("slack", "T1", "U1")


def test_ids_of_two_workspaces_are_two_people() -> None:
    """Person and key differ where only the workspace does, in every kind of event."""
    other = {"team": {"id": "T2"}, "team_id": "T2"}
    home = {"team_id": "T1", "event_id": "Ev1", "event": {"type": "app_home_opened", "user": "U1"}}
    form = {"team": {"id": "T1"}, "user": {"id": "U1"}, "view": VIEW}
    for read, payload in (
        (inbound.command, COMMAND),
        (inbound.button, PRESS),
        (inbound.form, form),
        (inbound.home, home),
    ):
        one, two = read(payload), read(payload | other)
        assert one.person != two.person
        assert one.key != two.key


def test_the_workspace_is_found_wherever_slack_puts_it() -> None:
    """An organisation-wide installation has no team; then the user's own counts."""
    for where in ({"team": None, "user": {"id": "U1", "team_id": "T1"}}, {"team": None, "team_id": "T1"}):
        assert inbound.button(PRESS | where).person.workspace == "T1"
    with pytest.raises(NotUnderstood):
        inbound.button(PRESS | {"team": None})


@pytest.mark.parametrize(
    ("place", "form", "home", "alone"),
    [
        ({"container": {"message_ts": "1", "channel_id": "C1"}, "channel": {"id": "C1"}}, "", False, False),
        ({"container": {"message_ts": "1", "is_ephemeral": True}, "channel": {"id": "C1"}}, "", False, True),
        ({"container": {"message_ts": "1", "channel_id": "D1"}, "channel": {"id": "D1"}}, "", False, True),
        ({"container": {"message_ts": "1", "channel_id": "G1"}, "channel": {"id": "G1"}}, "", False, False),
        ({"view": {"id": "V1", "type": "modal"}, "container": {"type": "view"}}, "V1", False, False),
        ({"view": {"id": "V1", "type": "home"}, "container": {"type": "view"}}, "", True, False),
        ({}, "", True, False),  # local-slack: Home actions have no view
        ({"view": None, "container": {"type": "view"}, "channel": None}, "", True, False),
    ],
)
def test_where_a_button_was(place: dict[str, Any], form: str, home: bool, alone: bool) -> None:
    """A channel post, an ephemeral, a direct message, a group, a form, Home."""
    where = inbound.where(PRESS | place)
    assert (where.form, where.home, where.alone) == (form, home, alone)


def test_every_kind_of_field_is_read() -> None:
    """Whatever the action id is called; untouched is empty, and so is a prefilled field that local-slack sends as null."""
    values: dict[str, Any] = {
        "what": {"x": {"type": "plain_text_input", "value": "a & b"}},
        "none": {"x": {"type": "plain_text_input", "value": None}},
        "day": {"x": {"type": "datepicker", "selected_date": "2026-12-01"}},
        "who": {"x": {"type": "users_select", "selected_user": "U2"}},
        "part": {"x": {"type": "static_select", "selected_option": {"text": {}, "value": "morning"}}},
        "no part": {"x": {"type": "static_select", "selected_option": None}},
        "ticks": {"x": {"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}},
        "no ticks": {"x": {"type": "checkboxes", "selected_options": []}},
        "bare": {"x": {"type": "plain_text_input"}},
    }
    event = inbound.form({"team": {"id": "T1"}, "user": {"id": "U1"}, "view": VIEW | {"state": {"values": values}}})
    assert (event.name, event.words) == ("commit", "abc")
    assert event.answers == {
        "what": "a & b", "none": "", "day": "2026-12-01", "who": "U2", "part": "morning", "no part": "",
        "ticks": ("a", "b"), "no ticks": (), "bare": "",
    }  # fmt: skip
