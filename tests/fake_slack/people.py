"""What people do in their Slack clients, each gesture a signed request to the bot."""

from collections.abc import Mapping
from typing import Any

from . import inputs, payloads, posting, viewing
from .line import Delivery, Line, Reply, SubmitResult
from .things import BotMistake, Channel, Impossible, Json, Posted, SlackError, View

REDELIVERIES = 3


class People(Line):
    """A workspace whose people can act. Each verb raises Impossible for what a real client would not allow."""

    async def command(self, user: str, name: str, text: str = "", *, channel: str | None = None) -> Reply:
        """A slash command, typed in a channel of theirs or in the direct message with the bot."""
        self._check_active(user)
        if "commands" not in self.scopes:
            raise Impossible("the bot has no commands without the scope `commands`")
        place = self._place(user, channel)
        url = self.new_response_url(user, place.id, None)
        form = payloads.command(self, user, place, name, text)
        reply = await self.send_form(form | {"response_url": url, "trigger_id": self.new_trigger(user)})
        reply.posted = self._show_ack(reply, user, place)
        self.response_urls[url.rpartition("/")[2]].original = reply.posted
        return reply

    async def shortcut(self, user: str, callback_id: str) -> Reply:
        """A global shortcut."""
        self._check_active(user)
        payload = payloads.interaction(self, "shortcut", user)
        trigger = self.new_trigger(user)
        return await self.send_payload(
            payload | {"callback_id": callback_id, "trigger_id": trigger, "action_ts": self.new_ts()}
        )

    async def press(
        self,
        user: str,
        on: Posted | View,
        action_id: str,
        value: Any = None,
        *,
        filled: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Presses a button, or chooses `value`, on what is there now; `filled` is typed beside it, by block_id."""
        self._check_active(user)
        current = self._visible(user, on)
        block, element = inputs.find(current.blocks, action_id)
        if block["type"] == "input" and not block.get("dispatch_action", False):
            raise Impossible(f"{action_id!r} is an input that tells the bot nothing before Submit")
        typed = dict(filled or {})
        if element["type"] in inputs.STATEFUL:
            typed[action_id] = value
        values = inputs.form_state(self, current.blocks, typed)
        payload = payloads.interaction(self, "block_actions", user)
        payload["trigger_id"] = self.new_trigger(user)
        payload["actions"] = [self._action(block, element, value)]
        if isinstance(current, View):
            payload |= payloads.on_view(self, current, values)
        else:
            payload |= payloads.on_message(self, current, values)
            payload["response_url"] = self.new_response_url(user, current.channel, current)
        return await self.send_payload(payload)

    async def submit(self, user: str, view: View, filled: Mapping[str, Any] | None = None) -> SubmitResult:
        """Fills the top modal in by block_id (or action_id) and presses Submit."""
        self._check_active(user)
        current = self._top(user, view)
        if "submit" not in current.body:
            raise Impossible("this modal has no submit button")
        values = inputs.form_state(self, current.blocks, filled or {})
        inputs.check_can_submit(current.blocks, values)
        payload = payloads.interaction(self, "view_submission", user)
        payload |= {
            "trigger_id": self.new_trigger(user),
            "view": payloads.view_shape(self, current, values),
            "response_urls": [],
        }
        reply = await self.send_payload(payload)
        result = SubmitResult(**vars(reply))
        if not result.timed_out:
            self._obey(result, current)
        return result

    async def close(self, user: str, view: View) -> Reply | None:
        """Presses Cancel on the top modal; the bot hears of it only if the view asked for that."""
        current = self._top(user, view)
        self.views[user].pop()
        self.changed()
        if not current.body.get("notify_on_close", False):
            return None
        payload = payloads.interaction(self, "view_closed", user)
        shape = payloads.view_shape(self, current, {})
        return await self.send_payload(payload | {"view": shape, "is_cleared": False})

    async def open_home(self, user: str) -> Delivery:
        """Opens the bot's Home; returns when the bot has answered."""
        self._check_active(user)
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": self.open_dm(user).id,
            "tab": "home",
            "event_ts": self.new_ts(),
        }
        if home := self.homes.get(user):
            event["view"] = payloads.view_shape(self, home, {})
        return await self.event(event)

    async def say(self, user: str, text: str, *, channel: str | None = None) -> Delivery | None:
        """Writes a message; the bot hears of it only with the history scope of that kind of conversation."""
        self._check_active(user)
        place = self._place(user, channel)
        ts = self.new_ts()
        self.post(Posted(place.id, text, [], ts, author=user, via="user"))
        prefix = {"public": "channels", "private": "groups"}.get(place.kind, place.kind)
        if f"{prefix}:history" not in self.scopes or self.bot_user not in place.members:
            return None
        kind = {"public": "channel", "private": "group"}.get(place.kind, place.kind)
        event = {"type": "message", "channel": place.id, "user": user, "text": text, "ts": ts}
        return await self.event(event | {"event_ts": ts, "team": self.team_id, "channel_type": kind})

    async def event(self, event: Json, *, event_id: str | None = None, copies: int = 1) -> Delivery:
        """Delivers an event, again up to three times while it is not acked, and `copies` times at least."""
        event_id = event_id or f"Ev{self.serial():08d}"
        envelope = payloads.envelope(self, event, event_id)
        replies = [await self.send_json(envelope)]
        while len(replies) < copies or (replies[-1].timed_out and len(replies) <= REDELIVERIES):
            reason = "http_error" if replies[-1].status else "http_timeout"
            replies.append(await self.send_json(envelope, attempt=len(replies), reason=reason))
        return Delivery(event_id, replies)

    async def challenge(self) -> None:
        """Slack's check of a new request URL; BotMistake unless the bot gives the challenge back."""
        challenge = f"challenge-{self.serial()}"
        body = {"token": payloads.TOKEN, "challenge": challenge, "type": "url_verification"}
        reply = await self.send_json(body)
        if reply.timed_out or challenge not in reply.body:
            raise BotMistake(f"challenge not answered: {reply.status} {reply.body[:200]!r}")

    def _check_active(self, user: str) -> None:
        if user not in self.users or self.users[user].deactivated:
            raise Impossible(f"{user!r} is unknown or deactivated")

    def _place(self, user: str, channel: str | None) -> Channel:
        place = self.open_dm(user) if channel is None else self.channels[channel]
        if user not in place.members or place.archived:
            raise Impossible(f"{user!r} cannot write in {place.id}: not a member, or archived")
        return place

    def _visible(self, user: str, on: Posted | View) -> Posted | View:
        """What the user really has before them of this message or view."""
        if isinstance(on, View):
            home = self.homes.get(user)
            return home if home is not None and home.id == on.id else self._top(user, on)
        if not any(on is message for message in self.messages) or not self.can_see(user, on):
            raise Impossible(f"{user!r} cannot see the message {on.text!r}")
        return on

    def _top(self, user: str, view: View) -> View:
        stack = self.views.get(user, [])
        if not stack or stack[-1].id != view.id:
            raise Impossible(f"{user!r} does not have the view {view.title!r} before them")
        return stack[-1]

    def _action(self, block: Json, element: Json, value: Any) -> Json:
        """One entry of `actions`, in the shape of its element's type."""
        kind = element["type"]
        action: Json = {"type": kind, "action_id": element["action_id"], "block_id": block["block_id"]}
        if kind == "button":
            if value is not None and value != element.get("value"):
                raise Impossible(f"the button's value is {element.get('value')!r}, not {value!r}")
            action |= {key: element[key] for key in ("text", "value", "style", "url") if key in element}
        elif kind == "overflow":
            action["selected_option"] = inputs.option(element, value)
        else:
            action |= inputs.chosen(self, element, value)
        action |= {key: element[key] for key in element if key == "placeholder" or key.startswith("initial_")}
        return action | {"action_ts": self.new_ts()}

    def _show_ack(self, reply: Reply, user: str, place: Channel) -> Posted | None:
        """What the person sees of the answer to a command."""
        if reply.timed_out or not reply.body.strip():
            return None
        is_json = reply.headers.get("content-type", "").startswith("application/json")
        message = reply.json if is_json else {"text": reply.body}
        if not message.get("text") and not message.get("blocks"):
            return None
        try:
            return posting.respond(self, user, place.id, message, "ack")
        except SlackError as refused:
            raise BotMistake(f"command ack refused: {refused.error} {refused.extra}") from None

    def _obey(self, result: SubmitResult, view: View) -> None:
        """Does with the modal what the answer to its submission says."""
        answer = result.json
        action = answer.get("response_action")
        if self._depth(view) is None and action != "errors":
            return
        if action == "errors":
            result.errors = self._errors(answer, view)
        elif action == "clear":
            self._close_from(view.user, 0, result)
        elif action in ("update", "push"):
            change = viewing.update if action == "update" else viewing.push
            target: Any = view if action == "update" else view.user
            try:
                result.view = change(self, target, viewing.checked(answer.get("view")))
            except SlackError as refused:
                raise BotMistake(f"{action} refused: {refused.error} {refused.extra}") from None
        elif answer:
            raise BotMistake(f"unknown answer to a submission: {result.body[:200]!r}")
        else:
            self._close_from(view.user, self._depth(view) or 0, result)

    def _depth(self, view: View) -> int | None:
        """Where in its user's stack this view is; None once it is closed."""
        ids = [each.id for each in self.views[view.user]]
        return ids.index(view.id) if view.id in ids else None

    def _close_from(self, user: str, depth: int, result: SubmitResult) -> None:
        del self.views[user][depth:]
        result.closed = True
        self.changed()

    def _errors(self, answer: Json, view: View) -> Json:
        errors = answer.get("errors")
        there = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= there:
            raise BotMistake(f"errors must name inputs of the view: {errors!r}; inputs are {sorted(there)}")
        if any(not isinstance(why, str) or not why for why in errors.values()):
            raise BotMistake(f"each error must be words: {errors!r}")
        return errors
