"""PINs: attempts and lockout. An attempt is counted before the PIN is looked at, so guessing in parallel gains nothing.

Hashes go into the database and never come out: the application's role may only call four functions, which run with the
owner's rights (`migrations/versions/20261122_pin_hashes_within.py`). `count_pin_attempt` counts and tells how to hash,
`prove_pin` compares, once for each attempt counted, and `choose_pin` and `reset_pin` do what they say.

Three wrong PINs void the quote; five in a row lock payments for 24 hours; then one try a day; ten in all, and only the
operator's reset helps. The count is cleared by the right PIN and by nothing else. After a reset nothing leaves the
account for 24 hours. (At most five consecutive failures: PSD2 RTS, article 4(3)(b).)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import exists, func, select

from wallet import models, notices, quotes
from wallet.batches import together
from wallet.errors import (
    PinAlreadySet,
    PinCooling,
    PinLocked,
    PinNotSet,
    QuoteClosed,
    QuotePaid,
    QuoteUnknown,
    Unavailable,
)
from wallet.ids import new_id
from wallet.pin_hashing import Recipe
from wallet.values import NoticeKind, PinState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.pin_hashing import HashedPin

PER_QUOTE = 3
BEFORE_LOCK = 5
IN_ALL = 10
"""The database's functions have these last two of their own, and the 24 hours."""

_SIX_DIGITS = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One counted look at a PIN: how to hash it (None: its recipe makes no sense), and what being wrong will mean."""

    id: UUID
    recipe: Recipe | None
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

    @property
    def is_last(self) -> bool:
        """Whether its quote is void if it is wrong: after the third wrong PIN, and after any that locks."""
        return self.voids_quote or self.locks


@dataclass(frozen=True, slots=True)
class Given:
    """The PIN that was given, hashed. If it is right, `newer` takes its place: a newer hash of it, or another PIN."""

    hashed: HashedPin
    newer: HashedPin | None = None
    is_change: bool = False


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


async def reserve(conn: AsyncConnection, person_id: UUID, quote_id: UUID | None, at: datetime) -> Attempt | None:
    """Count an attempt and say how to hash; None without a PIN. PinLocked, PinCooling, QuoteClosed, QuoteUnknown.

    One conditional update does both, so that the database, not this process, decides who comes first.
    """
    person = {"person": person_id, "quote": quote_id, "at": at}
    cooling, counted = await together(conn, [(_COOLING, person), (_COUNT, person)])
    if quote_id is not None:
        _require_cool(cooling, at)
    if not counted:
        await _require_unlocked(conn, person_id)
        await pretend(conn)
        return None
    recipe, pepper_id, failures, locked_until, on_quote = counted[0]
    if quote_id is not None and on_quote is None:
        await _refuse_quote(conn, quote_id)
    return Attempt(new_id(), Recipe.read(recipe, pepper_id), failures, on_quote or 0, locked_until)


async def pretend(conn: AsyncConnection) -> None:
    """Take as long as an attempt does, and change nothing: a lock on a row is written to disk like any change.

    So a stop-watch does not tell a wrong PIN from none, or from a person who does not exist.
    """
    await together(conn, [(_TOUCH, {})])


async def prove(
    conn: AsyncConnection, person_id: UUID, quote_id: UUID | None, attempt: Attempt, given: Given, at: datetime
) -> bool:
    """Have the PIN compared with the one that holds now, and do what follows: clear the counts, or void and tell.

    PinNotSet when it was reset meanwhile; Unavailable when this attempt is spent. Locks follow `reserve`'s order, with
    the payer's account before them where a quote may be void.
    """
    if quote_id is not None and attempt.is_last:
        await quotes.hold_payer(conn, person_id)
    compared = {
        "person": person_id,
        "attempt": attempt.id,
        "given": given.hashed.hash,
        "newer": given.newer.hash if given.newer else None,
        "newer_pepper": given.newer.pepper_id if given.newer else None,
        "changed": at if given.is_change else None,
        "quote": quote_id,
    }
    ((answer,),) = (await together(conn, [(_PROVE, compared)]))[0]
    right: bool | None = answer
    if right is None:
        raise Unavailable if (await state(conn, person_id, at)).is_set else PinNotSet
    if right and given.is_change:
        await notices.of_person(conn, person_id, NoticeKind.PIN_CHANGED, at)
    if not right:
        await _failed(conn, person_id, quote_id, attempt, at)
    return right


async def _failed(
    conn: AsyncConnection, person_id: UUID, quote_id: UUID | None, attempt: Attempt, at: datetime
) -> None:
    """The quote is void after the last of its attempts; the owner is told of a lock."""
    if quote_id is not None and attempt.is_last:
        await quotes.close(conn, person_id, "voided", quote_id)
    if attempt.locks:
        await notices.of_person(conn, person_id, NoticeKind.PIN_LOCKED, at, until=attempt.locked_until)


async def choose(conn: AsyncConnection, person_id: UUID, hashed: HashedPin, at: datetime) -> None:
    """The first PIN, or the first after a reset. PinAlreadySet."""
    chosen = func.wallet.choose_pin(person_id, hashed.hash, hashed.pepper_id, at)
    if not (await conn.execute(select(chosen))).scalar():
        raise PinAlreadySet


async def reset(conn: AsyncConnection, person_id: UUID, at: datetime) -> None:
    """Take the PIN and its count away, and void what it has confirmed or may confirm. PinNotSet without one."""
    await quotes.hold_payer(conn, person_id)
    if not (await conn.execute(select(func.wallet.reset_pin(person_id, at)))).scalar():
        raise PinNotSet
    await quotes.close(conn, person_id, "voided")


async def require_not_cooling(conn: AsyncConnection, person_id: UUID, at: datetime) -> None:
    """PinCooling within 24 hours of a reset."""
    (cooling,) = await together(conn, [(_COOLING, {"person": person_id})])
    _require_cool(cooling, at)


def _require_cool(rows: Sequence[Any], at: datetime) -> None:
    for (until,) in rows:
        if until is not None and until > at:
            raise PinCooling(until)


async def _require_unlocked(conn: AsyncConnection, person_id: UUID) -> None:
    pin = models.Pin
    locked = select(pin.locked_until).where(pin.party_id == person_id, pin.pepper_id.is_not(None))
    row = (await conn.execute(locked)).first()
    if row is not None:
        raise PinLocked(row.locked_until)


async def _refuse_quote(conn: AsyncConnection, quote_id: UUID) -> NoReturn:
    """Say why this quote takes no PIN."""
    quote, payment = models.Quote, models.Payment
    is_paid = exists().where(payment.id == quote.id)
    row = (await conn.execute(select(quote.state, is_paid.label("is_paid")).where(quote.id == quote_id))).first()
    if row is None:
        raise QuoteUnknown
    if row.is_paid:
        raise QuotePaid
    raise QuoteClosed("cancelled" if row.state == "cancelled" else "voided")


_COOLING = "SELECT cooling_until FROM wallet.pins WHERE party_id = %(person)s"
_COUNT = f"""
    WITH counted AS MATERIALIZED (SELECT * FROM wallet.count_pin_attempt(%(person)s, %(at)s)),
    on_quote AS (
        UPDATE wallet.quotes SET pin_attempts = pin_attempts + 1
        WHERE id = %(quote)s AND state = 'open' AND pin_attempts < {PER_QUOTE} AND EXISTS (SELECT FROM counted)
            AND NOT EXISTS (SELECT FROM wallet.payments WHERE payments.id = %(quote)s)
        RETURNING pin_attempts
    )
    SELECT counted.*, on_quote.pin_attempts FROM counted LEFT JOIN on_quote ON true
"""  # noqa: S608 - a number of this program's own
_TOUCH = "SELECT id FROM wallet.parties LIMIT 1 FOR KEY SHARE SKIP LOCKED"
_PROVE = """
    WITH compared AS MATERIALIZED (
        SELECT wallet.prove_pin(%(person)s, %(attempt)s, %(given)s, %(newer)s, %(newer_pepper)s, %(changed)s) AS same
    ),
    all_tries_again AS (
        UPDATE wallet.quotes SET pin_attempts = 0 WHERE id = %(quote)s AND (SELECT same FROM compared)
    )
    SELECT same FROM compared
"""
