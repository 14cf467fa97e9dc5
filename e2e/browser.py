"""People at their Slack: each has a browser window, and verbs a test reads like a sentence.

Every verb waits until it can be done, and fails with what was on the page when it cannot.
"""

import json
import os
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, FloatRect, Locator, Page, WebSocketRoute, async_playwright, expect

from e2e.faithful import WORD_JOINER, Owners, shown_to
from e2e.forms import completed, missing, showable
from e2e.local_slack import LocalSlack, User

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ARTEFACTS = Path(__file__).parent.parent / "artefacts" / "e2e"
PATIENCE_MS = 10_000
WINDOW = (1280, 800)
PICTURE_WIDTH = 720  # of one message: the page leaves the rest of its row empty


class Office:
    """A browser in front of one Slack, where people sit down."""

    def __init__(self, browser: Browser, slack: LocalSlack) -> None:
        self._browser = browser
        self._slack = slack
        self._owners = Owners()

    async def seats(self, user: User) -> "Person":
        """Opens a window of their own for a person, in the first channel, acting as them."""
        context = await self._browser.new_context(
            viewport={"width": WINDOW[0], "height": WINDOW[1]}, locale="en-GB", timezone_id=user.tz
        )
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        await _Window(user, self._slack.users, self._owners).watches(page)
        await page.goto(self._slack.address)
        await page.get_by_label("Act as").select_option(user.id)
        await expect(page.locator(".channel-title")).not_to_have_text("Select a channel")
        return Person(user, page, self._slack)


@asynccontextmanager
async def office(slack: LocalSlack) -> AsyncIterator[Office]:
    """A headless Chromium for as long as the block runs."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_ARGS))
        try:
            yield Office(browser, slack)
        finally:
            await browser.close()


class Person:
    """Somebody at their Slack. `page` is the window itself, for what no verb says."""

    def __init__(self, user: User, page: Page, slack: LocalSlack) -> None:
        self.user = user
        self.page = page
        self._slack = slack
        self._form = page.locator(".modal")
        self._read = page.locator(".msg, .home .blocks, .modal")

    # Where to be

    async def goes_to(self, channel: str) -> None:
        """Opens a channel by its name, without the #."""
        await self._clicks_sidebar(f"#{channel}")
        await expect(self.page.locator(".channel-title")).to_have_text(f"# {channel}")

    async def opens_dm(self, bot: str) -> None:
        """Opens the conversation with the bot, which in Slack is always there."""
        await self._slack.dm(self.user)
        await self._clicks_sidebar(bot)
        await expect(self.page.locator(".channel-title")).to_have_text(bot)

    async def opens_home(self, bot: str) -> None:
        """Opens the bot's Home; leaves it first if there already, so that the bot always hears of it.

        An earlier Home may show until the bot publishes the new one: see what is new in it.
        """
        if await self.page.locator(".home").count():
            await self.page.locator(".sidebar-item:not(:has(.app-dot))").first.click()
        await self._clicks_sidebar(f"🏠 {bot}")
        await expect(self.page.locator(".home .blocks")).to_be_visible()

    # What to do

    async def types(self, text: str) -> None:
        """Sends a message or a /command here; @ana and #channel become mentions."""
        composer = self.page.locator(".main .composer")
        await composer.locator(".composer-input").fill(text)
        await composer.locator(".composer-send").click()

    async def presses(self, button: str, beside: str | None = None) -> None:
        """Presses a button by its words: the form's own, the newest message's, or the only one in a Home.

        `beside` picks the first such button in or after the block with those words.
        """
        own = self._form.locator(".modal-foot button").filter(has_text=_exactly(button))
        elsewhere = self._button_beside(beside, button) if beside else self._buttons(button)
        await own.or_(elsewhere).first.wait_for()
        if await own.count():
            await own.click()
        elif await self.page.locator(".home").count():
            await elsewhere.click()
        else:
            await elsewhere.last.click()

    async def fills(self, label: str, text: str) -> None:
        """Writes one line into an input of the form; a date is written 2026-11-27, a time 09:30."""
        await self._input(label).locator("input.bk-plain-input").fill(text)

    async def chooses(self, label: str, option: str) -> None:
        """Picks from a select or radio buttons: by label in a form, by placeholder in a message or Home.

        People are picked by their real name.
        """
        own = self._input(label)
        elsewhere = self._select(label)
        await own.or_(elsewhere).first.wait_for()
        if not await own.count():
            await elsewhere.last.select_option(label=option)
        elif await own.locator("select").count():
            await own.locator("select").select_option(label=option)
        else:
            await own.get_by_label(option, exact=True).check()

    async def ticks(self, option: str) -> None:
        """Ticks a box of the form, or picks one more person where several may be."""
        await self._form.get_by_label(option, exact=True).check()

    async def unticks(self, option: str) -> None:
        """Unticks a box of the form."""
        await self._form.get_by_label(option, exact=True).uncheck()

    async def submits(self) -> None:
        """Presses the form's own button; what happens then is for the test to see."""
        await self._form.locator(".modal-foot .primary").click()

    async def closes_form(self) -> None:
        """Closes the form, and any form below it."""
        await self._form.locator(".modal-x").click()
        await expect(self._form).to_have_count(0)

    # What to find

    async def sees(self, text: str) -> None:
        """The words come up in a message here, in the form or in the Home. A line break counts as nothing."""
        await expect(self._reads(text).first).to_be_visible(timeout=PATIENCE_MS)

    async def does_not_see(self, text: str) -> None:
        """The words are nowhere here, or go away; see something else first, or this says little."""
        await expect(self._reads(text)).to_have_count(0, timeout=PATIENCE_MS)

    async def sees_form(self, title: str) -> None:
        """A form with this title is open."""
        await expect(self._form.locator(".modal-title")).to_have_text(title, timeout=PATIENCE_MS)

    async def sees_no_form(self) -> None:
        """No form is open any more."""
        await expect(self._form).to_have_count(0, timeout=PATIENCE_MS)

    async def sees_complaint(self, text: str) -> None:
        """The form says what is wrong with an input."""
        await expect(self._form.locator(".modal-error", has_text=text)).to_be_visible(timeout=PATIENCE_MS)

    async def photographs(self, name: str, of: str | None = None) -> Path:
        """The window as it is, tall enough for all there is to scroll, in artefacts/e2e/<mode>/<name>.png.

        With `of`, only the newest message, the form or the Home with those words.
        """
        path = ARTEFACTS / self._slack.mode / f"{name}.png"
        await self.page.mouse.move(0, 0)  # what the pointer rests on is grey, what is being written in has a frame
        await self.page.evaluate("document.activeElement.blur()")
        hidden = await self.page.evaluate(_HIDDEN_HEIGHT)
        await self.page.set_viewport_size({"width": WINDOW[0], "height": min(WINDOW[1] + hidden, 4_000)})
        await self.page.screenshot(path=path, clip=await self._frame(of) if of else None)
        await self.page.set_viewport_size({"width": WINDOW[0], "height": WINDOW[1]})
        return path

    async def _frame(self, of: str) -> FloatRect:
        found = self._reads(of).last
        box = await found.bounding_box()
        assert box, f"{of!r} is not on the page"
        margin = 16 if await self.page.locator(".home").count() else 0  # its text has none of its own
        return {
            "x": box["x"] - margin,
            "y": box["y"] - margin,
            "width": min(box["width"], PICTURE_WIDTH) + 2 * margin,
            "height": box["height"] + 2 * margin,
        }

    async def _clicks_sidebar(self, entry: str) -> None:
        await self.page.locator(".sidebar-item").filter(has_text=_exactly(entry)).click()

    def _buttons(self, name: str) -> Locator:
        return self._place().locator("button.bk-button").filter(has_text=_exactly(name))

    def _button_beside(self, words: str, name: str) -> Locator:
        row = self._place().locator(".blocks > *").filter(has_text=words).last
        nearby = row.locator("xpath=descendant::button | following::button")
        return nearby.filter(has_text=_exactly(name)).first

    def _place(self) -> Locator:
        return self.page.locator(".main")

    def _input(self, label: str) -> Locator:
        name = self.page.locator(".bk-label", has_text=_exactly(label))
        return self._form.locator(".bk-input", has=name)

    def _select(self, placeholder: str) -> Locator:
        first = self.page.locator("option:first-child", has_text=_exactly(placeholder))
        return self._place().locator("select.bk-select", has=first)

    def _reads(self, text: str) -> Locator:
        words = re.escape(text).replace("<", f"<{WORD_JOINER}?")
        return self._read.filter(has_text=re.compile(words))


class _Window:
    """Stands between one page and the local Slack, and keeps both honest: see faithful.py and forms.py."""

    def __init__(self, user: User, users: Sequence[User], owners: Owners) -> None:
        self._user = user
        self._users = users
        self._owners = owners
        self._form: dict[str, Any] | None = None

    async def watches(self, page: Page) -> None:
        await page.route_web_socket("**/ui", self._connects)

    def _connects(self, page: WebSocketRoute) -> None:
        slack = page.connect_to_server()
        slack.on_message(lambda text: self._comes(json.loads(text), page))
        page.on_message(lambda text: self._goes(json.loads(text), page, slack))

    def _comes(self, frame: dict[str, Any], page: WebSocketRoute) -> None:
        shown = shown_to(self._user.id, frame, self._owners)
        if shown is None:
            return
        if shown["t"] == "init":
            shown["state"]["modalStack"] = self._opens(shown["state"]["modalStack"])
        if shown["t"] == "view":
            shown["stack"] = self._opens(shown["stack"])
        if shown["t"] == "view_errors" and not self._form:
            return
        page.send(json.dumps(shown))

    def _opens(self, stack: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self._form = stack[-1] if stack else None
        return [showable(view, self._users) for view in stack]

    def _goes(self, frame: dict[str, Any], page: WebSocketRoute, slack: WebSocketRoute) -> None:
        self._owners.acted(self._user.id)
        if frame["t"] == "view_submit" and self._form:
            frame["values"] = completed(self._form, frame["values"])
            if complaints := missing(self._form, frame["values"]):
                page.send(json.dumps({"t": "view_errors", "errors": complaints}))
                return
        slack.send(json.dumps(frame))


def _exactly(text: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(text)}\s*$")


# A form gets only part of the window's height, so the window must grow by more than what is hidden.
_HIDDEN_HEIGHT = """() => {
    const scrollers = [...document.querySelectorAll(".messages, .home, .modal-body")];
    return Math.ceil(1.25 * Math.max(0, ...scrollers.map(one => one.scrollHeight - one.clientHeight)));
}"""
