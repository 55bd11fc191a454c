"""Group commit: refused alone, never lost, never doubled; and the bank test."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import insert, text

from tests.conftest import PIN, Clock, euros, person
from wallet import InsufficientFunds, KeyConflict, Money, Party, PartyFrozen, Receipt, Wallet, WalletSettings, models
from wallet.accounts import Holder, system_account_id
from wallet.acts import Act
from wallet.ids import new_id
from wallet.orders import Order

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

pytestmark = pytest.mark.anyio

BY, WHY = "operator", "test"


async def holders(wallet: Wallet, *parties: Party) -> list[Holder]:
    account_ids = {summary.party.id: summary.account_id for summary in await wallet.parties()}
    return [Holder(account_ids[party.id], party) for party in parties]


async def payments(wallet: Wallet, wanted: Iterable[tuple[Holder, Holder, int]], clock: Clock) -> list[Order]:
    """Orders to pay quotes, written straight into the book, so that ten thousand take no time."""
    orders = [Order(new_id(), "payment", debit, credit, amount) for debit, credit, amount in wanted]
    rows = [
        {
            "id": order.key,
            "key": uuid4(),
            "payer_account_id": order.debit.account_id,
            "payee_account_id": order.credit.account_id,
            "amount": order.amount,
            "fee": 0,
            "currency": wallet.currency.code,
            "note": "",
            "state": "open",
            "created_at": clock.now,
            "expires_at": clock.now.replace(year=2030),
        }
        for order in orders
    ]
    async with wallet._database._engine.begin() as conn:
        await conn.execute(insert(models.Quote), rows)
    return orders


def deposits(wallet: Wallet, holder: Holder, amounts: Iterable[int]) -> list[Order]:
    bank = Holder(system_account_id("bank_clearing", wallet.currency))
    act = Act(BY, WHY)
    return [Order(new_id(), "deposit", bank, holder, amount, note=WHY, act=act) for amount in amounts]


async def settle_at_once(wallet: Wallet, orders: Sequence[Order]) -> list[Receipt | BaseException]:
    """All of these in one batch."""
    return await asyncio.gather(*(wallet._postings.submit(order) for order in orders), return_exceptions=True)


async def test_the_bank_test(settings: WalletSettings, clock: Clock) -> None:
    """Eight writers, two processes, 10,000 transfers among ten accounts: no wrong total, no negative balance, ever."""
    unlimited = settings.model_copy(update={"limit_day": 2**50, "limit_month": 2**50, "limit_payments_a_day": 2**40})
    async with Wallet.open(unlimited, clock=clock) as one, Wallet.open(unlimited, clock=clock) as two:
        people = [await person(one, f"Person {number}", 1000, pin=None) for number in range(10)]
        accounts = await holders(one, *people)
        random = Random(20261121)
        pairs = [random.sample(accounts, 2) for _ in range(10_000)]
        wanted = [(payer, payee, random.randint(1, 400)) for payer, payee in pairs]
        orders = await payments(one, wanted, clock)
        done = asyncio.Event()

        async def read() -> int:
            """Totals and balances, over and over, while the writers write."""
            reads = 0
            while not done.is_set():
                balances = [account.balance.minor for account in await two.accounts() if account.kind == "personal"]
                assert sum(balances) == 10_000
                assert min(balances) >= 0
                reads += 1
            return reads

        async def write(writer: int) -> Counter[type]:
            """An eighth of the transfers, some dozens under way at a time."""
            mine, outcomes = orders[writer::8], Counter[type]()
            wallet = (one, two)[writer % 2]
            for start in range(0, len(mine), 125):
                settled = await settle_at_once(wallet, mine[start : start + 125])
                outcomes.update(type(outcome) for outcome in settled)
            return outcomes

        reader = asyncio.create_task(read())
        try:
            outcomes = sum(await asyncio.gather(*(write(writer) for writer in range(8))), Counter[type]())
        finally:
            done.set()
            reads = await reader
        assert reads > 0
        assert set(outcomes) == {Receipt, InsufficientFunds}
        assert outcomes.total() == 10_000
        entries = sum(account.entries for account in await one.accounts() if account.kind == "personal")
        assert entries == 10 + 2 * outcomes[Receipt]
        assert await deadlocks(one) == 0
        assert (await one.reconcile()).clean


async def deadlocks(wallet: Wallet) -> int:
    """How often PostgreSQL had to break a circle of waiting; locks taken in one order never make one."""
    async with wallet._database._engine.connect() as conn:
        query = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int((await conn.execute(query)).scalar_one())


async def test_many_people_pay_in_a_ring_through_two_processes(
    wallet: Wallet, settings: WalletSettings, clock: Clock
) -> None:
    """Quotes, PINs and all: everybody pays the next, both ways round, at once; everybody ends where they began."""
    people = [await person(wallet, f"Person {number}", 100) for number in range(8)]
    async with Wallet.open(settings, clock=clock) as other:

        async def pay(via: Wallet, payer: Party, payee: Party) -> None:
            for _ in range(3):
                quote = await via.quote(payer.id, payee.id, euros(via, 10), key=uuid4())
                await via.confirm(quote.id, payer.id, PIN)

        ring = list(zip(people, people[1:] + people[:1], strict=True))
        await asyncio.gather(*(pay(wallet, a, b) for a, b in ring), *(pay(other, b, a) for a, b in ring))
    assert {(await wallet.balance(party.id)).ledger.minor for party in people} == {100}
    assert (await wallet.reconcile()).clean


async def test_a_refused_posting_is_refused_alone(wallet: Wallet, clock: Clock) -> None:
    """One batch: paid, too little, frozen, a key used twice; each has its own answer."""
    ana, ben, eve = await person(wallet, "Ana", 100), await person(wallet, "Ben"), await person(wallet, "Eve")
    await wallet.freeze(eve.id, by=BY, reason=WHY)
    a, b, e = await holders(wallet, ana, ben, eve)
    good, poor, frozen, later = await payments(wallet, [(a, b, 60), (a, b, 50), (a, e, 1), (b, a, 60)], clock)
    (deposit,) = deposits(wallet, a, [7])
    (conflict,) = deposits(wallet, a, [8])
    conflict = Order(deposit.key, "deposit", conflict.debit, a, 8, note=WHY, act=conflict.act)
    outcomes = await settle_at_once(wallet, [good, poor, frozen, later, deposit, conflict, good, deposit])
    assert [type(outcome) for outcome in outcomes] == [
        Receipt,
        InsufficientFunds,
        PartyFrozen,
        Receipt,
        Receipt,
        KeyConflict,
        Receipt,
        Receipt,
    ]
    assert outcomes[0] == outcomes[6]
    assert outcomes[4] == outcomes[7]
    assert (await wallet.balance(ana.id)).ledger.minor == 107


async def test_what_the_database_refuses_is_refused_alone(wallet: Wallet) -> None:
    """A row that breaks a constraint, or that cannot even be written down, does not take its neighbours along."""
    ana, ben = await person(wallet, "Ana"), await person(wallet, "Ben")
    a, b = await holders(wallet, ana, ben)
    good = deposits(wallet, a, [1, 2, 3])
    too_much = Order(new_id(), "deposit", good[0].debit, b, 2**53, act=Act("op", "cash"))
    unwritable = Order(new_id(), "deposit", good[0].debit, b, 1, note="nul \0", act=Act("op", "cash"))
    half = Order(new_id(), "deposit", good[0].debit, b, 1, note="half \ud800", act=Act("op", "cash"))
    elsewhere = Order(new_id(), "deposit", good[0].debit, Holder(uuid4(), ben), 1, act=Act("op", "cash"))
    orders = [good[0], too_much, good[1], unwritable, half, elsewhere, good[2]]
    outcomes = await settle_at_once(wallet, orders)
    assert [isinstance(outcome, Receipt) for outcome in outcomes] == [True, False, True, False, False, False, True]
    assert (await wallet.balance(ana.id)).ledger.minor == 6
    assert (await wallet.balance(ben.id)).ledger.minor == 0
    assert (await wallet.reconcile()).clean


async def test_no_balance_wraps_around(wallet: Wallet) -> None:
    """Beyond 64 bits a posting is refused, by name, and its neighbours are not."""
    ana, ben = await person(wallet, "Ana"), await person(wallet, "Ben")
    a, b = await holders(wallet, ana, ben)
    huge = deposits(wallet, a, [2**53 - 1] * 1026)
    (small,) = deposits(wallet, b, [1])
    *outcomes, last = await settle_at_once(wallet, [*huge, small])
    refused = Counter(type(outcome).__name__ for outcome in outcomes)
    assert refused == {"Receipt": 1024, "AmountOutOfRange": 2}
    assert isinstance(last, Receipt)
    assert (await wallet.balance(ana.id)).ledger == Money(1024 * (2**53 - 1), wallet.currency)


async def test_a_caller_that_goes_away_neither_loses_nor_doubles(wallet: Wallet) -> None:
    """Cancelled while its batch is under way, or while it waits for one: asked again, the same receipt, once."""
    ana = await person(wallet, "Ana")
    (a,) = await holders(wallet, ana)
    orders = deposits(wallet, a, [5] * 20)
    for patience, order in enumerate(orders[:10]):
        impatient = asyncio.create_task(wallet._postings.submit(order))
        neighbour = asyncio.create_task(wallet._postings.submit(orders[10 + patience]))
        for _ in range(1 + patience):
            await asyncio.sleep(0)
        impatient.cancel()
        assert isinstance(await neighbour, Receipt)
        assert impatient.cancelled()
    again = await settle_at_once(wallet, [*orders, *orders])
    assert again[:20] == again[20:]
    assert (await wallet.balance(ana.id)).ledger.minor == 100


async def test_leaving_finishes_what_was_submitted(settings: WalletSettings, clock: Clock) -> None:
    """A wallet that closes commits what waits."""
    async with Wallet.open(settings, clock=clock) as wallet:
        ana = await person(wallet, "Ana")
        (a,) = await holders(wallet, ana)
        waiting = [asyncio.create_task(wallet._postings.submit(order)) for order in deposits(wallet, a, [1] * 30)]
        await asyncio.sleep(0)
    assert len({receipt.payment_id for receipt in await asyncio.gather(*waiting)}) == 30
