"""Locks: what a posting is decided by is read after its locks are held. Each is held up by somebody, and must wait."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

from tests.conftest import Clock, euros, person
from tests.wallet.owner import as_owner
from tests.wallet.waits import somebody_waits
from wallet import LimitExceeded, PartyFrozen, QuoteClosed, QuotePaid, Receipt, Wallet, WrongPin, pins
from wallet.database import migration_url
from wallet.models import SYSTEM_ACCOUNTS
from wallet.pin_attempts import Look

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from wallet import Party, WalletSettings
    from wallet.orders import Order

pytestmark = pytest.mark.anyio

ACCOUNT = "(SELECT id FROM wallet.accounts WHERE party_id = :payer)"


@asynccontextmanager
async def while_paying(wallet: Wallet, payer: Party, order: Order, held: str) -> AsyncIterator[asyncio.Task[Receipt]]:
    """A settlement that came upon this statement, not committed yet, and waits; inside, it is committed."""
    async with wallet._database._engine.connect() as conn:
        await conn.execute(text(held), {"payer": payer.id, "quote": order.key})
        async with wallet._database._engine.connect() as watching:
            paying = asyncio.create_task(wallet._postings.submit(order))
            await somebody_waits(await watching.execution_options(isolation_level="AUTOCOMMIT"))
        await conn.commit()
        yield paying


async def asked(wallet: Wallet, ana: Party, ben: Party) -> Order:
    """Ana's €5.00 to Ben, as if she had entered her PIN."""
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4())
    return (await wallet._stored_quote(quote.id, ana.id)).order()


async def test_a_freeze_under_way_is_waited_for(wallet: Wallet) -> None:
    """The account's status is read under its lock: nothing is paid once the freeze is there."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    freeze = "UPDATE wallet.accounts SET status = 'frozen' WHERE party_id = :payer"
    async with while_paying(wallet, ana, await asked(wallet, ana, ben), freeze) as paying:
        with pytest.raises(PartyFrozen):
            await paying
    assert (await wallet.balance(ben.id)).ledger.minor == 0


async def test_a_cancel_under_way_is_waited_for(wallet: Wallet) -> None:
    """The quote's state is read under its payer's lock: a payment and its cancelling never both succeed."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    cancel = f"""
        WITH payer AS (SELECT id FROM wallet.accounts WHERE id = {ACCOUNT} FOR NO KEY UPDATE)
        UPDATE wallet.quotes SET state = 'cancelled' FROM payer WHERE quotes.id = :quote
    """  # noqa: S608 - a name of this program's own
    async with while_paying(wallet, ana, await asked(wallet, ana, ben), cancel) as paying:
        with pytest.raises(QuoteClosed):
            await paying
    assert (await wallet.balance(ben.id)).ledger.minor == 0


async def test_a_cancel_is_seen_whatever_the_server_defaults_to(settings: WalletSettings, clock: Clock) -> None:
    """Where transactions read one snapshot unless told otherwise, what was cancelled is not paid either."""
    name = make_url(settings.database_url.get_secret_value()).database if settings.database_url else None
    as_owner(settings, f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'")
    async with Wallet.open(settings, clock=clock) as wallet:
        await test_a_cancel_under_way_is_waited_for(wallet)


@pytest.mark.parametrize("how", ["cancel", "three wrong PINs", "reset"])
async def test_a_quote_is_closed_with_its_payers_account_held(wallet: Wallet, how: str) -> None:
    """Each waits for the payment under way, and leaves alone what that has paid."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    order = await asked(wallet, ana, ben)

    async def close() -> None:
        match how:
            case "cancel":
                await wallet.cancel(order.key, ana.id)
            case "reset":
                await wallet.reset_pin(ana.id, by="operator", reason="test")
            case _:
                for _ in range(pins.PER_QUOTE):
                    with suppress(WrongPin):
                        await wallet.confirm(order.key, ana.id, "730164")

    hold = f"SELECT id FROM wallet.accounts WHERE id = {ACCOUNT} FOR NO KEY UPDATE"  # noqa: S608 - a name of our own
    async with wallet._database._engine.connect() as conn, wallet._database._engine.connect() as watching:
        await watching.execution_options(isolation_level="AUTOCOMMIT")
        await conn.execute(text(hold), {"payer": ana.id})
        paying = asyncio.create_task(wallet._postings.submit(order))
        await somebody_waits(watching)
        closing = asyncio.create_task(close())
        await somebody_waits(watching, 2)
        await conn.commit()
    assert isinstance(await paying, Receipt)
    with suppress(QuotePaid):
        await closing
    assert (await wallet.find_quote(order.key, ana.id)).state == "paid"
    assert (await wallet.reconcile()).clean


async def test_a_reset_holds_the_account_before_the_pin(wallet: Wallet, settings: WalletSettings) -> None:
    """As a wrong PIN that voids a quote does: in the other order the two could wait in a circle."""
    ana = await person(wallet, "Ana")
    hold = f"SELECT id FROM wallet.accounts WHERE id = {ACCOUNT} FOR NO KEY UPDATE"  # noqa: S608 - a name of our own
    async with wallet._database._engine.connect() as conn, wallet._database._engine.connect() as watching:
        await watching.execution_options(isolation_level="AUTOCOMMIT")
        await conn.execute(text(hold), {"payer": ana.id})
        resetting = asyncio.create_task(wallet.reset_pin(ana.id, by="operator", reason="test"))
        await somebody_waits(watching)
        as_owner(settings, "SELECT FROM wallet.pins FOR UPDATE NOWAIT")
        await conn.commit()
    await resetting


async def test_pins_are_locked_in_the_order_of_their_owners_ids(wallet: Wallet, settings: WalletSettings) -> None:
    """Whoever waits for the first holds none of the others, in whatever order the attempts came in."""
    first, second = sorted([(await person(wallet, name)).id for name in ("Ana", "Ben")])
    hold = text("SELECT FROM wallet.pins WHERE party_id = :first FOR UPDATE")
    owner = create_engine(migration_url(settings), poolclass=NullPool)
    async with wallet._database._autocommit.connect() as watching:
        with owner.begin() as holding:
            holding.execute(hold, {"first": first})
            counting = [asyncio.create_task(wallet._counts.submit(Look(owner_id))) for owner_id in (second, first)]
            await somebody_waits(watching)
            as_owner(settings, "SELECT FROM wallet.pins WHERE party_id = :second FOR UPDATE NOWAIT", second=second)
    assert all(await asyncio.gather(*counting))


async def test_what_is_being_spent_is_waited_for(wallet: Wallet, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was spent is read under the account's lock, at once: no constraint has to send the posting back."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    order, settle, settled = await asked(wallet, ana, ben), wallet._postings._settle, []

    async def counted(orders: Sequence[Order]) -> Sequence[Receipt | Exception]:
        settled.append(orders)
        return await settle(orders)

    monkeypatch.setattr(wallet._postings, "_settle", counted)
    spend = f"""
        WITH payer AS (SELECT id FROM wallet.accounts WHERE id = {ACCOUNT} FOR NO KEY UPDATE)
        INSERT INTO wallet.spending (account_id, nth, total, at)
        SELECT id, 1, {wallet.limits.day}, '2026-11-21 12:00+00' FROM payer
    """  # noqa: S608 - an integer of this program's own
    async with while_paying(wallet, ana, order, spend) as paying:
        with pytest.raises(LimitExceeded):
            await paying
    assert len(settled) == 1


async def test_accounts_are_locked_in_the_order_of_their_ids(wallet: Wallet) -> None:
    """Whoever waits for the first holds none of the others, so nobody ever waits in a circle."""
    ana, ben = await person(wallet, "Ana", 10_000), await person(wallet, "Ben", 10_000)
    first, second = sorted(line.account_id for line in await wallet.parties())
    touch, probe = "UPDATE wallet.accounts SET status = status WHERE id = :id", "FOR NO KEY UPDATE NOWAIT"
    for payer, payee in [(ana, ben), (ben, ana)] * 4:
        order = await asked(wallet, payer, payee)
        async with wallet._database._engine.connect() as holding, wallet._database._engine.connect() as probing:
            await probing.execution_options(isolation_level="AUTOCOMMIT")
            await holding.execute(text(touch), {"id": first})
            paying = asyncio.create_task(wallet._postings.submit(order))
            await somebody_waits(probing)
            await probing.execute(text(f"SELECT id FROM wallet.accounts WHERE id = :id {probe}"), {"id": second})  # noqa: S608
            await holding.commit()
            await paying


async def test_a_wallet_opens_while_a_payment_is_under_way(wallet: Wallet, settings: WalletSettings) -> None:
    """An administrator's command, or a second bot, does not queue behind those who pay fees or set money aside."""
    async with wallet._database._engine.connect() as paying:
        await paying.execute(text("UPDATE wallet.accounts SET status = status WHERE party_id IS NULL"))
        async with Wallet.open(settings) as another:
            assert len(await another.accounts()) == len(SYSTEM_ACCOUNTS)
