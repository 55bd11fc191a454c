"""Reply markup as Telegram checks it: inline keyboards, reply keyboards, their removal and forced replies."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sandbox.telegram import utf16
from sandbox.telegram.cast import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.links import link_problem
from sandbox.telegram.parameters import Parameters

_LOOKS: Final = ("style", "icon_custom_emoji_id")
_SWITCHES: Final = ("is_persistent", "resize_keyboard", "one_time_keyboard", "selective")
_MOST_BUTTONS: Final = 100
_MOST_BYTES: Final = 10_000
_MAY_BE_EMPTY: Final = frozenset({"switch_inline_query", "switch_inline_query_current_chat"})


@dataclass(frozen=True)
class Markup:
    """What came with a message: an inline keyboard on it, or a change of the chat's keyboard, or neither."""

    inline: Json | None = None
    keyboard: Json | None = None
    removes_keyboard: bool = False
    forces_reply: bool = False

    @property
    def bars_editing(self) -> bool:
        """Telegram lets a bot edit messages without markup or with an inline keyboard, no others."""
        return self.keyboard is not None or self.removes_keyboard or self.forces_reply


def read_markup(parameters: Parameters, *, private: bool) -> Markup:
    """Return the checked `reply_markup` of a call; raises ApiError 400 in Telegram's words."""
    markup = parameters.json("reply_markup", "reply keyboard markup")
    if not markup:
        return Markup()
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "keyboard" in markup:
        return Markup(keyboard=_reply_keyboard(markup, private=private))
    if "inline_keyboard" in markup:
        rows = _rows(markup, "inline_keyboard", _inline_button)
        return Markup(inline={"inline_keyboard": rows} if rows else None)
    return Markup(removes_keyboard=_boolean(markup, "remove_keyboard"), forces_reply=_boolean(markup, "force_reply"))


def _reply_keyboard(markup: Json, *, private: bool) -> Json:
    rows = _rows(markup, "keyboard", lambda button: _reply_button(button, private=private))
    keyboard: Json = {"keyboard": rows} | {name: True for name in _SWITCHES if _boolean(markup, name)}
    if placeholder := markup.get("input_field_placeholder"):
        keyboard["input_field_placeholder"] = placeholder
    return keyboard


def _boolean(holder: Json, field: str) -> bool:
    value = holder.get(field, False)
    if not isinstance(value, bool):
        raise bad_request(f'field "{field}" must be of type Boolean')
    return value


def _rows(markup: Json, field: str, read: Callable[[Any], Json]) -> list[list[Json]]:
    rows = markup[field]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f'field "{field}" must be of type Array')
    read_rows = [[read(button) for button in row] for row in rows]
    size = len(json.dumps(read_rows, ensure_ascii=False, separators=(",", ":")).encode())
    if sum(len(row) for row in read_rows) > _MOST_BUTTONS or size > _MOST_BYTES:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return [row for row in read_rows if row]


def _inline_button(button: Any) -> Json:
    problem = "can't parse inline keyboard button:"
    text = _button_text(button, problem)
    kind = next((kind for kind in _INLINE if button.get(kind) or kind in _MAY_BE_EMPTY & button.keys()), None)
    if kind is None:
        raise bad_request(f"{problem} Text buttons are unallowed in the inline keyboard")
    _INLINE[kind](button[kind])
    return {"text": text, kind: button[kind]} | {name: button[name] for name in _LOOKS if name in button}


def _button_text(button: Any, problem: str) -> str:
    if not isinstance(button, dict):
        raise bad_request(f"{problem} expected an Object")
    text = button.get("text")
    if text is None:
        raise bad_request(f'{problem} Can\'t find field "text"')
    if not isinstance(text, str):
        raise bad_request(f'{problem} Field "text" must be of type String')
    if not text.strip():
        raise bad_request("button text must be non-empty")
    return text


def _accept(_: Any) -> None:
    """Take this kind of button as it is."""


def _check_data(data: Any) -> None:
    if not isinstance(data, str) or len(data.encode()) > 64:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_url(url: Any) -> None:
    if problem := link_problem(str(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {problem}")


def _check_copy(copied: Any) -> None:
    text = copied.get("text") if isinstance(copied, dict) else None
    if not isinstance(text, str) or not 1 <= utf16.length(text) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _check_web_app(app: Any, where: str = "inline keyboard button") -> None:
    url = str(app.get("url", "")) if isinstance(app, dict) else ""
    if not url.startswith("https://"):
        raise bad_request(f"{where} Web App URL '{url}' is invalid: Only HTTPS links are allowed")


def _refuse(_: Any) -> None:
    raise bad_request("BUTTON_TYPE_INVALID")


# Paying and games need messages of their own kind, which this Telegram does not have.
_INLINE: Final[dict[str, Callable[[Any], None]]] = {
    "url": _check_url,
    "callback_data": _check_data,
    "copy_text": _check_copy,
    "web_app": _check_web_app,
    "login_url": _accept,
    "switch_inline_query": _accept,
    "switch_inline_query_current_chat": _accept,
    "switch_inline_query_chosen_chat": _accept,
    "pay": _refuse,
    "callback_game": _refuse,
}


def _reply_button(button: Any, *, private: bool) -> Json:
    if isinstance(button, str):
        button = {"text": button}
    text = _button_text(button, "can't parse keyboard button:")
    asked = [name for name in _REQUESTS if button.get(name)]
    if asked and not private:
        raise bad_request(f"{_REQUESTS[asked[0]]} in private chats only")
    if "request_users" in asked:
        _check_users_request(button["request_users"])
    if "web_app" in asked:
        _check_web_app(button["web_app"], "keyboard button")
    return {"text": text} | {name: button[name] for name in (*asked, *_LOOKS) if name in button}


_REQUESTS: Final = {
    "request_users": "users can be requested",
    "request_chat": "chats can be requested",
    "request_contact": "phone number can be requested",
    "request_location": "location can be requested",
    "request_poll": "poll can be requested",
    "web_app": "web app buttons can be used",
}


def _check_users_request(request: Any) -> None:
    if not isinstance(request, dict) or not isinstance(request.get("request_id"), int):
        raise bad_request("can't parse keyboard button: Can't find field \"request_id\"")
    if not 1 <= int(request.get("max_quantity", 1)) <= 10:
        raise bad_request("BUTTON_QUANTITY_MAX_INVALID")
