"""The wallet's verbs for PINs: chosen, changed, checked, taken away. A part of `Wallet`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wallet import acts, notices, parties, pin_attempts, pins, weak_pins
from wallet.errors import MalformedPin, PinLocked, WeakPin, WrongPin
from wallet.ids import new_id
from wallet.values_notices import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID
    from weakref import WeakValueDictionary

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.database import Database
    from wallet.errors import PinNotSet, Unavailable
    from wallet.group_commit import GroupCommit
    from wallet.pin_hashing import PinHasher
    from wallet.values import PinState


class PinVerbs:
    """An attempt is counted before its PIN is looked at, and nothing is hashed inside a transaction."""

    _database: Database
    _clock: Callable[[], datetime]
    _hasher: PinHasher
    _counts: GroupCommit[pin_attempts.Look, pin_attempts.Attempt | None]
    _comparisons: GroupCommit[pin_attempts.Given, bool]
    _payers: WeakValueDictionary[UUID, asyncio.Lock]

    async def pin_state(self, person_id: UUID) -> PinState:
        """Whether there is a PIN and what stands in the way of using it."""
        return await self._database.read(lambda conn: pins.state(conn, person_id, self._clock()))

    def check_new_pin(self, pin: str, *, personal_digits: Sequence[str] = ()) -> None:
        """Refuse a PIN that must not be chosen: MalformedPin, WeakPin. `personal_digits`: own phone, own id."""
        if not pins.is_well_formed(pin):
            raise MalformedPin
        if (reason := weak_pins.weakness(pin, personal_digits)) is not None:
            raise WeakPin(reason)

    def suggest_pin(self, *, personal_digits: Sequence[str] = ()) -> str:
        """A random PIN that passes `check_new_pin`."""
        return weak_pins.suggest(personal_digits)

    async def set_pin(self, person_id: UUID, pin: str, *, personal_digits: Sequence[str] = ()) -> None:
        """Choose the first PIN, or a new one after a reset (outgoing payments then cool for 24 hours).

        MalformedPin, WeakPin, PinAlreadySet, PartyUnknown, Busy.
        """
        self.check_new_pin(pin, personal_digits=personal_digits)
        with self._hasher.slot():
            await self._database.read(lambda conn: parties.find(conn, person_id))
            choice, hashed = new_id(), await self._hasher.hash(person_id, pin)
            await self._database.transaction(lambda conn: pins.choose(conn, person_id, choice, hashed, self._clock()))

    async def change_pin(self, person_id: UUID, old: str, new: str, *, personal_digits: Sequence[str] = ()) -> None:
        """Replace the PIN; the old one is checked and counted like any other attempt, and the person is told.

        MalformedPin, WeakPin, PinNotSet, WrongPin, PinLocked, Busy.
        """
        self.check_new_pin(new, personal_digits=personal_digits)
        async with self._payer(person_id):
            await self._verify(person_id, old, new_pin=new)

    async def check_pin(self, person_id: UUID, pin: str) -> None:
        """Check a PIN outside a payment, counted like any other attempt. As `change_pin`."""
        async with self._payer(person_id):
            await self._verify(person_id, pin)

    async def reset_pin(self, person_id: UUID, *, by: str, reason: str, if_lost: bool = False) -> bool:
        """Take the PIN away; the person is told and chooses a new one, and payments then cool for 24 hours.

        Until then, resetting it again changes nothing, nor does it `if_lost` while the PIN works with a pepper that is
        set: then False. PartyUnknown, BadReason; PinNotSet if none was ever chosen.
        """
        act = acts.Act(by, reason)
        spared = self._hasher.pepper_ids() if if_lost else ()

        async def reset(conn: AsyncConnection) -> bool:
            await parties.find(conn, person_id)
            if is_reset := await pins.reset(conn, person_id, self._clock(), spared):
                await notices.of_person(conn, person_id, NoticeKind.PIN_RESET, self._clock())
                await acts.record(conn, act, "pin reset", person_id, self._clock())
            return is_reset

        return await self._database.transaction(reset)

    async def lost_pins(self) -> tuple[UUID, ...]:
        """Whose PIN needs a pepper that is not set any more: only `reset_pin` helps them. SettingsError without any."""
        return await self._database.read(lambda conn: pins.lost(conn, self._hasher.pepper_ids()))

    def _payer(self, person_id: UUID) -> asyncio.Lock:
        """One PIN of a person at a time: a double tap waits, then finds the payment done."""
        return self._payers.setdefault(person_id, asyncio.Lock())

    async def _verify(
        self, person_id: UUID, pin: str, quote_id: UUID | None = None, new_pin: str | None = None
    ) -> None:
        """Count an attempt, hash the PIN outside any transaction, then have it compared, and changed if it is right."""
        if not pins.is_well_formed(pin):
            raise MalformedPin
        with self._hasher.slot():
            look = pin_attempts.Look(person_id, quote_id)
            attempt = await self._counts.submit(look)
            hashed = await self._hasher.hash_as(person_id, pin, attempt.recipe if attempt else None)
            renewed = attempt is not None and (new_pin is not None or self._hasher.is_outdated(attempt.recipe))
            newer = await self._hasher.hash(person_id, new_pin or pin) if renewed else None
        given = pin_attempts.Given(look, attempt, hashed, newer, is_change=new_pin is not None)
        if await self._comparisons.submit(given):
            return
        assert attempt is not None, "without an attempt the answer is PinNotSet"
        if not attempt.locks:
            raise WrongPin(attempt.tries_left, attempt.voids_quote)
        stands = await self.pin_state(person_id)
        if stands.is_open:  # a right PIN has lifted the lock since
            raise WrongPin(stands.tries_left, attempt.voids_quote)
        raise PinLocked(attempt.locked_until)

    async def _count(self, looks: Sequence[pin_attempts.Look]) -> Sequence[pin_attempts.Attempt | PinLocked | None]:
        return await self._database.transaction(lambda conn: pin_attempts.count(conn, looks, self._clock()))

    async def _compare(self, given: Sequence[pin_attempts.Given]) -> Sequence[bool | PinNotSet | Unavailable]:
        return await self._database.transaction(lambda conn: pin_attempts.compare(conn, given, self._clock()))
