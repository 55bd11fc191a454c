"""What a stop-watch learns of who has a PIN: next to nothing; and that the bot stays awake while PINs are hashed."""

from __future__ import annotations

import asyncio
import math
import os
import threading
from bisect import bisect_right
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from uuid import UUID, uuid4

from argon2.low_level import hash_secret

from tests import books
from tests.conftest import PIN, person
from tests.proof.finding import Effort, Finding
from tests.proof.wallets import refused, wallets
from wallet import PinNotSet, Wallet, WrongPin
from wallet.batches import together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from tests.books import Server
    from wallet.batches import Statement

WRONG = "730164"
PRODUCTION: dict[str, object] = {"argon2_memory_kib": 19 * 1024, "argon2_time_cost": 2}
TOLERATED = 0.15
"""By so much of the whole two medians may differ; a busy machine does that by itself. Without equal work it is 0.95."""

COUNT_AND_COMPARE = 2

LAG, TICK = 0.050, 0.002
AT_ONCE = 100


async def equal_time(server: Server, effort: Effort) -> list[Finding]:
    """The same work for an unknown person, one without a PIN and a wrong PIN; in the long version by the clock too.

    Their medians are held to each other. Hundreds of refusals may still be told apart, as a small Kolmogorov-Smirnov p
    says; but a wrong PIN is refused five times, and then locked.
    The clock is looked at where it would tell most: at production's cost, and on a server that waits for its disk.
    """
    if not effort.long:
        return (await _refuse(server, 5, None))[:1]
    with books.server(durable=True) as durable:
        return await _refuse(durable, 200, PRODUCTION)


async def _refuse(server: Server, rounds: int, changes: dict[str, object] | None) -> list[Finding]:
    async with wallets(server, 1, changes) as (wallet,):
        ana, cleo = await person(wallet, "Ana"), await person(wallet, "Cleo", pin=None)
        times: dict[str, list[float]] = {"unknown": [], "no PIN": [], "wrong PIN": []}
        unequal = 0
        for number in range(rounds):
            asked = {"unknown": uuid4(), "no PIN": cleo.id, "wrong PIN": ana.id}
            names = list(asked)[number % 3 :] + list(asked)[: number % 3]
            for name in names:
                with hashings() as made, round_trips() as trips:
                    times[name].append(await _refusal(wallet, asked[name]))
                unequal += len(made) != 1 or made[0][1:] != _cost(wallet) or len(trips) != COUNT_AND_COMPARE
            await wallet.check_pin(ana.id, PIN)
    claim = "Unknown person, no PIN and wrong PIN cost one hash at the current cost, and as many turns of the database"
    return [Finding("P6", claim, 3 * rounds, unequal), _by_the_clock(times)]


def _by_the_clock(times: dict[str, list[float]]) -> Finding:
    wrong = times["wrong PIN"]
    middle = {name: median(taken) for name, taken in times.items()}
    off = {name: abs(middle[name] / middle["wrong PIN"] - 1) for name in ("unknown", "no PIN")}
    figure = "; ".join(
        [f"medians {', '.join(f'{name} {1000 * taken:.1f} ms' for name, taken in middle.items())}"]
        + [f"{name} against wrong PIN: Kolmogorov-Smirnov p = {same(times[name], wrong):.2f}" for name in off]
    )
    claim = f"By the clock their medians differ by less than {TOLERATED:.0%}"
    return Finding("P6", claim, 3 * len(wrong), sum(part > TOLERATED for part in off.values()), figure)


async def _refusal(wallet: Wallet, person_id: UUID) -> float:
    started = perf_counter()
    assert await refused(wallet.check_pin(person_id, WRONG), PinNotSet, WrongPin)
    return perf_counter() - started


def _cost(wallet: Wallet) -> tuple[int, int]:
    return wallet._settings.argon2_time_cost, wallet._settings.argon2_memory_kib


def same(one: Sequence[float], other: Sequence[float]) -> float:
    """How likely two samples differ so much by chance (Kolmogorov and Smirnov, by the asymptotic formula)."""
    first, second = sorted(one), sorted(other)
    n, m = len(first), len(second)
    gap = max(abs(bisect_right(first, x) / n - bisect_right(second, x) / m) for x in (*first, *second))
    scaled = gap * math.sqrt(n * m / (n + m))
    return min(1.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))) if gap else 1.0


@contextmanager
def hashings() -> Iterator[list[tuple[str, int, int]]]:
    """Every argon2 from here on: on which thread, its time and memory cost."""
    made: list[tuple[str, int, int]] = []

    def noted(secret: bytes, salt: bytes, **options: Any) -> bytes:
        made.append((threading.current_thread().name, options["time_cost"], options["memory_cost"]))
        return hash_secret(secret, salt, **options)

    with patch("wallet.pin_hashing.hash_secret", noted):
        yield made


@contextmanager
def round_trips() -> Iterator[list[int]]:
    """Every time from here on that the database is asked about attempts: by how many statements."""
    made: list[int] = []

    async def noted(conn: AsyncConnection, statements: Sequence[Statement]) -> list[Sequence[Any]]:
        made.append(len(statements))
        return await together(conn, statements)

    with patch("wallet.pin_attempts.together", noted):
        yield made


async def the_loop_stays_awake(server: Server, effort: Effort) -> list[Finding]:
    """A hundred PINs at once while something ticks; in the long version at production's cost, and by the clock."""
    number, rounds = effort.times(8, AT_ONCE), effort.times(1, 5)
    async with wallets(server, 1, PRODUCTION if effort.long else None) as (wallet,):
        people = [await person(wallet, f"Person {n}") for n in range(number)]
        wallet._hasher._room = max(wallet._hasher._room, number)
        with hashings() as made:
            laps = [
                await _while_ticking(asyncio.gather(*(wallet.check_pin(one.id, PIN) for one in people)))
                for _ in range(rounds)
            ]
    on_loop = sum(not thread.startswith("argon2") for thread, *_ in made)
    findings = [Finding("P8", "No PIN is hashed on the thread of the event loop", len(made), on_loop)]
    return [*findings, _of_the_undisturbed(laps)] if effort.long else findings


def _of_the_undisturbed(laps: list[Lap]) -> Finding:
    """Judge the round that others disturbed least; with less than half of the machine nothing can be said."""
    best = max(laps, key=lambda lap: lap.share)
    if best.share < 0.5:
        raise RuntimeError(f"the machine is busy with other things: no round had more than {best.share:.0%} of it")
    figure = f"99th percentile {1000 * best.lag:.0f} ms, {AT_ONCE / best.seconds:.0f} PINs a second"
    claim = f"While {AT_ONCE} PINs are hashed at once, the event loop's 99th percentile lag stays under 50 ms"
    return Finding("P8", claim, AT_ONCE * len(laps), int(best.lag >= LAG), figure)


@dataclass(frozen=True)
class Lap:
    """The 99th percentile of how late ticks came, how long it took, both in seconds, and our part of the processors."""

    lag: float
    seconds: float
    share: float


async def _while_ticking(work: asyncio.Future[Any]) -> Lap:
    started, used = perf_counter(), process_time()
    lags: list[float] = []
    while not work.done():
        due = perf_counter() + TICK
        await asyncio.sleep(TICK)
        lags.append(perf_counter() - due)
    await work
    seconds = perf_counter() - started
    return Lap(quantiles(lags, n=100)[98], seconds, (process_time() - used) / seconds / (os.cpu_count() or 1))
