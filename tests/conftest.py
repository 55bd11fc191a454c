"""What tests stand on: a PostgreSQL of their own, a migrated database for each test, and a clock that they move."""

from __future__ import annotations

import itertools
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import NullPool, create_engine, text

from wallet import Money, Party, Wallet, WalletSettings
from wallet import migrate as migrations
from wallet.database import embedded, migration_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from sqlalchemy.engine import URL

PEPPER = "a pepper for tests only, longer than 32 bytes"
PIN = "482915"


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server() -> Iterator[URL]:
    """A PostgreSQL for this run, with a migrated database to copy from."""
    with tempfile.TemporaryDirectory(prefix="sixpence-tests-") as folder:
        settings = WalletSettings(data_dir=Path(folder), database_url=None)
        with embedded(settings):
            url = migration_url(settings)
            for name in ("fsync", "full_page_writes"):  # the machine does not lose power during tests
                _run(url, f"ALTER SYSTEM SET {name} = off")
            _run(url, "SELECT pg_reload_conf()")
            _run(url, "CREATE DATABASE template_books")
            migrations.upgrade(_settings(url.set(database="template_books")))
            yield url


@pytest.fixture
def database_url(server: URL) -> Iterator[URL]:
    """A fresh, migrated database."""
    name = f"books_{next(_numbers)}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE template_books STRATEGY FILE_COPY")
    yield server.set(database=name)
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(database_url: URL) -> WalletSettings:
    return _settings(database_url)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def wallet(settings: WalletSettings, clock: Clock) -> AsyncIterator[Wallet]:
    """A wallet on a fresh database, with the test's clock and cheap hashing."""
    async with Wallet.open(settings, clock=clock) as opened:
        yield opened


def euros(wallet: Wallet, cents: int) -> Money:
    return Money(cents, wallet.currency)


async def person(wallet: Wallet, name: str, cents: int = 0, pin: str | None = PIN) -> Party:
    """A person with a PIN and some money."""
    party = await wallet.open_person(name, key=uuid4())
    if pin is not None:
        await wallet.set_pin(party.id, pin)
    if cents:
        await wallet.deposit(party.id, euros(wallet, cents), key=uuid4(), by="test", reason="opening balance")
    return party


async def business(wallet: Wallet, owner: Party, name: str = "Café Luna") -> Party:
    """An approved business."""
    party = await wallet.open_business(owner.id, name, key=uuid4())
    await wallet.approve_business(party.id, by="test", reason="opening")
    return await wallet.party(party.id)


def _settings(url: URL) -> WalletSettings:
    return WalletSettings.model_validate(
        {
            "database_url": url.render_as_string(hide_password=False),
            "pin_pepper": PEPPER,
            "argon2_memory_kib": 8,
            "argon2_time_cost": 1,
        }
    )


def _run(url: URL, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


_numbers = itertools.count(1)
