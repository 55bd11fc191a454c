"""A person at their phone, by HTTP: says, presses, forwards, and looks at what the chat shows.

Used by whoever plays a person: the sandbox's first run, the tour, the journeys among the tests.
"""

from __future__ import annotations

import asyncio
import contextlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

PATIENCE: Final = 20.0
PIN_LENGTH: Final = 6
_LOOK_AGAIN: Final = 0.02
IN_SIGHT: Final = 3
"""So many messages a phone shows: a notice may come in below the card one is busy with."""

Message = dict[str, Any]


class NothingHappenedError(Exception):
    """What a person waited for did not come; the text says what for, and what the chat showed instead."""


class GoneError(Exception):
    """What a person pressed or forwarded is no longer there."""


class Person:
    """One person of the sandbox in their private chat with the bot. `http` has the sandbox's URL as its base."""

    def __init__(
        self, http: httpx.AsyncClient, person_id: int, name: str, pin: str, *, patience: float = PATIENCE
    ) -> None:
        self.id: Final = person_id
        self.name: Final = name
        self._pin: Final = pin
        self._http: Final = http
        self._patience: Final = patience

    async def start(self, parameter: str = "") -> None:
        """Press Start, or follow a deep link."""
        await self._act("start", parameter=parameter)

    async def says(self, text: str) -> Message:
        """Write a message; returns it."""
        return {"id": (await self._act("text", text=text))["message_id"], "text": text}

    async def forwards(self, message: Message) -> None:
        """Forward a message of the same chat back to the bot."""
        await self._act("forward", from_chat=self.id, message_id=message["id"])

    async def presses(self, label: str, *, times: int = 1) -> None:
        """Wait for a button whose label contains this, and press it; `times` presses go off at once."""
        message = await self.sees(lambda message: _place(message, label) is not None, f"a button “{label}”")
        place = _place(message, label)
        assert place is not None, "it was there a moment ago"
        row, column = place
        taps = (self._act("press", message_id=message["id"], row=row, column=column) for _ in range(times))
        await asyncio.gather(*taps)

    async def types_pin(self, pin: str | None = None, *, last_digit_times: int = 1) -> None:
        """Press six digits on the keypad: one's own PIN, or another."""
        digits = pin or self._pin
        for count, digit in enumerate(digits):
            await self.sees(_keypad_with(count), f"a keypad with {count} digits")
            await self.presses(digit, times=last_digit_times if count == len(digits) - 1 else 1)

    async def taps(self, message: Message, label: str) -> None:
        """Press a button of a message as it was seen; one that is gone since then is left alone."""
        place = _place(message, label)
        assert place is not None, f"no button “{label}” was seen there"
        row, column = place
        with contextlib.suppress(GoneError):
            await self._act("press", message_id=message["id"], row=row, column=column)

    async def taps_next_digit(self, keypad: Message) -> None:
        """Press the digit that this keypad waits for, as in `taps`."""
        await self.taps(keypad, self._pin[keypad["text"].count("●")])

    async def reads(self, *words: str) -> Message:
        """Wait until a message of the bot, among the newest, contains all these words."""
        wanted = ", ".join(f"“{word}”" for word in words)
        return await self.sees(lambda message: all(word in plain(message["text"]) for word in words), wanted)

    async def sees(self, condition: Callable[[Message], bool], wanted: str, *, among: int | None = IN_SIGHT) -> Message:
        """Wait until a message of the bot, among so many of the newest (None: all), is like this.

        NothingHappenedError when patience (in seconds) is at its end.
        """
        deadline = asyncio.get_running_loop().time() + self._patience
        while True:
            in_sight = [message for message in await self.messages() if not message["out"]][-(among or 0) :]
            found = next(filter(condition, reversed(in_sight)), None)
            if found is not None:
                return found
            if asyncio.get_running_loop().time() > deadline:
                shown = " / ".join(plain(message["text"]) for message in in_sight) or "nothing"
                raise NothingHappenedError(f"{self.name} waited for {wanted}; the chat shows: {shown}")
            await asyncio.sleep(_LOOK_AGAIN)

    async def messages(self) -> list[Message]:
        """All messages of the private chat, oldest first."""
        chats = (await self._http.get(f"/people/{self.id}/chats")).raise_for_status().json()
        return next(list(chat["messages"]) for chat in chats if chat["id"] == self.id)

    async def _act(self, verb: str, **facts: object) -> dict[str, Any]:
        answer = await self._http.post(f"/people/{self.id}/chats/{self.id}/{verb}", json=facts)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise GoneError(answer.json()["error"])
        return dict(answer.raise_for_status().json())


def plain(text: str) -> str:
    """Text without the invisible isolates that keep names and amounts apart."""
    return "".join(char for char in text if char not in "\u2066\u2067\u2068\u2069")


def _place(message: Message, label: str) -> tuple[int, int] | None:
    for row, buttons in enumerate(message["inline_keyboard"] or []):
        for column, button in enumerate(buttons):
            if label in plain(button["text"]):
                return row, column
    return None


def _keypad_with(count: int) -> Callable[[Message], bool]:
    dots = "●" * count + "○" * (PIN_LENGTH - count)
    return lambda message: dots in message["text"]
