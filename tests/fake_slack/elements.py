"""Slack's rules for the parts of a block: texts, options, confirmations and interactive elements."""

from typing import Any

Json = dict[str, Any]

PLAIN = ("plain_text",)
ANY_TEXT = ("plain_text", "mrkdwn")
FOCUS, ASK = "focus_on_load", "confirm"

# type: every key that real Slack accepts beside type and action_id.
ELEMENTS: dict[str, set[str]] = {
    "button": {"text", "url", "value", "style", ASK, "accessibility_label"},
    "overflow": {"options", ASK},
    "static_select": {"placeholder", "options", "option_groups", "initial_option", ASK, FOCUS},
    "multi_static_select": {
        "placeholder", "options", "option_groups", "initial_options", "max_selected_items", ASK, FOCUS,
    },
    "users_select": {"placeholder", "initial_user", ASK, FOCUS},
    "multi_users_select": {"placeholder", "initial_users", "max_selected_items", ASK, FOCUS},
    "channels_select": {"placeholder", "initial_channel", "response_url_enabled", ASK, FOCUS},
    "conversations_select": {
        "placeholder", "initial_conversation", "default_to_current_conversation", "response_url_enabled",
        "filter", ASK, FOCUS,
    },
    "checkboxes": {"options", "initial_options", ASK, FOCUS},
    "radio_buttons": {"options", "initial_option", ASK, FOCUS},
    "datepicker": {"placeholder", "initial_date", ASK, FOCUS},
    "timepicker": {"placeholder", "initial_time", "timezone", ASK, FOCUS},
    "datetimepicker": {"initial_date_time", ASK, FOCUS},
    "plain_text_input": {
        "placeholder", "initial_value", "multiline", "min_length", "max_length", "dispatch_action_config", FOCUS,
    },
    "email_text_input": {"placeholder", "initial_value", "dispatch_action_config", FOCUS},
    "url_text_input": {"placeholder", "initial_value", "dispatch_action_config", FOCUS},
    "number_input": {
        "placeholder", "initial_value", "is_decimal_allowed", "min_value", "max_value",
        "dispatch_action_config", FOCUS,
    },
}  # fmt: skip
TYPED = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
IN_INPUT = set(ELEMENTS) - {"button", "overflow"}
IN_SECTION = set(ELEMENTS) - TYPED - {"datetimepicker"}
IN_ACTIONS = IN_SECTION - {"multi_static_select", "multi_users_select"} | {"datetimepicker"}
OPTION_LIMITS = {"overflow": (1, 5), "checkboxes": (1, 10), "radio_buttons": (1, 10)}


class Check:
    """Collects what is wrong with a structure, each with the place where it is."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.action_ids: set[str] = set()
        self.focused = 0

    def fail(self, at: str, why: str) -> None:
        self.errors.append(f"[ERROR] {why} [json-pointer:{at}]")

    def is_object(self, value: object, at: str) -> bool:
        if not isinstance(value, dict):
            self.fail(at, "must be an object")
        return isinstance(value, dict)

    def keys(self, value: Json, at: str, allowed: set[str]) -> None:
        for key in set(value) - allowed - {"type"}:
            self.fail(at, f"invalid additional property: {key}")

    def string(self, value: Json, key: str, at: str, limit: int, *, required: bool = False) -> None:
        """A string property of 1 to `limit` characters, or none at all."""
        found = value.get(key)
        if found is None and not required:
            return
        if not isinstance(found, str):
            self.fail(f"{at}/{key}", "missing required string")
        elif not found or len(found) > limit:
            self.fail(f"{at}/{key}", f"must be 1 to {limit} characters, is {len(found)}")

    def flag(self, value: Json, key: str, at: str) -> None:
        if not isinstance(value.get(key, False), bool):
            self.fail(f"{at}/{key}", "must be a boolean")

    def text(self, value: object, at: str, limit: int, kinds: tuple[str, ...] = PLAIN) -> None:
        """A text object of one of these kinds."""
        if not isinstance(value, dict):
            self.fail(at, "must be a text object")
            return
        kind = value.get("type")
        if kind not in kinds:
            self.fail(f"{at}/type", f"must be one of {kinds}, is {kind!r}")
            return
        self.keys(value, at, {"text", "emoji" if kind == "plain_text" else "verbatim"})
        self.string(value, "text", at, limit, required=True)
        if isinstance(value.get("text"), str) and not value["text"].strip():
            self.fail(f"{at}/text", "must not be empty")
        self.flag(value, "emoji", at)
        self.flag(value, "verbatim", at)

    def element(self, value: object, at: str, allowed: set[str]) -> None:
        """An interactive element that may stand in this place."""
        if not isinstance(value, dict):
            self.fail(at, "must be an element")
            return
        kind = value.get("type")
        if kind not in allowed:
            self.fail(f"{at}/type", f"unsupported element here: {kind!r}")
            return
        self.keys(value, at, ELEMENTS[kind] | {"action_id"})
        self._action_id(value, at)
        if "placeholder" in value:
            self.text(value["placeholder"], f"{at}/placeholder", 150)
        if ASK in value:
            self._confirm(value[ASK], f"{at}/{ASK}")
        self.flag(value, FOCUS, at)
        self.focused += value.get(FOCUS) is True
        if kind == "button":
            self._button(value, at)
        elif "options" in ELEMENTS[kind]:
            self._choices(value, at, kind)
        elif kind == "plain_text_input":
            self._typed(value, at)

    def _action_id(self, value: Json, at: str) -> None:
        self.string(value, "action_id", at, 255)
        action_id = value.get("action_id")
        if isinstance(action_id, str):
            if action_id in self.action_ids:
                self.fail(f"{at}/action_id", f"`action_id` {action_id!r} already exists")
            self.action_ids.add(action_id)

    def _button(self, value: Json, at: str) -> None:
        self.text(value.get("text"), f"{at}/text", 75)
        self.string(value, "value", at, 2000)
        self.string(value, "url", at, 3000)
        self.string(value, "accessibility_label", at, 75)
        if value.get("style", "primary") not in ("primary", "danger"):
            self.fail(f"{at}/style", "must be primary or danger")

    def _confirm(self, value: object, at: str) -> None:
        if not isinstance(value, dict):
            self.fail(at, "must be a confirmation")
            return
        self.keys(value, at, {"title", "text", "confirm", "deny", "style"})
        self.text(value.get("title"), f"{at}/title", 100)
        self.text(value.get("text"), f"{at}/text", 300, ANY_TEXT)
        self.text(value.get("confirm"), f"{at}/confirm", 30)
        self.text(value.get("deny"), f"{at}/deny", 30)
        if value.get("style", "primary") not in ("primary", "danger"):
            self.fail(f"{at}/style", "must be primary or danger")

    def _choices(self, value: Json, at: str, kind: str) -> None:
        groups = value.get("option_groups")
        if (groups is None) == ("options" not in value):
            self.fail(at, "exactly one of options and option_groups is needed")
            return
        lists = [value.get("options")] if groups is None else self._groups(groups, f"{at}/option_groups")
        for options in lists:
            self._options(options, f"{at}/options", kind)
        if not self.errors:
            self._initial(value, at, [option for options in lists if options for option in options])

    def _groups(self, groups: object, at: str) -> list[Any]:
        if not isinstance(groups, list) or not 1 <= len(groups) <= 100:
            self.fail(at, "must be 1 to 100 groups")
            return []
        for index, group in enumerate(groups):
            if self.is_object(group, f"{at}/{index}"):
                self.keys(group, f"{at}/{index}", {"label", "options"})
                self.text(group.get("label"), f"{at}/{index}/label", 75)
        return [group.get("options") for group in groups if isinstance(group, dict)]

    def _options(self, options: object, at: str, kind: str) -> None:
        low, high = OPTION_LIMITS.get(kind, (1, 100))
        if not isinstance(options, list) or not low <= len(options) <= high:
            self.fail(at, f"must be {low} to {high} options")
            return
        texts = ANY_TEXT if kind in ("checkboxes", "radio_buttons") else PLAIN
        for index, option in enumerate(options):
            here = f"{at}/{index}"
            if not self.is_object(option, here):
                continue
            self.keys(option, here, {"text", "value", "description"} | ({"url"} if kind == "overflow" else set()))
            self.text(option.get("text"), f"{here}/text", 75, texts)
            self.string(option, "value", here, 150, required=True)
            if "description" in option:
                self.text(option["description"], f"{here}/description", 75, texts)
        values = [option.get("value") for option in options if isinstance(option, dict)]
        if len({str(value) for value in values}) != len(values):
            self.fail(at, "option values must be unique")

    def _initial(self, value: Json, at: str, options: list[Json]) -> None:
        """What is chosen to begin with must be one of the options, word for word."""
        chosen = value.get("initial_options", [])
        if "initial_option" in value:
            chosen = [value["initial_option"]]
        elif "initial_options" in value and not chosen:
            self.fail(f"{at}/initial_options", "must not be empty")
        if not isinstance(chosen, list) or any(option not in options for option in chosen):
            self.fail(at, "the initial option must be one of the options")

    def _typed(self, value: Json, at: str) -> None:
        low, high = value.get("min_length", 0), value.get("max_length", 3000)
        if not isinstance(low, int) or not isinstance(high, int) or not 0 <= low <= high <= 3000 or high < 1:
            self.fail(at, "min_length and max_length must be within 0 to 3000")
            return
        initial = value.get("initial_value", "")
        if not isinstance(initial, str) or len(initial) > high:
            self.fail(f"{at}/initial_value", f"must be a string of at most {high} characters")
        self.flag(value, "multiline", at)
