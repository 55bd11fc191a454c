"""Bots as processes, each with a pretend Telegram of its own in the measuring process."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from bot.identity import person_key
from sandbox.telegram.cast import Person
from sandbox.telegram.server import running
from sandbox.telegram.world import World
from tests.bench.phones import phone
from wallet import Money, Wallet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sqlalchemy.engine import URL

    from tests.bench.figures import Ground

TOKEN = "7000000001:a-token-for-measurements-only"
PIN = "482915"
_NUMBERS = count(810_000_001, 10_000_000)
_ROOT = Path(__file__).parents[2]
_START_PATIENCE = 60.0
_STOP_PATIENCE = 20.0
PLENTY = 10**12
WIDE_LIMITS = {
    "limit_per_payment": PLENTY,
    "limit_day": PLENTY,
    "limit_month": PLENTY,
    "limit_payments_a_day": 10**9,
}
"""As every payment checks them, but never reached: the same few people pay thousands of times."""


@dataclass(frozen=True)
class Running:
    """A bot under way, its Telegram, and the people there."""

    world: World
    people: Sequence[Person]
    process: psutil.Process

    def cpu(self) -> float:
        """Seconds of CPU time that the bot has used."""
        used = self.process.cpu_times()
        return float(used.user + used.system)


def fresh_world(people: Sequence[Person]) -> World:
    """A pretend Telegram whose numbers of updates no other had, so that none is taken for a repetition."""
    world = World(TOKEN, people)
    world.updates.next_id = next(_NUMBERS)
    return world


def crowd(number: int) -> list[Person]:
    """So many people, all with the same PIN."""
    return [Person(9000 + n, "Member", f"No{n}", f"member{n}", "en", PIN) for n in range(number)]


@asynccontextmanager
async def echo(ground: Ground, people: Sequence[Person]) -> AsyncIterator[Running]:
    """The bare bot, polling."""
    world = fresh_world(people)
    async with running(world) as url, process(ground, world, ["tests.bench.echo_bot", TOKEN, url]) as bot:
        for one in people:
            world.chats[one.id].started = True
        yield Running(world, people, bot)


@asynccontextmanager
async def sixpence(ground: Ground, books: URL, people: Sequence[Person]) -> AsyncIterator[Running]:
    """Our bot, polling, on these books, in which everybody has a wallet, a PIN and a million."""
    world = fresh_world(people)
    async with Wallet.open(ground.settings(books, **WIDE_LIMITS)) as wallet, running(world) as url:
        await asyncio.gather(*(_open_wallet(wallet, one) for one in people))
        environment = environment_of(ground, books, url)
        async with process(ground, world, ["tests.bench.unpaced_bot"], environment) as bot:
            await asyncio.gather(*(_settle_in(wallet, world, one) for one in people))
            yield Running(world, people, bot)


async def _open_wallet(wallet: Wallet, one: Person) -> None:
    party = await wallet.open_person(one.full_name, key=person_key(one.id))
    await wallet.set_pin(party.id, one.pin)


async def _settle_in(wallet: Wallet, world: World, one: Person) -> None:
    """Press Start, and be paid a million."""
    party = await wallet.open_person(one.full_name, key=person_key(one.id))
    money = Money(1_000_000_00, wallet.currency)
    with phone(world, one) as theirs:
        await theirs.says("/start", lambda message: "Welcome back" in message["text"])
        await wallet.deposit(party.id, money, key=party.id, by="bench", reason="opening balance")
        await theirs.sees(lambda message: "paid in" in message["text"])


def environment_of(ground: Ground, books: URL, telegram: str) -> dict[str, str]:
    """What our bot is told: these books, this Telegram, and otherwise what it does by default."""
    settings = ground.settings(books)
    assert settings.database_url is not None
    assert settings.pin_pepper is not None
    return {
        "SIXPENCE_BOT_TOKEN": TOKEN,
        "SIXPENCE_TELEGRAM_API_URL": telegram,
        "SIXPENCE_DATABASE_URL": settings.database_url.get_secret_value(),
        "SIXPENCE_PIN_PEPPER": settings.pin_pepper.get_secret_value(),
        **{f"SIXPENCE_{name.upper()}": str(value) for name, value in WIDE_LIMITS.items()},
    }


def log_of(ground: Ground) -> Path:
    """Where the bots' logs go."""
    return ground.server.folder / "bots.log"


@asynccontextmanager
async def process(
    ground: Ground, world: World, module: Sequence[str], environment: dict[str, str] | None = None
) -> AsyncIterator[psutil.Process]:
    """A bot's process, from its first request for updates to its end."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("SIXPENCE_")}
    with log_of(ground).open("ab") as log:
        started = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *module),
            cwd=ground.server.folder,  # where no `.env` lies
            env=others | {"PYTHONPATH": str(_ROOT)} | (environment or {}),
            stdout=log,
            stderr=log,
        )
    try:
        async with asyncio.timeout(_START_PATIENCE):
            while not world.updates.is_polled:
                if started.returncode is not None:
                    raise RuntimeError(f"{module[0]} did not start; its log: {log_of(ground).read_text()}")
                await asyncio.sleep(0.005)
        yield psutil.Process(started.pid)
    finally:
        if started.returncode is None:
            started.terminate()
            try:
                await asyncio.wait_for(started.wait(), _STOP_PATIENCE)
            except TimeoutError:
                started.kill()
                await started.wait()
