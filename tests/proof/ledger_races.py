"""Many processes move the same money at once, and somebody adds it all up meanwhile."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import text

from tests.conftest import PIN, euros, person
from tests.proof.finding import Effort, Finding, Prover
from tests.proof.wallets import drift, pay, wallets
from wallet import InsufficientFunds, LimitExceeded, Party, Receipt, Wallet

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from tests.books import Server

PEOPLE, OPENING, WRITERS = 10, 100_00, 8


async def the_bank_test(server: Server, effort: Effort) -> list[Finding]:
    """Eight processes move money among ten people while somebody keeps adding it all up."""
    payments = effort.times(48, 10_000)
    chance = random.Random(effort.seed)
    async with wallets(server, WRITERS) as processes:
        people = [await person(processes[0], f"Person {number}", OPENING) for number in range(PEOPLE)]
        orders = [_order(chance, people) for _ in range(payments)]
        started = perf_counter()
        writing = asyncio.gather(*(_writes(wallet, orders[n::WRITERS]) for n, wallet in enumerate(processes)))
        reads, wrong = await _keep_adding_up(processes[0], writing)
        seconds = perf_counter() - started
        outcomes: Counter[type] = sum(await writing, Counter())
        unclean = await drift(processes[0])
    paid, refusals = outcomes[Receipt], outcomes[InsufficientFunds]
    speed = f"{paid:,} payments, {refusals:,} refused for want of money, {paid / seconds:.0f} a second"
    return [
        Finding("L1", "Every sum taken while money moves is right, and nobody is below zero.", reads, wrong, speed),
        Finding("L1", "A payment is done, or refused for want of money.", payments, payments - paid - refusals),
        Finding("L1", "Books that were written by many at once pass every proof.", 1, unclean),
    ]


def _order(chance: random.Random, people: list[Party]) -> tuple[Party, Party, int]:
    payer, payee = chance.sample(people, 2)
    return payer, payee, chance.randint(1, OPENING // 2)


async def _writes(wallet: Wallet, payments: Sequence[tuple[Party, Party, int]]) -> Counter[type]:
    """Pay these one after the other; what became of them."""
    return Counter([type(await _outcome(pay(wallet, *payment))) for payment in payments])


async def _outcome(work: Awaitable[object]) -> object:
    (outcome,) = await asyncio.gather(work, return_exceptions=True)
    return outcome


async def _keep_adding_up(wallet: Wallet, writing: asyncio.Future[list[Counter[type]]]) -> tuple[int, int]:
    """Read all balances and all entries in one snapshot, again and again: how often, and how often they were wrong."""
    query = text("""
        SELECT sum(balance) AS balances, min(balance) AS least, (SELECT sum(amount) FROM wallet.entries) AS entries
        FROM wallet.accounts WHERE kind = 'personal'
    """)

    async def work(conn: AsyncConnection) -> tuple[int, int, int]:
        return tuple((await conn.execute(query)).one())

    reads = wrong = 0
    while not writing.done():
        balances, least, entries = await wallet._database.snapshot(work)
        reads += 1
        wrong += balances != PEOPLE * OPENING or least < 0 or entries != 0
        await asyncio.wait([writing], timeout=0.005)
    return reads, wrong


async def locks_are_taken_in_one_order(server: Server, effort: Effort) -> list[Finding]:
    """Four processes pay from Ana to Ben and four from Ben to Ana, as fast as they can."""
    each = effort.times(6, 250)
    async with wallets(server, WRITERS) as processes:
        ana, ben = [await person(processes[0], name, OPENING) for name in ("Ana", "Ben")]
        ways = ((ana, ben, 1), (ben, ana, 1))
        with retries() as conflicts:
            writing = (_writes(wallet, [ways[number % 2]] * each) for number, wallet in enumerate(processes))
            outcomes = sum(await asyncio.gather(*writing), Counter[type]())
        deadlocks = await processes[0]._database.read(_deadlocks)
    tried = each * WRITERS
    wrong = max(deadlocks, conflicts["40P01"]) + tried - outcomes[Receipt]
    claim = "Accounts are locked in one order, so payments that cross never wait for each other."
    return [Finding("L3", claim, tried, wrong, f"{conflicts.total()} transactions tried again")]


async def _deadlocks(conn: AsyncConnection) -> int:
    query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    return int((await conn.execute(text(query))).scalar_one())


@contextmanager
def retries() -> Iterator[Counter[str]]:
    """How often a transaction was tried again, by PostgreSQL's reason."""
    seen: Counter[str] = Counter()

    def note(record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            seen.update(map(str, record.args))
        return True

    log = logging.getLogger("wallet.database")
    log.addFilter(note)
    try:
        yield seen
    finally:
        log.removeFilter(note)


async def limits_hold_in_a_race(server: Server, effort: Effort) -> list[Finding]:
    """Four processes spend at once, eight times in all, what a limit allows three times."""
    limits = {
        "a day": {"limit_per_payment": 100, "limit_day": 350},
        "thirty days": {"limit_per_payment": 100, "limit_day": 350, "limit_month": 350},
        "payments a day": {"limit_payments_a_day": 3},
    }
    rounds = effort.times(1, 20)
    breached = short = 0
    for changes in limits.values():
        async with wallets(server, 4, changes) as processes:
            ben = await person(processes[0], "Ben", pin=None)
            for _ in range(rounds):
                outcomes = await _spend_at_once(processes, ben)
                breached += outcomes[Receipt] > 3
                short += outcomes != {Receipt: 3, LimitExceeded: 5}
    tried = rounds * len(limits)
    return [
        Finding("L2", "Of eight payments at once a limit for three lets no fourth through.", tried, breached),
        Finding("L2", "… and refuses none of the three.", tried, short, f"limits tried: {', '.join(limits)}"),
    ]


async def _spend_at_once(processes: Sequence[Wallet], ben: Party) -> Counter[type]:
    """A person with money for all of it confirms eight quotes of 1.00 at the same time; what became of them."""
    ana = await person(processes[0], "Ana", 100_00)
    each = (*processes, *processes)
    quotes = [await wallet.quote(ana.id, ben.id, euros(wallet, 100), key=uuid4()) for wallet in each]
    confirming = (wallet.confirm(quote.id, ana.id, PIN) for wallet, quote in zip(each, quotes, strict=True))
    return Counter(map(type, await asyncio.gather(*confirming, return_exceptions=True)))


PROVERS: tuple[Prover, ...] = (the_bank_test, locks_are_taken_in_one_order, limits_hold_in_a_race)
