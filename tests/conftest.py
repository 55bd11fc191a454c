"""What tests stand on: a PostgreSQL of their own, a migrated database for each test, and a clock that they move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as settings_of_examples

from tests import books
from wallet import Money, Party, Wallet, WalletSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from sqlalchemy.engine import URL

PIN = "482915"

# Of drawn examples none fails for the time it takes: the machine may be busy with other things.
settings_of_examples.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings_of_examples.load_profile("any machine")


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
def server() -> Iterator[books.Server]:
    """A PostgreSQL for this run, with a migrated database to copy from."""
    with books.server() as running:
        yield running


@pytest.fixture
def database_url(server: books.Server) -> Iterator[URL]:
    """A fresh, migrated database."""
    with server.database() as url:
        yield url


@pytest.fixture
def settings(database_url: URL) -> WalletSettings:
    return books.settings(database_url)


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
