"""PINs: attempts and lockout. An attempt is counted before the PIN is looked at, so guessing in parallel gains nothing.

Three wrong PINs void the quote; five in a row lock payments for 24 hours; then one try a day; ten in all, and only the
operator's reset helps. The count is cleared by the right PIN and by nothing else. After a reset nothing leaves the
account for 24 hours. (At most five consecutive failures: PSD2 RTS, article 4(3)(b).)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import case, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from wallet import models, notices
from wallet.errors import PinAlreadySet, PinCooling, PinLocked, PinNotSet, QuoteClosed, QuoteUnknown
from wallet.pin_hashing import HashedPin
from wallet.values import NoticeKind, PinState

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

PER_QUOTE = 3
BEFORE_LOCK = 5
IN_ALL = 10
LOCK = timedelta(hours=24)
COOLING = timedelta(hours=24)

_SIX_DIGITS = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One counted look at a PIN: the hash to look at, and what being wrong will mean."""

    hashed: HashedPin
    failures: int
    on_quote: int
    locked_until: datetime | None

    @property
    def tries_left(self) -> int:
        return max(0, BEFORE_LOCK - self.failures)

    @property
    def locks(self) -> bool:
        return self.failures >= BEFORE_LOCK

    @property
    def voids_quote(self) -> bool:
        return self.on_quote >= PER_QUOTE


def is_well_formed(pin: str) -> bool:
    """Exactly six ASCII digits."""
    return _SIX_DIGITS.fullmatch(pin) is not None


async def state(conn: AsyncConnection, person_id: UUID, at: datetime) -> PinState:
    """As `Wallet.pin_state`."""
    pin = models.Pin
    row = (
        await conn.execute(
            select(pin.hash.is_not(None).label("is_set"), pin.failures, pin.locked_until, pin.cooling_until).where(
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


async def reserve(conn: AsyncConnection, person_id: UUID, quote_id: UUID | None, at: datetime) -> Attempt:
    """Count an attempt and hand out the hash, or refuse: PinNotSet, PinLocked, PinCooling, QuoteClosed, QuoteUnknown.

    One conditional update does both, so that the database, not this process, decides who comes first.
    """
    if quote_id is not None:
        await require_not_cooling(conn, person_id, at)
    pin = models.Pin
    last = case((pin.failures + 1 >= IN_ALL, None), else_=at + LOCK)
    counted = await conn.execute(
        update(pin)
        .where(
            pin.party_id == person_id,
            pin.hash.is_not(None),
            pin.failures < IN_ALL,
            pin.locked_until.is_(None) | (pin.locked_until <= at),
        )
        .values(failures=pin.failures + 1, locked_until=case((pin.failures + 1 >= BEFORE_LOCK, last), else_=None))
        .returning(pin.hash, pin.pepper_id, pin.failures, pin.locked_until)
    )
    row = counted.first()
    if row is None:
        raise await _why_not(conn, person_id)
    on_quote = await _count_on_quote(conn, quote_id) if quote_id is not None else 0
    return Attempt(HashedPin(row.hash, row.pepper_id), row.failures, on_quote, row.locked_until)


async def succeeded(
    conn: AsyncConnection, person_id: UUID, quote_id: UUID | None, attempt: Attempt, rehashed: HashedPin | None
) -> None:
    """The PIN was right: clear the counts, and keep a newer hash if there is one.

    Unless the PIN was changed or reset meanwhile: what was proved then says nothing about the PIN that holds now.
    Locks are taken in the order of `reserve`, the person's first.
    """
    pin, quote = models.Pin, models.Quote
    newer = {"hash": rehashed.hash, "pepper_id": rehashed.pepper_id} if rehashed else {}
    await conn.execute(
        update(pin)
        .where(pin.party_id == person_id, pin.hash == attempt.hashed.hash)
        .values(failures=0, locked_until=None, **newer)
    )
    if quote_id is not None:
        await conn.execute(update(quote).where(quote.id == quote_id).values(pin_attempts=0))


async def failed(conn: AsyncConnection, person_id: UUID, quote_id: UUID | None, attempt: Attempt, at: datetime) -> None:
    """The PIN was wrong: void the quote after its third, tell the owner when payments lock."""
    if quote_id is not None and (attempt.voids_quote or attempt.locks):
        quote = models.Quote
        await conn.execute(update(quote).where(quote.id == quote_id, quote.state == "open").values(state="voided"))
    if attempt.locks:
        await notices.of_person(conn, person_id, NoticeKind.PIN_LOCKED, at, until=attempt.locked_until)


async def choose(conn: AsyncConnection, person_id: UUID, hashed: HashedPin, at: datetime) -> None:
    """The first PIN, or the first after a reset. PinAlreadySet."""
    pin = models.Pin
    chosen = await conn.execute(
        upsert(pin)
        .values(party_id=person_id, hash=hashed.hash, pepper_id=hashed.pepper_id, failures=0, changed_at=at)
        .on_conflict_do_update(
            index_elements=[pin.party_id],
            set_={"hash": hashed.hash, "pepper_id": hashed.pepper_id, "changed_at": at, "cooling_until": at + COOLING},
            where=pin.hash.is_(None),
        )
        .returning(pin.party_id)
    )
    if chosen.first() is None:
        raise PinAlreadySet


async def replace(conn: AsyncConnection, person_id: UUID, hashed: HashedPin, at: datetime) -> None:
    """A new PIN for one just proved. PinNotSet when it was reset in between."""
    found = await conn.execute(
        update(models.Pin)
        .where(models.Pin.party_id == person_id, models.Pin.hash.is_not(None))
        .values(hash=hashed.hash, pepper_id=hashed.pepper_id, changed_at=at)
    )
    if found.rowcount == 0:
        raise PinNotSet


async def reset(conn: AsyncConnection, person_id: UUID, at: datetime) -> None:
    """Take the PIN and its count away, and void what it has confirmed or may confirm. PinNotSet without one."""
    found = await conn.execute(
        update(models.Pin)
        .where(models.Pin.party_id == person_id)
        .values(hash=None, pepper_id=None, failures=0, locked_until=None, cooling_until=at + COOLING, changed_at=at)
    )
    if found.rowcount == 0:
        raise PinNotSet
    account_ids = select(models.Account.id).where(models.Account.party_id == person_id)
    await conn.execute(
        update(models.Quote)
        .where(models.Quote.payer_account_id.in_(account_ids), models.Quote.state == "open")
        .values(state="voided")
    )


async def require_not_cooling(conn: AsyncConnection, person_id: UUID, at: datetime) -> None:
    """PinCooling within 24 hours of a reset."""
    cooling = (await conn.execute(select(models.Pin.cooling_until).where(models.Pin.party_id == person_id))).scalar()
    if cooling is not None and cooling > at:
        raise PinCooling(cooling)


async def _why_not(conn: AsyncConnection, person_id: UUID) -> PinNotSet | PinLocked:
    pin = models.Pin
    row = (
        await conn.execute(
            select(pin.hash.is_not(None).label("is_set"), pin.locked_until).where(pin.party_id == person_id)
        )
    ).first()
    return PinLocked(row.locked_until) if row is not None and row.is_set else PinNotSet()


async def _count_on_quote(conn: AsyncConnection, quote_id: UUID) -> int:
    quote = models.Quote
    counted = await conn.execute(
        update(quote)
        .where(quote.id == quote_id, quote.state == "open", quote.pin_attempts < PER_QUOTE)
        .values(pin_attempts=quote.pin_attempts + 1)
        .returning(quote.pin_attempts)
    )
    on_quote = counted.scalar()
    if on_quote is None:
        state_now = (await conn.execute(select(quote.state).where(quote.id == quote_id))).scalar()
        if state_now is None:
            raise QuoteUnknown
        raise QuoteClosed("cancelled" if state_now == "cancelled" else "voided")
    return on_quote
