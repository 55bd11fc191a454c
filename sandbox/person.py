"""A person at their phone, by HTTP: says, presses, forwards, and looks at what the chat shows.

Used by whoever plays a person: the sandbox's first run, the tour, the journeys among the tests.
"""

from __future__ import annotations

import asyncio
import contextlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from sandbox.telegram import utf16

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
    """One person of the sandbox. `http` has the sandbox's URL as its base.

    A `chat` is the id under which their app has it: a group's, or that of the person they write to. Where none is
    given, they are in their private chat with the bot.
    """

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

    async def scans(self, picture: Message) -> str:
        """Point the camera at a code that a phone shows, and follow its link to the bot; returns the link."""
        answer = await self._http.get(f"{picture['photo']}/code")
        link = str(answer.raise_for_status().json()["text"])
        await self.start(link.partition("?start=")[2])
        return link

    async def shares_card(self, other: Person) -> None:
        """Share somebody's contact card with the bot."""
        await self._act("contact", user_id=other.id)

    async def says(self, text: str) -> Message:
        """Write a message; returns it."""
        return {"id": (await self._act("text", text=text))["message_id"], "text": text}

    async def forwards(self, message: Message) -> None:
        """Forward a message of the same chat back to the bot."""
        await self._act("forward", from_chat=self.id, message_id=message["id"])

    async def presses(self, label: str, *, times: int = 1, chat: int | None = None) -> None:
        """Wait for a button whose label contains this, and press it; `times` presses go off at once."""
        wanted = f"a button “{label}”"
        message = await self.sees(lambda message: _place(message, label) is not None, wanted, chat=chat)
        place = _place(message, label)
        assert place is not None, "it was there a moment ago"
        row, column = place
        press = {"message_id": message["id"], "row": row, "column": column}
        await asyncio.gather(*(self.does("press", chat, **press) for _ in range(times)))

    async def types_pin(self, pin: str | None = None, *, last_digit_times: int = 1, chat: int | None = None) -> None:
        """Press six digits on the keypad: one's own PIN, or another."""
        digits = pin or self._pin
        for count, digit in enumerate(digits):
            await self.sees(_keypad_with(count), f"a keypad with {count} digits", chat=chat)
            await self.presses(digit, times=last_digit_times if count == len(digits) - 1 else 1, chat=chat)

    async def taps(self, message: Message, label: str, *, chat: int | None = None) -> None:
        """Press a button of a message as it was seen; one that is gone since then is left alone."""
        place = _place(message, label)
        assert place is not None, f"no button “{label}” was seen there"
        row, column = place
        with contextlib.suppress(GoneError):
            await self.does("press", chat, message_id=message["id"], row=row, column=column)

    async def taps_next_digit(self, keypad: Message) -> None:
        """Press the digit that this keypad waits for, as in `taps`."""
        await self.taps(keypad, self._pin[keypad["text"].count("●")])

    async def reads(self, *words: str, chat: int | None = None) -> Message:
        """Wait until a message of another, among the newest, contains all these words."""
        return await self.sees(_with_words(*words), _quoted(*words), chat=chat)

    async def reads_ephemeral(self, *words: str, chat: int) -> Message:
        """Wait until a message in a group that only they see contains all these words."""
        has_words = _with_words(*words)
        wanted = f"an ephemeral message with {_quoted(*words)}"
        return await self.sees(lambda message: message["ephemeral"] and has_words(message), wanted, chat=chat)

    async def sees(
        self,
        condition: Callable[[Message], bool],
        wanted: str,
        *,
        among: int | None = IN_SIGHT,
        chat: int | None = None,
    ) -> Message:
        """Wait until a message that came in, among so many of the newest (None: all), is like this.

        What they sent through the bot into a `chat` counts too: the bot may change it. NothingHappenedError
        when patience (in seconds) is at its end.
        """
        deadline = asyncio.get_running_loop().time() + self._patience
        while True:
            coming = [one for one in await self.messages(chat) if not one["out"] or (chat and one["via_bot"])]
            in_sight = coming[-(among or 0) :]
            found = next(filter(condition, reversed(in_sight)), None)
            if found is not None:
                return found
            if asyncio.get_running_loop().time() > deadline:
                shown = " / ".join(plain(message["text"]) for message in in_sight) or "nothing"
                raise NothingHappenedError(f"{self.name} waited for {wanted}; the chat shows: {shown}")
            await asyncio.sleep(_LOOK_AGAIN)

    async def messages(self, chat: int | None = None) -> list[Message]:
        """All messages of a chat, oldest first."""
        asked = {"chat": self.id if chat is None else chat}
        chats = (await self._http.get(f"/people/{self.id}/chats", params=asked)).raise_for_status().json()
        return list(chats[0]["messages"])

    async def says_in(self, chat: int, text: str, **facts: object) -> Message:
        """Write a message in a group or to a person; `facts` as in `Manner`, such as `as`="anonymous_admin"."""
        return {"id": (await self.does("text", chat, text=text, **facts))["message_id"], "text": text}

    async def replies_to(self, message: Message, text: str, *, chat: int) -> Message:
        """Answer a message of a chat."""
        return await self.says_in(chat, text, reply_to=message["id"])

    async def mentions(self, chat: int, text: str, *people: Person, reply_to: int | None = None) -> Message:
        """Write a text in which each `{}` is the name of one of these people, with a link to their account."""
        mentions: list[dict[str, int]] = []
        before, *rest = text.split("{}")
        for person, after in zip(people, rest, strict=True):
            place = {"offset": utf16.length(before), "length": utf16.length(person.name)}
            mentions.append({**place, "user_id": person.id})
            before += person.name + after
        return await self.says_in(chat, before, mentions=mentions, reply_to=reply_to)

    async def forwards_to(self, chat: int, message: Message, *, from_chat: int, hide_name: bool = False) -> Message:
        """Forward a message from one chat to another."""
        facts = {"from_chat": from_chat, "message_id": message["id"], "hide_name": hide_name}
        return {"id": (await self.does("forward", chat, **facts))["message_id"], "text": message["text"]}

    async def asks_inline(self, chat: int, text: str) -> tuple[str, dict[str, Any]]:
        """Type `@bot text` in a chat; the query's id, and the `results` and the `button` that the bot gives."""
        query_id = str((await self.does("inline", chat, text=text))["query_id"])
        deadline = asyncio.get_running_loop().time() + self._patience
        while True:
            answer = (await self._http.get(f"/people/{self.id}/inline/{query_id}")).raise_for_status().json()
            if answer["results"] is not None:
                return query_id, dict(answer)
            if asyncio.get_running_loop().time() > deadline:
                raise NothingHappenedError(f"{self.name} waited for results of “{text}”")
            await asyncio.sleep(_LOOK_AGAIN)

    async def picks_inline(self, chat: int, text: str, title: str) -> Message:
        """Type `@bot text` in a chat and send the first result whose title contains this."""
        query_id, answer = await self.asks_inline(chat, text)
        found = next((one for one in answer["results"] if title in plain(one["title"])), None)
        if found is None:
            shown = " / ".join(one["title"] for one in answer["results"]) or "nothing"
            raise NothingHappenedError(f"{self.name} looked for “{title}”; the bot offers: {shown}")
        sent = await self.does("choose", chat, query_id=query_id, result_id=found["id"])
        return {"id": sent["message_id"], "text": found["message"]["text"]}

    async def calls_guest(self, chat: int, text: str, *, bot: str = "sixpence_bot", **facts: object) -> Message:
        """Mention the bot, and say what for, in a chat that it is not in."""
        return await self.says_in(chat, f"@{bot} {text}", **facts)

    async def does(self, verb: str, chat: int | None = None, **facts: object) -> dict[str, Any]:
        """Do one thing as a person can: text, edit, delete, join, leave, add, remove, rank, upgrade, …"""
        answer = await self._http.post(
            f"/people/{self.id}/chats/{self.id if chat is None else chat}/{verb}", json=facts
        )
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise GoneError(answer.json()["error"])
        return dict(answer.raise_for_status().json())

    async def _act(self, verb: str, **facts: object) -> dict[str, Any]:
        return await self.does(verb, None, **facts)


def _with_words(*words: str) -> Callable[[Message], bool]:
    return lambda message: all(word in plain(message["text"]) for word in words)


def _quoted(*words: str) -> str:
    return ", ".join(f"“{word}”" for word in words)


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
