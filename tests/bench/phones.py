"""People at their phones, within the process of the pretend Telegram: what they do costs next to nothing."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any

from sandbox.person import plain
from sandbox.telegram import people

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from sandbox.telegram.cast import Json, Person
    from sandbox.telegram.world import World

PATIENCE = 60.0


class Phone:
    """One person's private chat with the bot; `waits` has the seconds from each act to what it brought about."""

    def __init__(self, world: World, person: Person, events: AsyncIterator[Json]) -> None:
        self._world = world
        self._person = person
        self._events = events
        self.waits: list[float] = []

    async def says(self, text: str, sees: Callable[[Json], bool] = lambda _: True) -> Json:
        """Write, and wait for a message of the bot that is like this; returns it."""
        return await self.sees(sees, lambda: people.write(self._world, self._person.id, self._person.id, text))

    async def presses(self, message: Json, label: str, sees: Callable[[Json], bool]) -> Json:
        """Press a button, and wait until its message is like this."""
        row, column = _place(message, label)
        chat = self._person.id
        return await self.sees(
            lambda changed: changed["id"] == message["id"] and sees(changed),
            lambda: people.press(self._world, chat, chat, message["id"], row=row, column=column),
        )

    async def sends(self, amount: str, payee: str) -> None:
        """A whole payment: words, card, PIN pad, six digits, receipt."""
        card = await self.says(f"send {amount} to {payee}", lambda message: _has(message, "Confirm with PIN"))
        pad = await self.presses(card, "Confirm with PIN", lambda message: "○○○○○○" in message["text"])
        for entered, digit in enumerate(self._person.pin[:-1], start=1):
            pad = await self.presses(pad, digit, _shows("●" * entered + "○" * (6 - entered)))
        await self.presses(pad, self._person.pin[-1], _shows("✓"))

    async def sees(self, sees: Callable[[Json], bool], act: Callable[[], Any] = lambda: None) -> Json:
        """Do something, and wait until a message of the bot is like this; returns it."""
        start = perf_counter()
        act()
        async with asyncio.timeout(PATIENCE):
            async for event in self._events:
                message = event.get("message")
                if message is not None and not message["out"] and sees(message):
                    self.waits.append(perf_counter() - start)
                    return dict(message)
        raise RuntimeError("the pretend Telegram has closed")


@contextmanager
def phone(world: World, person: Person) -> Iterator[Phone]:
    """This person's phone, which shows what comes from now on."""
    with world.events.subscription([person.id]) as events:
        yield Phone(world, person, events)


def _shows(text: str) -> Callable[[Json], bool]:
    return lambda message: text in message["text"]


def _has(message: Json, label: str) -> bool:
    return any(label in plain(button["text"]) for row in message["inline_keyboard"] or [] for button in row)


def _place(message: Json, label: str) -> tuple[int, int]:
    for row, buttons in enumerate(message["inline_keyboard"] or []):
        for column, button in enumerate(buttons):
            if label in plain(button["text"]):
                return row, column
    raise LookupError(f"no button “{label}”")
