"""The line from Teams to the bot: activities in signed requests, and what came back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from tests.fake_slack.things import BotMistake

from .activities import Gesture, Place, Scene, Sender
from .cards import card_errors
from .connector import CARD
from .issuer import Issuer
from .state import Json, Tenant

MESSAGE = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"


@dataclass(frozen=True)
class Reply:
    """What the bot answered."""

    status: int
    body: Any

    @property
    def card(self) -> Json | None:
        """The card that takes the place of the one that was pressed."""
        found: Json | None = self._value_of(CARD)
        return found

    @property
    def sentence(self) -> str:
        """What whoever pressed reads for a moment."""
        return self._value_of(MESSAGE) or ""

    @property
    def dialog(self) -> Json | None:
        """What a dialog shows now."""
        task = self.body.get("task") if isinstance(self.body, dict) else None
        return task["value"] if task else None

    def _value_of(self, kind: str) -> Any:
        return self.body["value"] if isinstance(self.body, dict) and self.body.get("type") == kind else None


async def nothing() -> None:
    """There is nothing to wait for."""


class Line(Tenant):
    """A tenant that can speak to its bot."""

    base_url = ""
    region = "uk"
    patience = 10.0  # seconds; Teams itself shows an error after as many
    _issuer: Issuer
    _http: httpx.AsyncClient
    _url: str | None = None
    _settle: Callable[[], Awaitable[None]] = staticmethod(nothing)

    @property
    def issuer(self) -> Issuer:
        """Who signs for this tenant's Teams."""
        return self._issuer

    @property
    def service_url(self) -> str:
        """Where the bot reaches this tenant, as its activities say."""
        return f"{self.base_url}/{self.region}/"

    def connect(self, url: str, settle: Callable[[], Awaitable[None]] = nothing) -> None:
        """From now on activities go to this address. `settle` returns when the bot has done what follows an answer."""
        self._url = url
        self._settle = settle

    async def deliver(self, activity: Json, *, times: int = 1, **claims: Any) -> list[Reply]:
        """Sends it, so many times, each signed anew as Teams does; returns when the bot has nothing more to say."""
        replies = [await self._deliver(activity, claims) for _ in range(times)]
        await self._settle()
        return replies

    def gesture(self, aad: str, place: Place) -> Gesture:
        """Something that this person does there now."""
        user = self.users[aad]
        scene = Scene(self.tenant, self.app_id, self.service_url)
        return Gesture(scene, Sender(user.called, user.aad, user.name), place, self.new_id())

    async def _deliver(self, activity: Json, claims: Json) -> Reply:
        if self._url is None:
            raise AssertionError("the fake does not know where the bot listens: call connect(url) first")
        headers = {"Authorization": self._issuer.bearer(**{"serviceurl": self.service_url} | claims)}
        try:
            async with asyncio.timeout(self.patience):
                answer = await self._http.post(self._url, json=activity, headers=headers)
        except TimeoutError:
            raise BotMistake("the bot takes too long to answer") from None
        if answer.status_code >= 500 and answer.status_code != 501:
            raise BotMistake(f"Teams stops speaking to a bot that answers {answer.status_code}")
        reply = Reply(answer.status_code, answer.json() if answer.content else None)
        if reply.status == 200:
            _check(activity, reply.body)
        return reply


def _check(activity: Json, body: Any) -> None:
    """BotMistake for an answer that Teams would not show."""
    if activity.get("type") != "invoke":
        if body is not None:
            raise BotMistake(f"nobody reads an answer to a {activity.get('type')}: {body}")
    elif activity["name"] == "adaptiveCard/action":
        _check_action(body)
    else:
        _check_task(body)


def _check_action(body: Any) -> None:
    if not isinstance(body, dict) or set(body) != {"statusCode", "type", "value"}:
        raise BotMistake(f"the answer to a press has a status, a type and a value: {body}")
    if body["type"] == CARD:
        _check_card(body["value"])
    elif body["type"] == MESSAGE:
        if body["statusCode"] != 200 or not isinstance(body["value"], str) or not body["value"].strip():
            raise BotMistake(f"a sentence has words: {body}")
    elif body["type"] != ERROR:
        raise BotMistake(f"unknown answer to a press: {body['type']}")


def _check_task(body: Any) -> None:
    task = body.get("task") if isinstance(body, dict) else None
    if not isinstance(task, dict) or set(task) != {"type", "value"}:
        raise BotMistake(f"the answer is a task with a type and a value: {body}")
    if task["type"] == "message" and isinstance(task["value"], str):
        return
    value = task["value"]
    if task["type"] != "continue" or not isinstance(value, dict) or set(value) != {"title", "height", "width", "card"}:
        raise BotMistake(f"a dialog has a title, a height, a width and a card: {body}")
    if set(value["card"]) != {"contentType", "content"} or value["card"]["contentType"] != CARD:
        raise BotMistake(f"the card of a dialog is an attachment: {value['card']}")
    _check_card(value["card"]["content"])


def _check_card(card: Json) -> None:
    if errors := card_errors(card):
        raise BotMistake(f"Teams would not show this card: {errors}")
