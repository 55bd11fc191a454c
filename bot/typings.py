"""What people are typing after the bot's name, in chats that it is not in: offers that may be sent, or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEMBERED: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody would offer: minor units and a note; `asks`: would ask for, instead."""

    user_id: int
    amount: int
    note: str
    asks: bool
    until: datetime


class Typings:
    """What is being typed, by the id that the message would have. In memory only, for ten minutes."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._typed: dict[str, Typed] = {}

    def add(self, card_id: str, user_id: int, amount: int, note: str, *, asks: bool = False) -> None:
        """Remember an offer; those too old are forgotten, from the oldest on."""
        now = self._clock()
        while self._typed and next(iter(self._typed.values())).until <= now:
            del self._typed[next(iter(self._typed))]
        self._typed[card_id] = Typed(user_id, amount, note, asks, now + _REMEMBERED)

    def find(self, card_id: str) -> Typed | None:
        """Return an offer that was made to somebody to send."""
        typed = self._typed.get(card_id)
        return typed if typed is not None and typed.until > self._clock() else None
