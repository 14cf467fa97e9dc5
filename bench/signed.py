"""Signed `/commit` requests, as Slack would send them."""

import hashlib
import hmac
import time
from dataclasses import dataclass

TEAM = "T01TEST"
CHANNEL = "C01GEN"
SECRET = "bench-signing-secret"


@dataclass(frozen=True)
class Command:
    """One request ready for the wire, and the words its answer has to hold."""

    request: bytes
    words: bytes


class Commands:
    """Commands without end, each with its own number, trigger and signature.

    The number has seven digits, so that no command's words contain another's.
    The members take turns.
    """

    def __init__(self, port: int, members: list[str], first: int) -> None:
        self.port = port
        self.members = members
        self.number = first

    def next(self) -> Command:
        """The next command, signed for this very second."""
        number = self.number
        self.number += 1
        member = self.members[number % len(self.members)]
        words = f"ring the school nurse number {number:07d}"
        body = form(number, member, f"{words} on Friday").encode()
        return Command(head(body, self.port, int(time.time())) + body, words.encode())


def form(number: int, member: str, text: str) -> str:
    """The form as Slack encodes it; `text` holds letters, digits and spaces only."""
    return (
        f"token=unused&team_id={TEAM}&team_domain=test&channel_id={CHANNEL}&channel_name=general"
        f"&user_id={member}&user_name={member.lower()}&command=%2Fcommit&text={text.replace(' ', '+')}"
        f"&api_app_id=A01APP&is_enterprise_install=false"
        f"&response_url=http%3A%2F%2F127.0.0.1%3A9%2Fresponse%2F{number}"
        f"&trigger_id={number}.1234567890.{number:032x}"
    )


def head(body: bytes, port: int, timestamp: int) -> bytes:
    signature = hmac.digest(SECRET.encode(), b"v0:%d:%b" % (timestamp, body), hashlib.sha256).hex()
    return (
        b"POST /slack/events HTTP/1.1\r\n"
        b"Host: 127.0.0.1:%d\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: %d\r\n"
        b"X-Slack-Request-Timestamp: %d\r\n"
        b"X-Slack-Signature: v0=%b\r\n"
        b"User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n"
        b"Accept: application/json,*/*\r\n"
        b"\r\n"
    ) % (port, len(body), timestamp, signature.encode())
