"""Attempts at PINs, of all who try at the same time: counted before anything is hashed, compared afterwards.

    count    ── one transaction for all who wait ──► how to hash, for each     committed before a PIN is looked at
    (hash)      in threads, in no transaction (`pin_hashing`)
    compare  ── one transaction for all who wait ──► right or wrong, for each

Both are batches of `group_commit`, so many people share a transaction and its flush; a batch of one is the same code.
Each person has a statement of their own, all sent in one round trip. A refusal that leaves something to undo is raised:
then everybody in the batch is tried alone, and whoever it is for is refused. Locks: accounts in the order of their ids;
then, for one person after another in the order of theirs, PIN and quote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from sqlalchemy import exists, select

from wallet import models, notices, pins, quotes
from wallet.batches import together, uuids
from wallet.errors import PinLocked, PinNotSet, QuoteClosed, QuotePaid, QuoteUnknown, Unavailable
from wallet.ids import new_id
from wallet.pin_hashing import Recipe
from wallet.values_notices import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.batches import Statement
    from wallet.pin_hashing import HashedPin


@dataclass(frozen=True, slots=True)
class Look:
    """A person's PIN is to be looked at, for this quote of theirs or outside a payment."""

    person_id: UUID
    quote_id: UUID | None = None


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
        return max(0, pins.BEFORE_LOCK - self.failures)

    @property
    def locks(self) -> bool:
        return self.failures >= pins.BEFORE_LOCK

    @property
    def voids_quote(self) -> bool:
        return self.on_quote >= pins.PER_QUOTE

    @property
    def is_last(self) -> bool:
        """Whether its quote is void if it is wrong: after the third wrong PIN, and after any that locks."""
        return self.voids_quote or self.locks


class Standing(NamedTuple):
    """What may keep a PIN from being looked at."""

    cooling_until: datetime | None
    locked_until: datetime | None
    is_set: bool


@dataclass(frozen=True, slots=True)
class Given:
    """The PIN that was given, hashed. If it is right, `newer` takes its place: a newer hash of it, or another PIN.

    Without a PIN there was no `attempt`; that is said when a wrong PIN's answer would be.
    """

    look: Look
    attempt: Attempt | None
    hashed: HashedPin
    newer: HashedPin | None = None
    is_change: bool = False

    @property
    def may_void(self) -> bool:
        return self.look.quote_id is not None and self.attempt is not None and self.attempt.is_last


async def count(conn: AsyncConnection, looks: Sequence[Look], at: datetime) -> list[Attempt | PinLocked | None]:
    """Count an attempt each and say how to hash; None without a PIN. PinCooling, QuoteClosed, QuoteUnknown, QuotePaid.

    Where the answer of its COMMIT is lost, an attempt is counted again: rather one try too few than one too many. So
    one wrong PIN may take two tries, and the right one come too late for a quote that had one left; nothing is paid.

    One conditional update does both, so that the database, not this process, decides who comes first. Whether there is
    something to count or not, what is asked is the same, in one round trip, and something is written (`_TOUCH`).
    """
    order = _in_order(looks)
    asked = [{"person": look.person_id, "quote": look.quote_id, "at": at} for look in looks]
    everybody = {"people": uuids({look.person_id for look in looks})}
    *counted, standing, _ = await together(
        conn, [*[(_COUNT, asked[number]) for number in order], (_STANDING, everybody), _TOUCH]
    )
    stands = {person_id: Standing(*row) for person_id, *row in standing}
    outcomes: list[Attempt | PinLocked | None] = [None] * len(looks)
    for number, rows in zip(order, counted, strict=True):
        look = looks[number]
        if look.person_id in stands:
            outcomes[number] = await _counted(conn, look, rows, stands[look.person_id], at)
    return outcomes


async def _counted(
    conn: AsyncConnection, look: Look, rows: Sequence[Sequence[Any]], stands: Standing, at: datetime
) -> Attempt | PinLocked | None:
    """What was counted; if nothing was, why not, and there is nothing to undo."""
    if look.quote_id is not None:
        pins.require_cool(stands.cooling_until, at)
    if not rows:
        return PinLocked(stands.locked_until) if stands.is_set else None
    ((recipe, pepper_id, failures, locked_until, on_quote),) = rows
    if look.quote_id is not None and on_quote is None:
        await _refuse_quote(conn, look.quote_id)
    return Attempt(new_id(), Recipe.read(recipe, pepper_id), failures, on_quote or 0, locked_until)


async def compare(
    conn: AsyncConnection, all_given: Sequence[Given], at: datetime
) -> list[bool | PinNotSet | Unavailable]:
    """Have each PIN compared with the one that holds now, and do what follows: clear the counts, or void and tell.

    PinNotSet without one, also when it was reset meanwhile; Unavailable when the attempt is spent.
    """
    order = [number for number in _in_order([given.look for given in all_given]) if all_given[number].attempt]
    if voiding := [given.look.person_id for given in all_given if given.may_void]:
        await quotes.hold_payer(conn, *voiding)
    *answers, _ = await together(conn, [*[_comparing(all_given[number], at) for number in order], _TOUCH])
    outcomes: list[bool | PinNotSet | Unavailable] = [PinNotSet() for _ in all_given]
    for number, ((right,),) in zip(order, answers, strict=True):
        outcomes[number] = await _compared(conn, all_given[number], right, at)
    return outcomes


def _comparing(given: Given, at: datetime) -> Statement:
    assert given.attempt is not None, "without an attempt nothing is compared"
    return _PROVE, {
        "person": given.look.person_id,
        "attempt": given.attempt.id,
        "given": given.hashed.hash,
        "newer": given.newer.hash if given.newer else None,
        "newer_pepper": given.newer.pepper_id if given.newer else None,
        "changed": at if given.is_change else None,
        "quote": given.look.quote_id,
    }


async def _compared(
    conn: AsyncConnection, given: Given, right: bool | None, at: datetime
) -> bool | PinNotSet | Unavailable:
    person_id, attempt = given.look.person_id, given.attempt
    assert attempt is not None, "what was compared was counted"
    if right is None:
        return Unavailable() if (await pins.state(conn, person_id, at)).is_set else PinNotSet()
    if right and given.is_change:
        await notices.of_change(conn, person_id, attempt.id, at)
    if not right:
        await _failed(conn, given, attempt, at)
    return right


async def _failed(conn: AsyncConnection, given: Given, attempt: Attempt, at: datetime) -> None:
    """The quote is void after the last of its attempts; the owner is told of a lock."""
    person_id = given.look.person_id
    if given.may_void:
        await quotes.close(conn, person_id, "voided", given.look.quote_id)
    if attempt.locks and not (await pins.state(conn, person_id, at)).is_open:  # a right PIN may have lifted it since
        await notices.of_person(conn, person_id, NoticeKind.PIN_LOCKED, at, until=attempt.locked_until)


def _in_order(looks: Sequence[Look]) -> list[int]:
    """Their numbers, in the order in which their PINs and quotes are locked by every process."""
    return sorted(range(len(looks)), key=lambda number: looks[number].person_id)


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


_COUNT = f"""
    WITH counted AS MATERIALIZED (SELECT * FROM wallet.count_pin_attempt(%(person)s, %(at)s)),
    on_quote AS (
        UPDATE wallet.quotes SET pin_attempts = pin_attempts + 1
        WHERE id = %(quote)s AND state = 'open' AND pin_attempts < {pins.PER_QUOTE} AND EXISTS (SELECT FROM counted)
            AND NOT EXISTS (SELECT FROM wallet.payments WHERE payments.id = %(quote)s)
        RETURNING pin_attempts
    )
    SELECT counted.*, on_quote.pin_attempts FROM counted LEFT JOIN on_quote ON true
"""  # noqa: S608 - a number of this program's own
_STANDING = """
    SELECT party_id, cooling_until, locked_until, pepper_id IS NOT NULL FROM wallet.pins
    WHERE party_id = ANY(%(people)s::uuid[])
"""
_TOUCH: Statement = (
    "SELECT id FROM wallet.parties WHERE pg_current_xact_id_if_assigned() IS NULL LIMIT 1 FOR KEY SHARE SKIP LOCKED",
    {},
)
"""Where nothing was written so far: changes nothing, and takes as long. A lock on a row goes to disk like any change.

So a wrong PIN, none, and a person who does not exist cost the same work and as many turns, and nearly the same time.
"""
_PROVE = """
    WITH compared AS MATERIALIZED (
        SELECT wallet.prove_pin(%(person)s, %(attempt)s, %(given)s, %(newer)s, %(newer_pepper)s, %(changed)s) AS same
    ),
    all_tries_again AS (
        UPDATE wallet.quotes SET pin_attempts = 0 WHERE id = %(quote)s AND (SELECT same FROM compared)
    )
    SELECT same FROM compared
"""
