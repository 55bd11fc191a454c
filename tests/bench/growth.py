"""Growth: whether what people do takes as long with millions of entries as with thousands."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psutil
from sqlalchemy import NullPool, create_engine, text

from tests.bench.bots import WIDE_LIMITS
from tests.bench.figures import Figure, Ground, Part, at_most, compared
from tests.bench.large_books import fill
from tests.bench.rounds import interleaved
from tests.books import run
from wallet import Money, Wallet

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy.engine import URL

    from tests.bench.figures import Series, Target
    from tests.bench.large_books import Made

    Act = Callable[["Books", int], Awaitable[float]]

PIN = "482915"
PEOPLE = 200
PAYERS = 20
PAGE = 20
OFTEN = 2_000_000
"""Books of up to so many entries are proved in full in every round."""
QUICKLY_READ = ("accounts", "entries")
READ = (*QUICKLY_READ, "parties", "quotes", "payments", "transfers", "spending", "notices")
FLAT = at_most(1.5)
"""How much longer something flat may take: trees grow a level, and caches hold a smaller part."""

_HOW = f"""\
Books filled with payments, refunds, reversals and withdrawals of people and businesses, such that every proof holds;
all of them on the server at once. In each round each thing is done some dozen times in each of the books, by and to
people chosen by chance, and its median taken. A payment is `Wallet.confirm`, settling and all, with next to no argon2,
which costs the same in all books. The history is that of the business that is paid most, {PAGE} lines a page; page
1,000 is asked for by its key, as whoever turns pages does, and in smaller books it is the last page there is.

Reconciling is linear, and compared to a bare sequential `count(*)` of the same rows, parallel workers and all: the
quick proof's are accounts and entries, the full proof's all that it reads, eight tables. The largest books are
proved in full once. PostgreSQL was told that half of the machine's memory is its own (`effective_cache_size`).
"""


@dataclass(frozen=True)
class Books:
    """Filled books, and some of the people in them."""

    url: URL
    made: Made
    wallet: Wallet
    people: Sequence[UUID]

    @property
    def size(self) -> str:
        return _size(self.made.entries)


async def measure(ground: Ground) -> list[Figure]:
    _tell_of_memory(ground.server.url)
    async with AsyncExitStack() as shelves:
        small, *larger = all_books = [await _filled(ground, shelves, size) for size in _sizes(ground)]
        times = ground.times(10, 30)
        rounds = await interleaved(ground, {name: _timed(act, all_books, times) for name, act in ACTS.items()})
        figures = []
        for name, medians in rounds.items():
            yardstick, *series = zip(*medians, strict=True)
            figures += [
                compared(f"{name}, {books.size}", values, "ms", f"with {small.size}", yardstick, FLAT)
                for books, values in zip(larger, series, strict=True)
            ]
        for books in larger:
            figures += await _reconciling(ground, books)
    return figures


def _sizes(ground: Ground) -> tuple[int, ...]:
    if ground.short:
        return (10_000, 200_000)
    return tuple(sorted({10_000, min(1_000_000, ground.largest), ground.largest}))


async def _filled(ground: Ground, shelves: AsyncExitStack, size: int) -> Books:
    ground.say(f"  filling books with {_size(size)}")
    url = shelves.enter_context(ground.server.database())
    made = await asyncio.to_thread(fill, url, size)
    settings = ground.settings(url, argon2_memory_kib=8, argon2_time_cost=1, **WIDE_LIMITS)
    wallet = await shelves.enter_async_context(Wallet.open(settings))
    people = await asyncio.to_thread(_some_people, url)
    for person in people[:PAYERS]:
        await wallet.set_pin(person, PIN)
    return Books(url, made, wallet, people)


def _some_people(url: URL) -> list[UUID]:
    wanted = text("SELECT party_id FROM wallet.accounts WHERE kind = 'personal' ORDER BY md5(id::text) LIMIT :number")
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return list(connection.execute(wanted, {"number": PEOPLE}).scalars())


def _size(entries: int) -> str:
    rounded = round(entries, 1 - len(str(entries)))
    return f"{rounded // 10**6} million entries" if rounded >= 10**6 else f"{rounded // 10**3} thousand entries"


# -- what people do ---------------------------------------------------------------------------------------------------


async def _payment(books: Books, number: int) -> float:
    """Seconds; the quote was made before."""
    payer, payee = books.people[number % PAYERS], books.people[PAYERS + number % (PEOPLE - PAYERS)]
    quote = await books.wallet.quote(payer, payee, Money(1, books.wallet.currency), key=uuid4())
    start = perf_counter()
    await books.wallet.confirm(quote.id, payer, PIN)
    return perf_counter() - start


async def _balance(books: Books, number: int) -> float:
    start = perf_counter()
    await books.wallet.balance(books.people[number % PEOPLE])
    return perf_counter() - start


async def _newest_page(books: Books, _: int) -> float:
    start = perf_counter()
    await books.wallet.history(books.made.busiest, limit=PAGE)
    return perf_counter() - start


async def _page_1000(books: Books, number: int) -> float:
    newest = (await books.wallet.history(books.made.busiest, limit=1)).lines[0].seq
    older = max(newest - 999 * PAGE - number, PAGE + 1)
    start = perf_counter()
    page = await books.wallet.history(books.made.busiest, older=older, limit=PAGE)
    seconds = perf_counter() - start
    assert page.lines[0].seq == older - 1
    return seconds


ACTS: dict[str, Act] = {
    "a payment": _payment,
    "a balance": _balance,
    f"the last {PAGE} of a history": _newest_page,
    "page 1,000 of a history": _page_1000,
}


def _timed(act: Act, all_books: Sequence[Books], times: int) -> Callable[[], Awaitable[Sequence[float]]]:
    """The medians in milliseconds, one for each of the books, which take turns."""

    async def timed() -> Sequence[float]:
        spent = [[await act(books, number) for books in all_books] for number in range(times)]
        return [median(seconds) * 1000 for seconds in zip(*spent, strict=True)]

    return timed


# -- reconciling ------------------------------------------------------------------------------------------------------


async def _reconciling(ground: Ground, books: Books) -> list[Figure]:
    await asyncio.to_thread(_settle_down, books.url)
    often = books.made.entries <= OFTEN
    full_ground = ground if often else replace(ground, rounds=1)
    return [
        await _proof(ground, books, "quick proof", QUICKLY_READ, at_most(2)),
        await _proof(full_ground, books, "full proof", READ, at_most(12), warm_up=often),
    ]


async def _proof(
    ground: Ground, books: Books, name: str, tables: Sequence[str], target: Target, *, warm_up: bool = True
) -> Figure:
    """Of these books, beside a count of the tables that it reads."""
    values = await interleaved(
        ground,
        {
            f"{name}, {books.size}": lambda: _proved(books, quick=name == "quick proof"),
            f"its rows counted, {books.size}": lambda: asyncio.to_thread(_counted, books.url, tables),
        },
        warm_up=warm_up,
    )
    proved, counted = (_per_million(books, series) for series in values.values())
    return compared(f"{name}, a million of {books.size}", proved, "s", "a count of the same rows", counted, target)


def _per_million(books: Books, seconds: Series) -> Series:
    return [each / books.made.entries * 10**6 for each in seconds]


async def _proved(books: Books, *, quick: bool) -> float:
    start = perf_counter()
    found = await books.wallet.reconcile(quick=quick)
    seconds = perf_counter() - start
    assert found.clean, [proof.name for proof in found.proofs if proof.bad]
    return seconds


def _tell_of_memory(url: URL) -> None:
    """As operators are advised to: reconciling takes its share of that, and leaves the rest to the disk."""
    run(url, f"ALTER SYSTEM SET effective_cache_size = '{psutil.virtual_memory().total // 2**21}MB'")
    run(url, "SELECT pg_reload_conf()")


def _settle_down(url: URL) -> None:
    """What the payments left to be tidied, autovacuum would do in the middle of it."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM (ANALYZE)"))


def _counted(url: URL, tables: Sequence[str]) -> float:
    engine: Any = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        for index in ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"):
            connection.execute(text(f"SET {index} = off"))
        start = perf_counter()
        for table in tables:
            connection.execute(text(f"SELECT count(*) FROM wallet.{table}"))  # noqa: S608 - one of those above
        return perf_counter() - start


PART = Part("growth", "Growth", _HOW, measure)
