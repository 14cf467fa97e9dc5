"""What a platform sent, looked up with care: a signed request may still be of a shape nobody thought of."""

from collections.abc import Mapping
from typing import Any

Payload = Mapping[str, Any]


class NotUnderstood(Exception):
    """A payload of a shape that Balcony does not know. The text names what is missing, and quotes nothing."""


def part(body: Payload, name: str) -> Payload:
    """A part that must be there. Raises NotUnderstood."""
    found = body.get(name)
    if not isinstance(found, dict):
        raise NotUnderstood(f"no {name}")
    return found


def perhaps(body: Payload, name: str) -> Payload:
    """A part that may be missing or null. Raises NotUnderstood if it is anything else."""
    return {} if body.get(name) is None else part(body, name)


def word(body: Payload, name: str) -> str:
    """A text that must be there, and not be empty. Raises NotUnderstood."""
    found = body.get(name)
    if not isinstance(found, str) or not found:
        raise NotUnderstood(f"no {name}")
    return found
