"""PINs: chosen, reset, and locked by too many wrong ones. Attempts at them are counted and compared by `pin_attempts`.

Hashes go into the database and never come out: the application's role may only call four functions, which run with the
owner's rights (`migrations/versions/20261122_pin_hashes_within.py`). `count_pin_attempt` counts and tells how to hash,
`prove_pin` compares, once for each attempt counted, and `choose_pin` and `reset_pin` do what they say. An attempt is
counted before the PIN is looked at, so guessing in parallel gains nothing.

Three wrong PINs void the quote; five in a row lock payments for 24 hours; then one try a day; ten in all, and only the
operator's reset helps. The count is cleared by the right PIN and by nothing else. After a reset nothing leaves the
account for 24 hours. (At most five consecutive failures: PSD2 RTS, article 4(3)(b).)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from wallet import models, quotes
from wallet.batches import together
from wallet.errors import PinAlreadySet, PinCooling, PinNotSet
from wallet.values import PinState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.pin_hashing import HashedPin

PER_QUOTE = 3
BEFORE_LOCK = 5
IN_ALL = 10
"""The database's functions have these last two of their own, and the 24 hours."""

_SIX_DIGITS = re.compile(r"[0-9]{6}")


def is_well_formed(pin: str) -> bool:
    """Exactly six ASCII digits."""
    return _SIX_DIGITS.fullmatch(pin) is not None


async def state(conn: AsyncConnection, person_id: UUID, at: datetime) -> PinState:
    """As `Wallet.pin_state`."""
    pin = models.Pin
    row = (
        await conn.execute(
            select(pin.pepper_id.is_not(None).label("is_set"), pin.failures, pin.locked_until, pin.cooling_until).where(
                pin.party_id == person_id
            )
        )
    ).first()
    if row is None:
        return PinState(is_set=False, tries_left=BEFORE_LOCK, locked_until=None, locked=False, cooling_until=None)
    return PinState(
        is_set=row.is_set,
        tries_left=_tries_left(row.failures),
        locked_until=row.locked_until if row.locked_until and row.locked_until > at else None,
        locked=row.failures >= IN_ALL,
        cooling_until=row.cooling_until if row.cooling_until and row.cooling_until > at else None,
    )


def _tries_left(failures: int) -> int:
    """Five, then one at a time when a lock is over, then none."""
    return max(1, BEFORE_LOCK - failures) if failures < IN_ALL else 0


async def choose(conn: AsyncConnection, person_id: UUID, choice: UUID, hashed: HashedPin, at: datetime) -> None:
    """The first PIN, or the first after a reset; asked again by the same `choice`, the same. PinAlreadySet."""
    chosen = func.wallet.choose_pin(person_id, choice, hashed.hash, hashed.pepper_id, at)
    if not (await conn.execute(select(chosen))).scalar():
        raise PinAlreadySet


async def reset(conn: AsyncConnection, person_id: UUID, at: datetime, spared: Collection[str] = ()) -> bool:
    """Take the PIN and its count away, and void what it has confirmed or may confirm; False if that was done before.

    False, too, for a PIN made with one of the `spared` peppers. PinNotSet if none was ever chosen.
    """
    await quotes.hold_payer(conn, person_id)
    found = (await conn.execute(select(models.Pin.pepper_id).where(models.Pin.party_id == person_id))).first()
    if found is None:
        raise PinNotSet
    if found.pepper_id is None or found.pepper_id in spared:
        return False
    await conn.execute(select(func.wallet.reset_pin(person_id, at)))
    await quotes.close(conn, person_id, "voided")
    return True


async def lost(conn: AsyncConnection, peppers: Collection[str]) -> tuple[UUID, ...]:
    """Whose PIN was made with none of these peppers, and so cannot be right any more."""
    pin = models.Pin
    return tuple((await conn.execute(select(pin.party_id).where(pin.pepper_id.not_in(peppers)))).scalars())


async def require_not_cooling(conn: AsyncConnection, person_id: UUID, at: datetime) -> None:
    """PinCooling within 24 hours of a reset."""
    (rows,) = await together(conn, [(_COOLING, {"person": person_id})])
    for (until,) in rows:
        require_cool(until, at)


def require_cool(until: datetime | None, at: datetime) -> None:
    """PinCooling before `until`."""
    if until is not None and until > at:
        raise PinCooling(until)


_COOLING = "SELECT cooling_until FROM wallet.pins WHERE party_id = %(person)s"
