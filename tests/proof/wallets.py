"""Wallets for proofs: several on one database, as several processes would have them, with limits out of the way."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.books import settings
from tests.conftest import PIN, Clock, euros
from wallet import MAX_MINOR, Party, Receipt, Wallet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence

    from tests.books import Server

NO_LIMITS: dict[str, object] = {
    "limit_per_payment": MAX_MINOR,
    "limit_day": MAX_MINOR,
    "limit_month": MAX_MINOR,
    "limit_payments_a_day": 10**9,
}


@asynccontextmanager
async def wallets(
    server: Server, number: int, changes: Mapping[str, object] | None = None, *, clock: Clock | None = None
) -> AsyncIterator[Sequence[Wallet]]:
    """So many wallets on one fresh database, without limits unless changed; a clock that stands still unless given."""
    with server.database() as url:
        own = settings(url, **NO_LIMITS | dict(changes or {}))
        async with AsyncExitStack() as stack:
            opening = (Wallet.open(own, clock=clock or Clock()) for _ in range(number))
            yield [await stack.enter_async_context(wallet) for wallet in opening]


async def pay(wallet: Wallet, payer: Party, payee: Party, cents: int) -> Receipt:
    """Ask for a payment and confirm it."""
    quote = await wallet.quote(payer.id, payee.id, euros(wallet, cents), key=uuid4())
    return await wallet.confirm(quote.id, payer.id, PIN)


async def refused(work: Awaitable[object], *refusals: type[Exception]) -> bool:
    """Whether it was refused in one of these ways; neither done, nor failed in any other way."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - any other is as wrong as none
        return isinstance(error, refusals)
    return False


async def drift(wallet: Wallet) -> int:
    """How many of the books' proofs fail; the outbox is not tended in proofs, and does not count."""
    return sum(not proof.holds for proof in (await wallet.reconcile()).proofs if proof.name != "outbox")
