"""The ledger: payments settled a second, beside pgbench's TPC-B on the same server."""

from __future__ import annotations

import asyncio
import gc
import os
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING, Any

import psycopg

from tests import books
from tests.bench.bots import WIDE_LIMITS
from tests.bench.figures import Figure, Ground, Part, at_least, at_most, compared, fact
from tests.bench.rounds import interleaved
from wallet import Wallet
from wallet.accounts import Holder, system_account_id
from wallet.acts import Act
from wallet.admin.client_programs import find_program
from wallet.fees import Tariff
from wallet.ids import new_id
from wallet.orders import Order
from wallet.values import Party

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy.engine import URL

PEOPLE = 100_000
CALLERS = (1, 32, 512, 4096)
CLIENTS = (4, 8, 16)
"""TPC-B is measured with so many clients, and its best counts."""
SCALE, SECONDS = 50, 5

_HOW = f"""\
So many callers each settle one payment after another, of quotes made before: the key is claimed, accounts are locked,
status, limits and balance checked, then payment, transfers, entries, seals, balances, counters and two notices written
and committed. Payers are chosen by chance among {PEOPLE:,} people. *Uniform*: they pay one another, without a fee.
*Uniform, with a fee*: they pay a thousand businesses. *All to one*: they all pay one business. A fee is a transfer and
two entries more.

The yardstick is pgbench's TPC-B (prepared statements, scale {SCALE}) with as many clients as suit it best, which
updates three rows, adds one and reads one in a transaction. At the end the books are reconciled, and must be clean but
for the notices, which nobody delivers here.
"""
_OPEN = f"""
    INSERT INTO wallet.parties (id, key, kind, name, search_name, owner_id, created_at)
    SELECT id, id, 'person', 'Member', 'member', NULL, now()
    FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, {PEOPLE})) made;
    INSERT INTO wallet.parties (id, key, kind, name, search_name, owner_id, created_at)
    SELECT gen_random_uuid(), gen_random_uuid(), 'business', 'Café', 'café', id, now()
    FROM (SELECT id FROM wallet.parties LIMIT 1000) owner;
    INSERT INTO wallet.accounts (id, party_id, kind, currency, status)
    SELECT gen_random_uuid(), id, CASE kind WHEN 'person' THEN 'personal' ELSE 'business' END, 'EUR', 'open'
    FROM wallet.parties;
    ANALYZE wallet.parties, wallet.accounts;
"""  # noqa: S608 - a number of this program's own
_HOLDERS = """
    SELECT a.id, p.id, p.kind, p.name, a.status, p.owner_id
    FROM wallet.accounts a JOIN wallet.parties p ON p.id = a.party_id ORDER BY a.id
"""
_QUOTES = """
    COPY wallet.quotes (id, key, payer_account_id, payee_account_id, amount, fee, currency, note, state, created_at,
                        expires_at, code) FROM STDIN
"""
Pick = Callable[[], tuple[Holder, Holder]]


async def measure(ground: Ground) -> list[Figure]:
    with ground.server.database() as url:
        ground.say(f"  opening {PEOPLE:,} wallets and paying money in")
        holders = _open(url)
        tpcb = await TpcB.prepared(ground)
        async with Wallet.open(ground.settings(url, **WIDE_LIMITS)) as wallet:
            await _fund(wallet, holders)
            contestants: dict[str, Callable[[], Awaitable[float]]] = {
                f"{kind}, {callers}": _settling(ground, wallet, url, pick, callers)
                for kind, pick in _kinds(holders).items()
                for callers in CALLERS
            }
            values = await interleaved(ground, contestants | {"TPC-B": tpcb.rate, "TPC-B, 1": tpcb.rate_of_one})
            ground.say("  reconciling")
            drift = [proof.name for proof in (await wallet.reconcile()).proofs if not proof.holds]
    if set(drift) - {"outbox"}:  # nobody delivers notices here
        raise AssertionError(f"the books do not balance: {drift}")
    return _figures(values)


def _figures(values: dict[str, list[float]]) -> list[Figure]:
    best, alone = values["TPC-B"], values["TPC-B, 1"]
    figures = [
        compared(
            f"settled a second, {name} at once" if not name.endswith(", 1") else f"settled a second, {name} caller",
            rates,
            "/s",
            "TPC-B at its best",
            best,
            at_least(3) if name == "uniform, 512" else None,
        )
        for name, rates in values.items()
        if not name.startswith("TPC-B")
    ]
    for callers in (512, 4096):
        hot, spread = values[f"all to one, {callers}"], values[f"uniform, with a fee, {callers}"]
        name = f"settled a second, all to one, {callers} at once"
        figures.append(
            compared(name, hot, "/s", "uniform, with a fee", spread, at_least(0.9) if callers == 512 else None)
        )
        figures.append(compared(name, hot, "/s", "uniform", values[f"uniform, {callers}"]))
    one = [1000 / rate for rate in values["uniform, 1"]]
    figures.append(
        compared(
            "one settlement, 1 caller", one, "ms", "a TPC-B transaction", [1000 / rate for rate in alone], at_most(4)
        )
    )
    figures.append(fact("TPC-B at its best", best, "/s"))
    return figures


def _kinds(holders: Sequence[Holder]) -> dict[str, Pick]:
    chance = Random(20261121)
    people = [holder for holder in holders if holder.party and holder.party.kind == "person"]
    shops = [holder for holder in holders if holder.party and holder.party.kind == "business"]

    def pair(payees: Sequence[Holder]) -> tuple[Holder, Holder]:
        payer, payee = chance.choice(people), chance.choice(payees)
        if payer is payee or (payer.party and payee.party and payer.party.id == payee.party.owner_id):
            return pair(payees)
        return payer, payee

    return {
        "uniform": lambda: pair(people),
        "uniform, with a fee": lambda: pair(shops),
        "all to one": lambda: pair(shops[:1]),
    }


def _settling(ground: Ground, wallet: Wallet, url: URL, pick: Pick, callers: int) -> Callable[[], Awaitable[float]]:
    number = ground.times(1, 4) * {1: 100, 32: 1500, 512: 4096, 4096: 8192}[callers]

    async def settle() -> float:
        orders = [_payment(*pick()) for _ in range(number)]
        _quote(url, orders)
        waiting = iter(orders)

        async def caller() -> None:
            for order in waiting:
                await wallet._postings.submit(order)

        gc.collect()
        gc.freeze()  # the orders and holders made for this are the measurement's, not the wallet's, to look through
        started = perf_counter()
        await asyncio.gather(*(caller() for _ in range(callers)))
        return number / (perf_counter() - started)

    return settle


def _payment(payer: Holder, payee: Holder) -> Order:
    amount = 100 + payer.account_id.int % 900
    fee = _TARIFF.fee(payee.party.kind, amount, datetime.now(UTC)) if payee.party else 0
    return Order(new_id(), "payment", payer, payee, amount, fee, "lunch")


_TARIFF = Tariff.parse("0.99%")


def _open(url: URL) -> list[Holder]:
    with _owner(url) as conn:
        conn.execute(_OPEN)
        rows = conn.execute(_HOLDERS).fetchall()
    return [Holder(row[0], Party(*row[1:])) for row in rows]


async def _fund(wallet: Wallet, holders: Sequence[Holder]) -> None:
    """Everybody pays a thousand in: real deposits, so that the books stay true."""
    bank, act = Holder(system_account_id("bank_clearing", wallet.currency)), Act("bench", "opening balance")
    for start in range(0, len(holders), 4096):
        orders = (
            Order(new_id(), "deposit", bank, holder, 1_000_00, note=act.reason, act=act)
            for holder in holders[start : start + 4096]
        )
        await asyncio.gather(*(wallet._postings.submit(order) for order in orders))


def _quote(url: URL, orders: Sequence[Order]) -> None:
    now = datetime.now(UTC)
    with _owner(url) as conn, conn.cursor() as cursor, cursor.copy(_QUOTES) as copy:
        for o in orders:
            sides = (o.debit.account_id, o.credit.account_id)
            copy.write_row(
                (o.key, o.key, *sides, o.amount, o.fee, "EUR", o.note, "open", now, now + timedelta(hours=1), b"")
            )


def _owner(url: URL) -> psycopg.Connection[Any]:
    return psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))


class TpcB:
    """pgbench on a database of its own, on the same server."""

    def __init__(self, server: books.Server, program: Path) -> None:
        self._program = program
        self._environment = os.environ | {"PGHOST": str(server.url.query["host"]), "PGUSER": str(server.url.username)}

    @classmethod
    async def prepared(cls, ground: Ground) -> TpcB:
        """With its tables filled."""
        books.run(ground.server.url, "CREATE DATABASE tpcb")
        tpcb = cls(ground.server, find_program("pgbench", 15))
        await tpcb._run("--initialize", "--quiet", f"--scale={SCALE}")
        return tpcb

    async def rate(self) -> float:
        """Transactions a second, with the number of clients that gives most."""
        return max([await self._rate(clients) for clients in CLIENTS])

    async def rate_of_one(self) -> float:
        """Transactions a second of a single client."""
        return await self._rate(1)

    async def _rate(self, clients: int) -> float:
        jobs = min(clients, os.cpu_count() or 1)
        said = await self._run("--protocol=prepared", f"--client={clients}", f"--jobs={jobs}", f"--time={SECONDS}")
        found = re.search(r"tps = ([\d.]+)", said)
        assert found is not None, said
        return float(found.group(1))

    async def _run(self, *options: str) -> str:
        process = await asyncio.create_subprocess_exec(
            self._program,
            *options,
            "tpcb",
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complained = await process.communicate()
        assert process.returncode == 0, complained.decode()
        return said.decode()


PART = Part("ledger", "The ledger", _HOW, measure)
