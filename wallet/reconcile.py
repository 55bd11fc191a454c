"""Reconciling: prove the books. Every claim is checked on everything, in one snapshot; nothing is ever repaired.

To add a proof, add a `Claim` to one of the tables below (`LEDGER`, `PAYMENTS`, `RULES`, `HOLDS`, `REQUESTS`, `SPLITS`).
To make it fast, hold it in a sieve as well (`proofs_sieves`). No set of claims finds a history that was rewritten
consistently everywhere, seals too.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import text

from wallet.limits import DAY, MONTH, Limits
from wallet.money import Currency, Money
from wallet.proofs_holds import HOLDS
from wallet.proofs_ledger import LEDGER
from wallet.proofs_payments import PAYMENTS
from wallet.proofs_quick import LAST_BALANCES, QUICK
from wallet.proofs_quick import SETTINGS as QUICK_SETTINGS
from wallet.proofs_requests import REQUESTS
from wallet.proofs_rules import RULES
from wallet.proofs_sieves import SIEVES
from wallet.proofs_splits import SPLITS
from wallet.sieves import SETTINGS
from wallet.values import Proof, Reconciliation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.fees import Tariff
    from wallet.proofs import Claim

T = TypeVar("T")
CLAIMS = (*LEDGER, *PAYMENTS, *RULES, *HOLDS, *REQUESTS, *SPLITS)
"""All that is claimed about the books, in the order it is read."""

_MOMENT = timedelta.resolution
"""A window begins just after the moment that lies a whole day, or month, before: what was paid then has left it."""


async def prove(
    conn: AsyncConnection, currency: Currency, tariff: Tariff, limits: Limits, at: datetime
) -> Reconciliation:
    """Check every claim in the caller's snapshot. `at` is now; tariff and limits are those configured now."""
    started = perf_counter()
    parameters = _parameters(tariff, limits, at)
    async with _two_of(conn) as connections:
        held = _held(await _by_turns(connections, [partial(sieve.held, parameters=parameters) for sieve in SIEVES]))
        proofs = await _by_turns(connections, [_proving(claim, held, parameters, currency) for claim in CLAIMS])
    return Reconciliation(at, perf_counter() - started, await _entries(conn), tuple(proofs))


async def prove_quickly(conn: AsyncConnection, currency: Currency, at: datetime) -> Reconciliation:
    """Check only the `QUICK` claims: where every account stands, and the totals. Says nothing of how it got there."""
    started = perf_counter()
    await conn.execute(text(QUICK_SETTINGS))
    held = _held([await LAST_BALANCES.held(conn, {"currency": currency.code})])
    proofs = [await _proving(claim, held, {}, currency)(conn) for claim in QUICK]
    return Reconciliation(at, perf_counter() - started, await _entries(conn), tuple(proofs), quick=True)


def _held(found: Iterable[Mapping[str, int | None]]) -> dict[str, int]:
    """The claims that every sieve they are in found true, each with how many things it was found true of."""
    held: dict[str, int] = {}
    doubtful: set[str] = set()
    for name, checked in (outcome for sieve in found for outcome in sieve.items()):
        if checked is None:
            doubtful.add(name)
        else:
            held[name] = held.get(name, 0) + checked
    return {name: checked for name, checked in held.items() if name not in doubtful}


def _proving(
    claim: Claim, held: Mapping[str, int], parameters: Mapping[str, object], currency: Currency
) -> Callable[[AsyncConnection], Awaitable[Proof]]:
    """The claim's proof, on whichever connection: asked for by its own query, unless the sieves found it true."""

    async def proved(conn: AsyncConnection) -> Proof:
        if claim.name in held:
            return Proof(claim.name, claim.claim, held[claim.name], 0, Money(0, currency), ())
        return await claim.prove(conn, parameters, currency)

    return proved


async def _by_turns(
    connections: Iterable[AsyncConnection], works: Sequence[Callable[[AsyncConnection], Awaitable[T]]]
) -> list[T]:
    """Do all of it, each on the next connection that is free, in order; what came of it, in the same order."""
    waiting = deque(enumerate(works))
    done: dict[int, T] = {}

    async def take_turns(conn: AsyncConnection) -> None:
        while waiting:
            number, work = waiting.popleft()
            done[number] = await work(conn)

    outcomes = await asyncio.gather(*map(take_turns, connections), return_exceptions=True)
    for failure in filter(None, outcomes):
        raise failure
    return [done[number] for number in range(len(works))]


@asynccontextmanager
async def _two_of(conn: AsyncConnection) -> AsyncIterator[tuple[AsyncConnection, ...]]:
    """This connection, and another one in the same snapshot: what PostgreSQL cannot do in parallel, goes side by side.

    What a transaction wrote itself nobody else can see, so one that may write is left alone.
    """
    await conn.execute(text(SETTINGS))
    if (await conn.execute(text("SHOW transaction_read_only"))).scalar_one() == "off":
        yield (conn,)
        return
    snapshot = (await conn.execute(text("SELECT pg_export_snapshot()"))).scalar_one()
    async with conn.engine.connect() as other:
        await other.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with other.begin():
            await other.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
            await other.execute(text(SETTINGS))
            yield conn, other


async def _entries(conn: AsyncConnection) -> int:
    """How many there are, as the accounts count them; that they count right is proved."""
    return int((await conn.execute(text("SELECT COALESCE(sum(last_seq), 0) FROM wallet.accounts"))).scalar_one())


def _parameters(tariff: Tariff, limits: Limits, at: datetime) -> dict[str, object]:
    return {
        "at": at,
        "key": secrets.randbits(63),
        "starts": [rate.start for rate in tariff.rates],
        "ends": [*(rate.start for rate in tariff.rates[1:]), None],
        "ppms": [rate.ppm for rate in tariff.rates],
        "fixed": [rate.fixed for rate in tariff.rates],
        "per_payment": limits.per_payment,
        "day": limits.day,
        "month": limits.month,
        "payments_a_day": limits.payments_a_day,
        "a_day": (DAY - _MOMENT).total_seconds(),
        "a_month": (MONTH - _MOMENT).total_seconds(),
    }
