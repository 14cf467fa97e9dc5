"""What somebody typed in Teams: HTML becomes plain words, and the first of them may be a command."""

import html
import re
from collections.abc import Iterable

from bot.domain.mentions import mention as mention_of
from bot.handlers.slow import ISSUES

_BREAK = re.compile(r"<(?:/?(?:p|div|li|ul|ol|h[1-6]|blockquote|pre|tr)|br|hr)\b[^<>]*>", re.IGNORECASE)
_EMOJI = re.compile(r"<emoji\b[^<>]*>", re.IGNORECASE)
_ALT = re.compile(r"\balt=\"([^\"]*)\"", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:at|span|strong|em|b|i|u|s|a|code|sub|sup|img|emoji|readonly|attachment|table|tbody|td|th)\b[^<>]*>",
    re.IGNORECASE,
)
_COMMAND = re.compile(r"[/@]?(commit|reflect|connect|balcony)(?:\s*[:,.!?]|(?=\s)|$)(.*)", re.IGNORECASE | re.DOTALL)
_GREETINGS = {
    "hi", "hi there", "hello", "hello there", "hey", "hey there", "hiya", "good morning", "morning", "good afternoon",
    "good evening", "thanks", "thank you", "many thanks", "cheers", "start", "get started",
}  # fmt: skip


def plain(text: str, *, bot_mentions: Iterable[str] = (), people: Iterable[tuple[str, str]] = ()) -> str:
    """The words as their reader sees them, without the mentions of Balcony; other people's become their names.

    `people`: how the text writes mentions of whom, in their order; these become mentions as all platforms write them.

    Tags go before entities are read, once: what somebody typed as a tag comes as entities, and stays.
    """
    for mention in bot_mentions:
        text = text.replace(mention, " ", 1)
    for written_so, user in people:
        text = text.replace(written_so, f" {html.escape(mention_of(user))} ", 1)
    text = html.unescape(_TAG.sub("", _BREAK.sub("\n", _EMOJI.sub(_drawn, text)))).replace("\N{NO-BREAK SPACE}", " ")
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def command(text: str) -> tuple[str, str]:
    """The command and its words. What begins with none is for /balcony, where a greeting opens home."""
    found = _COMMAND.fullmatch(text)
    if found and found[1].lower() != "balcony":
        return f"/{found[1].lower()}", found[2].strip()
    words = (found[2] if found else text.removeprefix("/")).strip()
    if words.partition(" ")[0].lower() in ISSUES and " " in words:
        return "/balcony", words  # their own words, to the letter
    words = words.rstrip(" .!?,")
    greeting = words.lower().removesuffix(" balcony").rstrip(" ,")
    return "/balcony", "" if greeting in _GREETINGS else words


def written(command: str) -> str:
    """A command as people write it here: no slash, and what is for /balcony by its own word."""
    return {"/balcony": "home"}.get(command) or command.removeprefix("/balcony ").removeprefix("/")


def _drawn(emoji: re.Match[str]) -> str:
    """The character that the tag stands for."""
    alt = _ALT.search(emoji[0])
    return alt[1] if alt else ""
