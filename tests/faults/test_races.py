"""Two things at once that exclude each other, from two processes: exactly one of them happens."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import uuid4

import pytest

from tests.conftest import PIN, business, euros, person
from wallet import (
    InsufficientFunds,
    NotRefundable,
    NotReversible,
    Party,
    PartyFrozen,
    Quote,
    QuoteClosed,
    QuotePaid,
    Receipt,
    Wallet,
)

pytestmark = pytest.mark.anyio

BY, WHY = "operator", "test"


async def quoted(wallet: Wallet, payer: Party, payee: Party, cents: int = 10) -> Quote:
    return await wallet.quote(payer.id, payee.id, euros(wallet, cents), key=uuid4())


async def test_confirm_and_cancel_have_one_winner(wallet: Wallet, other: Wallet) -> None:
    """Paid and not cancelled, or cancelled and not paid."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    paid = 0
    for number in range(12):
        quote = await quoted(wallet, ana, ben)

        async def cancel(quote: Quote = quote, patience: int = number) -> None:
            for _ in range(patience * 4):
                await asyncio.sleep(0)
            await other.cancel(quote.id, ana.id)

        outcomes = await asyncio.gather(wallet.confirm(quote.id, ana.id, PIN), cancel(), return_exceptions=True)
        kinds = tuple(type(outcome) for outcome in outcomes)
        assert kinds in ((Receipt, QuotePaid), (QuoteClosed, type(None)))
        paid += kinds[0] is Receipt
        assert (await wallet.find_quote(quote.id, ana.id)).state == ("paid" if kinds[0] is Receipt else "cancelled")
    assert (await wallet.balance(ben.id)).ledger == euros(wallet, 10 * paid)


async def test_after_a_freeze_is_done_nothing_moves(wallet: Wallet, other: Wallet) -> None:
    """A payment beside a freeze is paid or refused; one after it is refused, in every process."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    for frozen in (ana, ben):
        quotes = [await quoted(wallet, ana, ben) for _ in range(6)]
        freeze = asyncio.create_task(other.freeze(frozen.id, by=BY, reason=WHY))
        beside = await asyncio.gather(
            *(wallet.confirm(quote.id, ana.id, PIN) for quote in quotes[:3]), return_exceptions=True
        )
        await freeze
        balance = await wallet.balance(ben.id)
        after = await asyncio.gather(
            *(
                process.confirm(quote.id, ana.id, PIN)
                for process, quote in zip((wallet, other) * 2, quotes[3:], strict=False)
            ),
            return_exceptions=True,
        )
        assert {type(outcome) for outcome in beside} <= {Receipt, PartyFrozen}
        assert {type(outcome) for outcome in after} == {PartyFrozen}
        assert await wallet.balance(ben.id) == balance
        await wallet.unfreeze(frozen.id, by=BY, reason=WHY)


async def test_twice_as_many_refunds_as_fit_are_half_refused(wallet: Wallet, other: Wallet) -> None:
    """Five refunds of a fifth fit; of ten at once, over two processes, exactly five succeed."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben", 1000)
    quote = await quoted(wallet, ana, ben, 100)
    await wallet.confirm(quote.id, ana.id, PIN)
    outcomes = await asyncio.gather(
        *(
            process.refund(quote.id, euros(wallet, 20), key=uuid4(), by=BY, reason=WHY)
            for process in (wallet, other)
            for _ in range(5)
        ),
        return_exceptions=True,
    )
    assert Counter(type(outcome) for outcome in outcomes) == {Receipt: 5, NotRefundable: 5}
    assert (await wallet.balance(ana.id)).ledger.minor == 1000


async def test_a_refund_and_a_reversal_exclude_each_other(wallet: Wallet, other: Wallet) -> None:
    """What was given back once is not given back again under another name."""
    ana, luna = await person(wallet, "Ana", 1000), await person(wallet, "Luna")
    cafe = await business(wallet, luna)
    for _ in range(6):
        quote = await quoted(wallet, ana, cafe, 100)
        await wallet.confirm(quote.id, ana.id, PIN)
        refund, reversal = await asyncio.gather(
            wallet.refund(quote.id, key=uuid4(), by=BY, reason=WHY),
            other.reverse(quote.id, key=uuid4(), by=BY, reason=WHY),
            return_exceptions=True,
        )
        assert (type(refund), type(reversal)) in ((Receipt, NotReversible), (NotRefundable, Receipt))
    assert (await wallet.balance(ana.id)).ledger.minor == 1000
    assert (await wallet.balance(cafe.id)).ledger.minor == 0


async def test_the_same_key_at_once_is_one_deposit(wallet: Wallet, other: Wallet) -> None:
    """Fifty times the same request over two processes: one posting, fifty equal receipts."""
    ana, key = await person(wallet, "Ana"), uuid4()
    receipts = await asyncio.gather(
        *(
            process.deposit(ana.id, euros(wallet, 7), key=key, by=BY, reason=WHY)
            for process in (wallet, other)
            for _ in range(25)
        )
    )
    assert all(receipt == receipts[0] for receipt in receipts)
    assert (await wallet.balance(ana.id)).ledger.minor == 7


async def test_the_last_money_is_spent_once(wallet: Wallet, other: Wallet) -> None:
    """Ten quotes for all that is there: one is paid, nine find the account empty."""
    ana, ben = await person(wallet, "Ana", 100), await person(wallet, "Ben")
    quotes = [await quoted(wallet, ana, ben, 100) for _ in range(10)]
    outcomes = await asyncio.gather(
        *((wallet, other)[number % 2].confirm(quote.id, ana.id, PIN) for number, quote in enumerate(quotes)),
        return_exceptions=True,
    )
    assert Counter(type(outcome) for outcome in outcomes) == {Receipt: 1, InsufficientFunds: 9}


async def test_the_same_key_opens_one_wallet(wallet: Wallet, other: Wallet) -> None:
    """Twenty starts at once: one person with one account."""
    key = uuid4()
    opened = await asyncio.gather(
        *(process.open_person("Ana", key=key) for process in (wallet, other) for _ in range(10))
    )
    assert len(set(opened)) == 1
    assert len(await wallet.parties()) == 1
