"""Confirmed payments: everything between a PIN and a receipt, beside argon2 alone."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from argon2 import PasswordHasher, Type

from tests.bench.bots import WIDE_LIMITS
from tests.bench.figures import Figure, Ground, Part, at_least, compared
from tests.bench.rounds import interleaved
from wallet import Money, Wallet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wallet import Party, Quote

PIN = "482915"
PAYERS = 64
_THREADS = os.cpu_count() or 1

_HOW = f"""\
{PAYERS} people confirm a payment each at the same moment, through `Wallet.confirm` with its own threads (one a core)
and argon2 at the default cost: the attempt is counted and committed, the PIN hashed and compared, the payment settled.
The quotes were made before. The yardstick is argon2-cffi verifying as many hashes of that cost in as many threads, and
nothing else.
"""


async def measure(ground: Ground) -> list[Figure]:
    each = ground.times(1, 4)
    with ground.server.database() as books:
        settings = ground.settings(books, **WIDE_LIMITS)
        argon2 = PasswordHasher(settings.argon2_time_cost, settings.argon2_memory_kib, parallelism=1, type=Type.ID)
        async with Wallet.open(settings) as wallet:
            ground.say("  people choose their PINs")
            payers = await asyncio.gather(*(_person(wallet) for _ in range(PAYERS)))
            values = await interleaved(
                ground,
                {
                    "confirmed payments a second": lambda: _confirmed(wallet, payers, each),
                    "argon2 alone, verifications a second": lambda: _verified(argon2, PAYERS * each),
                },
            )
    ours, alone = values.values()
    name = f"confirmed payments a second, {PAYERS} at once"
    return [compared(name, ours, "/s", f"argon2 alone in {_THREADS} threads", alone, at_least(0.9))]


async def _person(wallet: Wallet) -> Party:
    party = await wallet.open_person("Member", key=uuid4())
    await wallet.set_pin(party.id, PIN)
    money = Money(1_000_000_00, wallet.currency)
    await wallet.deposit(party.id, money, key=uuid4(), by="bench", reason="opening balance")
    return party


async def _confirmed(wallet: Wallet, payers: Sequence[Party], each: int) -> float:
    """Payments a second."""
    quotes = [await asyncio.gather(*(_quote(wallet, payers, n) for n in range(len(payers)))) for _ in range(each)]

    async def pay(payer: UUID, theirs: list[Quote]) -> None:
        for quote in theirs:
            await wallet.confirm(quote.id, payer, PIN)

    start = perf_counter()
    await asyncio.gather(*(pay(payer.id, [row[n] for row in quotes]) for n, payer in enumerate(payers)))
    return len(payers) * each / (perf_counter() - start)


async def _quote(wallet: Wallet, payers: Sequence[Party], number: int) -> Quote:
    payer, payee = payers[number], payers[(number + 1) % len(payers)]
    return await wallet.quote(payer.id, payee.id, Money(1, wallet.currency), key=uuid4())


async def _verified(argon2: PasswordHasher, times: int) -> float:
    """Verifications a second."""
    hashed = argon2.hash(PIN)
    with ThreadPoolExecutor(_THREADS) as threads:
        start = perf_counter()
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(threads, argon2.verify, hashed, PIN) for _ in range(times)))
        return times / (perf_counter() - start)


PART = Part("confirm", "Confirmed payments", _HOW, measure)
