"""The bot under traffic: how many updates it answers and how soon, beside a bare bot that only echoes."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING

from tests.bench import bots
from tests.bench.figures import Figure, Ground, Part, at_least, compared
from tests.bench.phones import phone
from tests.bench.rounds import interleaved

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.bench.bots import Running
    from tests.bench.phones import Phone

    Talk = Callable[[Phone, int], Awaitable[None]]

MANY = 64
TARGET = at_least(0.5)
_COURIER_PATIENCE = 120.0

_HOW = f"""\
The real `sixpence-bot` on a real PostgreSQL, beside a bare python-telegram-bot that answers each message with itself
(`ApplicationBuilder`, one handler, long polling, everything as it comes). Each is a process of its own and talks real
HTTP to a pretend Telegram of its own. {MANY} people, or one, talk at once, each saying the next thing when the last
one is answered; so with many chats the times are those of a queue that is always full. A payment is eight updates,
from `send 0.01 to @somebody` over the card, the PIN pad and six digits to the receipt, with argon2 at the default
cost, and the payee is told; its figures are per update.

Telegram takes thirty messages a second from a bot, and ours never sends more. For this measurement alone its limiters
are set to let everything through; they are still asked. The pretend Telegrams, the people and PostgreSQL share the
machine's cores with the bots, so the CPU time of the bot's own process is the steadier comparison.
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What one round of traffic came to. Times in seconds."""

    updates: int
    seconds: float
    cpu: float
    waits: tuple[float, ...]

    @property
    def rate(self) -> float:
        return self.updates / self.seconds

    @property
    def cpu_each(self) -> float:
        """Milliseconds of the bot's CPU time an update."""
        return self.cpu / self.updates * 1000

    @property
    def median(self) -> float:
        """Milliseconds."""
        return median(self.waits) * 1000

    @property
    def late(self) -> float:
        """The 99th percentile, in milliseconds."""
        return quantiles(self.waits, n=100)[98] * 1000

    def __str__(self) -> str:
        return (
            f"{self.rate:.0f} updates/s, {self.cpu_each:.2f} ms CPU each, "
            f"answered after {self.median:.1f} ms (99 %: {self.late:.1f} ms)"
        )


async def measure(ground: Ground) -> list[Figure]:
    crowd = bots.crowd(MANY)
    with ground.server.database() as books:
        async with AsyncExitStack() as parts:
            ground.say("  starting both bots")
            ours = await parts.enter_async_context(bots.sixpence(ground, books, crowd))
            bare = await parts.enter_async_context(bots.echo(ground, crowd))
            each = ground.times(5, 20)
            loads = await interleaved(
                ground,
                {
                    "/balance, many chats": lambda: load(ours, MANY, balance, each),
                    "echo, many chats": lambda: load(bare, MANY, balance, each),
                    "payments, many chats": lambda: load(ours, MANY, payment, ground.times(1, 2)),
                    "/balance, one chat": lambda: load(ours, 1, balance, each * 8),
                    "echo, one chat": lambda: load(bare, 1, balance, each * 8),
                    "payments, one chat": lambda: load(ours, 1, payment, ground.times(2, 8)),
                },
            )
    return [figure for chats in ("many chats", "one chat") for figure in _figures(chats, loads)]


async def load(bot: Running, chats: int, talk: Talk, times: int) -> Load:
    """So many people talk at once, each so many times, one thing after another."""
    async with AsyncExitStack() as pockets:
        phones = [pockets.enter_context(phone(bot.world, person)) for person in bot.people[:chats]]
        used, start = bot.cpu(), perf_counter()

        async def person(number: int) -> None:
            for _ in range(times):
                await talk(phones[number], number)

        await asyncio.gather(*(person(number) for number in range(chats)))
        seconds = perf_counter() - start
        await _quiet(bot)
        waits = tuple(wait for each in phones for wait in each.waits)
        return Load(len(waits), seconds, bot.cpu() - used, waits)


async def balance(phone: Phone, _: int) -> None:
    await phone.says("/balance")


async def payment(phone: Phone, number: int) -> None:
    await phone.sends("0.01", f"@member{(number + 1) % MANY}")


async def _quiet(bot: Running) -> None:
    """Wait until the bot calls no more: notices are told after the payment that they speak of."""
    calls = -1
    async with asyncio.timeout(_COURIER_PATIENCE):
        while calls != bot.world.calls.count:
            calls = bot.world.calls.count
            await asyncio.sleep(0.25)


def _figures(chats: str, loads: dict[str, list[Load]]) -> list[Figure]:
    bare = loads[f"echo, {chats}"]
    return [
        compared(
            f"{what}, {chats}: {name}",
            [of(load) for load in loads[f"{what}, {chats}"]],
            unit,
            "echo bot",
            [of(load) for load in bare],
            TARGET if of is _rate and what == "/balance" else None,
        )
        for what in ("/balance", "payments")
        for name, unit, of in _VIEWS
    ]


def _rate(load: Load) -> float:
    return load.rate


_VIEWS: tuple[tuple[str, str, Callable[[Load], float]], ...] = (
    ("updates a second", "/s", _rate),
    ("update to reply, median", "ms", lambda load: load.median),
    ("update to reply, 99th percentile", "ms", lambda load: load.late),
    ("the bot's CPU time an update", "ms", lambda load: load.cpu_each),
)

PART = Part("bot", "The bot", _HOW, measure)
