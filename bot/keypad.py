"""The PIN pad: what stands behind its buttons, in memory only.

Promises: digits are never stored, logged or shown, in no repr either; a button carries a random token that means
nothing by itself and works for one person, one purpose and a short time; a full pad is taken once, so a double tap on
the last digit confirms once. A restart forgets every pad: whoever presses an old one is given a new one.
"""

from __future__ import annotations

import enum
import heapq
import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Final

from bot.redaction import DOTS, SIX

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.messages import Face

LENGTH: Final = 6
DIGITS: Final = tuple("0123456789")
_MOST: Final = 5  # pads of one person that are remembered: each press of Confirm opens one
DELETE: Final = "delete"
CANCEL: Final = "cancel"

_TYPED_PIN: Final = re.compile(SIX)
_SECRET: Final = rf"(?:{SIX}|{DOTS})"
_CALLED: Final = r"(?<![^\W\d])(?<!@)(?:code\s)?pins?(?:[\s-]?(?:code|number))?(?![^\W\d])(?:@\w+)?"
_BETWEEN: Final = (  # the digits and the word "pin" for them
    r"(?:\W*\b(?:is|it'?s|that'?s|this|was|be|now|still|my|new|old|the|to|est|mon|le|nouveau|ancien)\b){0,4}\W{0,5}"
)
_NAMED: Final = re.compile(rf"{_CALLED}{_BETWEEN}{_SECRET}|{_SECRET}{_BETWEEN}{_CALLED}", re.IGNORECASE)
_ALONE: Final = re.compile(_SECRET)


class Pin:
    """Six digits on their way to the wallet. Its repr says nothing, so no log or traceback can."""

    __slots__ = ("_digits",)

    def __init__(self, digits: str) -> None:
        self._digits = digits

    def reveal(self) -> str:
        """Return the digits, for the wallet and nobody else."""
        return self._digits

    def __repr__(self) -> str:
        return "Pin(••••••)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pin) and self._digits == other._digits

    __hash__ = None  # type: ignore[assignment]  # a secret is no key


def typed_pin(text: str) -> Pin | None:
    """Return the PIN in a message that is nothing but six digits, in any script, spaced or not."""
    stripped = text.strip()
    if not _TYPED_PIN.fullmatch(stripped):
        return None
    return Pin("".join(str(unicodedata.decimal(char)) for char in stripped if char.isdecimal()))


def is_pin_given_away(text: str) -> bool:
    """Whether six digits stand alone, or beside the word "pin", in either order; or the dots the inbox keeps of them.

    Punctuation and pictures do not count: “482915 👍” is a PIN. “Invoice 482915” is none, and “€482915” is an amount.
    """
    text = text.replace("’", "'")
    rest, digits = _ALONE.subn("", text)
    return digits > 0 and (_NAMED.search(text) is not None or not any(map(_says_something, rest)))


def _says_something(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] in "LN" or category == "Sc"


def may_hold_pin(words: str) -> bool:
    """Whether there are digits in what was written where no number belongs, or the dots the inbox keeps of them."""
    return DOTS in words or any(char.isdecimal() for char in words)


@dataclass(frozen=True, slots=True)
class Pay:
    """The PIN confirms the payment that this card shows."""

    card_id: str


@dataclass(frozen=True, slots=True)
class ProveOld:
    """The present PIN, before a change."""


@dataclass(frozen=True, slots=True)
class ChooseNew:
    """A new PIN, for the first time. `old` is None where there was none."""

    old: Pin | None = None


@dataclass(frozen=True, slots=True)
class RepeatNew:
    """The new PIN once more."""

    new: Pin
    old: Pin | None = None


Purpose = Pay | ProveOld | ChooseNew | RepeatNew


class Pressed(enum.Enum):
    """What a key did."""

    CHANGED = enum.auto()
    NOTHING = enum.auto()
    FULL = enum.auto()
    CANCELLED = enum.auto()


@dataclass(slots=True)
class Keypad:
    """One pad under one message. `heading` and `footing` stand above the dots, as Telegram HTML.

    `message_id` is known once the pad has been sent; `outcome` is what its message showed in the end; `taken_from` is
    the update whose typed PIN it took.
    """

    user_id: int
    purpose: Purpose
    heading: str = field(repr=False)
    expires_at: datetime
    tokens: dict[str, str] = field(repr=False)
    message_id: int | None = None
    outcome: Face | None = field(default=None, repr=False)
    closed: bool = False
    taken_from: int | None = None
    footing: str = field(default="", repr=False)
    _digits: list[str] = field(default_factory=list, repr=False)

    @property
    def entered(self) -> int:
        """How many digits have been pressed."""
        return len(self._digits)

    def press(self, key: str) -> Pressed:
        """Press a digit, DELETE or CANCEL. The sixth digit closes the pad, as CANCEL does."""
        if key == CANCEL:
            self.close()
            return Pressed.CANCELLED
        if key == DELETE:
            return Pressed.CHANGED if self._digits and self._digits.pop() else Pressed.NOTHING
        self._digits.append(key)
        if len(self._digits) < LENGTH:
            return Pressed.CHANGED
        self.closed = True
        return Pressed.FULL

    def take(self) -> Pin:
        """Return the six digits; the pad forgets them."""
        pin = Pin("".join(self._digits))
        self.close()
        return pin

    def close(self) -> None:
        """Forget the digits and take no more."""
        self.closed = True
        self._digits.clear()


class Keypads:
    """The pads that are open now, one a person at most. The last ones closed are remembered for their time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._of: dict[int, list[Keypad]] = {}  # each person's, the newest last
        self._keys: dict[str, tuple[Keypad, str]] = {}
        self._by_expiry: list[tuple[datetime, int, Keypad]] = []  # a heap, the first to expire on top
        self._opened = count()

    def open(self, user_id: int, purpose: Purpose, *, heading: str, expires_at: datetime) -> Keypad:
        """Open a pad for this person; it takes the place of any other they had."""
        self._forget_expired()
        self.close(user_id)
        tokens = {key: secrets.token_urlsafe(16) for key in (*DIGITS, DELETE, CANCEL)}
        keypad = Keypad(user_id, purpose, heading, expires_at, tokens)
        theirs = self._of.setdefault(user_id, [])
        theirs.append(keypad)
        if len(theirs) > _MOST:
            first = theirs[0]
            self._forget(first)
            first.tokens.clear()  # it stays on the heap
        self._keys |= {token: (keypad, key) for key, token in tokens.items()}
        heapq.heappush(self._by_expiry, (expires_at, next(self._opened), keypad))
        return keypad

    def find(self, token: str, user_id: int) -> tuple[Keypad, str] | None:
        """Return the pad and the key of this token, if it is this person's and not too old."""
        self._forget_expired()
        keypad, key = self._keys.get(token, (None, ""))
        return (keypad, key) if keypad is not None and keypad.user_id == user_id else None

    def of(self, user_id: int) -> Keypad | None:
        """Return this person's open pad."""
        self._forget_expired()
        newest = next(reversed(self._of.get(user_id, [])), None)
        return newest if newest is not None and not newest.closed else None

    def taken_from(self, user_id: int, update_id: int) -> Keypad | None:
        """Return this person's pad that took the PIN of this update, which is being handled again."""
        self._forget_expired()
        return next((each for each in self._of.get(user_id, []) if each.taken_from == update_id), None)

    def close(self, user_id: int) -> Keypad | None:
        """Close this person's pad, whatever it was for, and return it."""
        keypad = self.of(user_id)
        if keypad is not None:
            keypad.close()
        return keypad

    def _forget_expired(self) -> None:
        now = self._clock()
        while self._by_expiry and self._by_expiry[0][0] <= now:
            _, _, keypad = heapq.heappop(self._by_expiry)
            keypad.close()
            self._forget(keypad)

    def _forget(self, keypad: Keypad) -> None:
        for token in keypad.tokens.values():
            self._keys.pop(token, None)
        theirs = [each for each in self._of.pop(keypad.user_id, []) if each is not keypad]
        if theirs:
            self._of[keypad.user_id] = theirs
