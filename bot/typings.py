"""What people are typing after the bot's name, in chats that it is not in: offers that may be sent, or not."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEMBERED: Final = timedelta(minutes=10)
_MOST: Final = 20  # by one person: each letter typed makes one, and only the last few may still be sent


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody would offer: minor units and a note; `asks`: would ask for, instead."""

    user_id: int
    amount: int
    note: str
    asks: bool
    until: datetime


class Typings:
    """What each person typed last, by the id that the message would have. In memory only, for ten minutes."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._typed: dict[str, Typed] = {}
        self._of: dict[int, deque[str]] = {}  # who types → the ids of what they typed, the oldest first

    def add(self, card_id: str, user_id: int, amount: int, note: str, *, asks: bool = False) -> None:
        """Remember an offer; those too old are forgotten, from the oldest on, and a person's first of too many."""
        now = self._clock()
        while self._typed and next(iter(self._typed.values())).until <= now:
            self._forget(next(iter(self._typed)))
        theirs = self._of.setdefault(user_id, deque())
        if len(theirs) == _MOST:
            del self._typed[theirs.popleft()]
        theirs.append(card_id)
        self._typed[card_id] = Typed(user_id, amount, note, asks, now + _REMEMBERED)

    def find(self, card_id: str) -> Typed | None:
        """Return an offer that was made to somebody to send."""
        typed = self._typed.get(card_id)
        return typed if typed is not None and typed.until > self._clock() else None

    def _forget(self, card_id: str) -> None:
        """Forget the oldest of all, which is the oldest of whoever typed it."""
        typed = self._typed.pop(card_id)
        theirs = self._of[typed.user_id]
        theirs.popleft()
        if not theirs:
            del self._of[typed.user_id]
