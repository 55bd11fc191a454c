"""People who keep paying, whatever happens to the database, and who keep their receipts."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from sqlalchemy import NullPool, create_engine, text

from tests.conftest import PIN, euros, person
from tests.faults.harm import BY, WHY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.engine import URL

    from wallet import Party, Wallet

PAIRS = 4
OPENING = 10_000_00


@dataclass
class Payers:
    """Four people who pay four others a cent at a time. `receipts`: payments, and when their receipts were there."""

    payers: list[Party]
    payees: list[Party]
    receipts: dict[UUID, datetime] = field(default_factory=dict)

    @classmethod
    async def gather(cls, wallet: Wallet) -> Payers:
        """Open their wallets."""
        payers = [await person(wallet, f"Payer {number}", OPENING) for number in range(PAIRS)]
        payees = [await person(wallet, f"Payee {number}", pin=None) for number in range(PAIRS)]
        return cls(payers, payees)

    async def pay(self, wallet: Wallet, pair: int = 0) -> None:
        """One payment, asked for, confirmed by PIN, and its receipt kept."""
        cent = euros(wallet, 1)
        quote = await wallet.quote(self.payers[pair].id, self.payees[pair].id, cent, key=uuid4())
        receipt = await wallet.confirm(quote.id, self.payers[pair].id, PIN)
        self.receipts[receipt.payment_id] = datetime.now(UTC)

    async def deposits(self, wallet: Wallet, number: int) -> None:
        """So many deposits, for books of some size."""
        for start in range(0, number, 1_000):
            await asyncio.gather(*(self._deposit(wallet) for _ in range(min(1_000, number - start))))

    async def _deposit(self, wallet: Wallet) -> None:
        receipt = await wallet.deposit(self.payees[0].id, euros(wallet, 1), key=uuid4(), by=BY, reason=WHY)
        self.receipts[receipt.payment_id] = datetime.now(UTC)

    @asynccontextmanager
    async def paying(self, wallet: Wallet) -> AsyncIterator[None]:
        """They pay without a pause until this is left, and go on trying when they are refused."""
        tasks = [asyncio.create_task(self._keep_paying(wallet, pair)) for pair in range(PAIRS)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_paying(self, wallet: Wallet, pair: int) -> None:
        while True:
            try:
                await self.pay(wallet, pair)
            except Exception:  # noqa: BLE001 - no receipt, no claim
                await asyncio.sleep(0.05)

    async def until_paid(self, more: int) -> None:
        """Wait for so many more receipts."""
        enough = len(self.receipts) + more
        async with asyncio.timeout(120):
            while len(self.receipts) < enough:  # noqa: ASYNC110 - the payers are other parties: one looks
                await asyncio.sleep(0.01)

    def missing(self, url: URL, until: datetime | None = None) -> int:
        """How many payments, acknowledged before that moment or ever, are not in these books."""
        with create_engine(url, poolclass=NullPool).connect() as conn:
            there = set(conn.execute(text("SELECT id FROM wallet.payments")).scalars())
        return sum(payment not in there for payment, at in self.receipts.items() if until is None or at < until)
