"""The straight line: quote, PIN, settlement, receipt, notices."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from tests.conftest import PIN, Clock, business, euros, person
from wallet import (
    InsufficientFunds,
    KeyConflict,
    LimitExceeded,
    NoticeKind,
    QuoteClosed,
    QuoteExpired,
    QuotePaid,
    SelfPayment,
    Wallet,
    WrongPin,
)

pytestmark = pytest.mark.anyio


async def test_a_payment_moves_the_amount_once_and_tells_both(wallet: Wallet) -> None:
    """Ana pays Ben: his balance grows by what hers shrinks, and each has a notice."""
    ana, ben = await person(wallet, "Ana", 2000), await person(wallet, "Ben")
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 500), note="lunch", key=uuid4())
    assert quote.first_time
    assert quote.fee.minor == 0
    receipt = await wallet.confirm(quote.id, ana.id, PIN)
    assert receipt.balance_after == euros(wallet, 1500)
    assert (await wallet.balance(ben.id)).available == euros(wallet, 500)
    told = {(n.kind, n.recipient_id): n for n in await wallet.due_notices()}
    received = told[NoticeKind.PAYMENT_RECEIVED, ben.id]
    assert received.receipt is not None
    assert received.receipt.note == "lunch"
    assert received.receipt.balance_after == euros(wallet, 500)
    assert received.receipt.viewer == "payee"
    assert not (await wallet.quote(ana.id, ben.id, euros(wallet, 1), key=uuid4())).first_time


async def test_a_business_pays_the_fee_and_the_payer_the_price(wallet: Wallet) -> None:
    """€10 to a café at 0.99 %: the payer pays €10.00, the café keeps €9.90."""
    ana, luna = await person(wallet, "Ana", 2000), await person(wallet, "Luna")
    cafe = await business(wallet, luna)
    quote = await wallet.quote(ana.id, cafe.id, euros(wallet, 1000), key=uuid4())
    assert (quote.total.minor, quote.fee.minor, quote.net.minor) == (1000, 10, 990)
    await wallet.confirm(quote.id, ana.id, PIN)
    assert (await wallet.balance(ana.id)).ledger.minor == 1000
    assert (await wallet.balance(cafe.id)).ledger.minor == 990
    income = next(a for a in await wallet.accounts() if a.kind == "fee_income")
    assert income.balance.minor == 10


async def test_confirming_fifty_times_at_once_pays_once(wallet: Wallet) -> None:
    """A storm of taps on one quote is one payment and fifty equal receipts."""
    ana, ben = await person(wallet, "Ana", 2000), await person(wallet, "Ben")
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4())
    receipts = await asyncio.gather(*(wallet.confirm(quote.id, ana.id, PIN) for _ in range(50)))
    assert {receipt.reference for receipt in receipts} == {receipts[0].reference}
    assert (await wallet.balance(ben.id)).ledger.minor == 500


async def test_a_key_used_for_another_request_is_a_conflict(wallet: Wallet) -> None:
    """The same deposit twice is one deposit; the same key with another amount is refused."""
    ana = await person(wallet, "Ana")
    key = uuid4()
    first = await wallet.deposit(ana.id, euros(wallet, 500), key=key, by="op", reason="cash")
    again = await wallet.deposit(ana.id, euros(wallet, 500), key=key, by="op", reason="cash")
    assert first.reference == again.reference
    with pytest.raises(KeyConflict):
        await wallet.deposit(ana.id, euros(wallet, 501), key=key, by="op", reason="cash")
    assert (await wallet.balance(ana.id)).ledger.minor == 500


async def test_an_expired_quote_pays_nothing(wallet: Wallet, clock: Clock) -> None:
    """After two minutes a quote is over."""
    ana, ben = await person(wallet, "Ana", 2000), await person(wallet, "Ben")
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4())
    clock.advance(seconds=120)
    with pytest.raises(QuoteExpired):
        await wallet.confirm(quote.id, ana.id, PIN)


async def test_three_wrong_pins_void_the_quote(wallet: Wallet) -> None:
    """The third wrong PIN ends the quote; the right one no longer helps it."""
    ana, ben = await person(wallet, "Ana", 2000), await person(wallet, "Ben")
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4())
    for tries_left, void in ((4, False), (3, False), (2, True)):
        with pytest.raises(WrongPin) as wrong:
            await wallet.confirm(quote.id, ana.id, "730164")
        assert (wrong.value.tries_left, wrong.value.quote_void) == (tries_left, void)
    with pytest.raises(QuoteClosed):
        await wallet.confirm(quote.id, ana.id, PIN)


async def test_a_cancelled_quote_pays_nothing_and_a_paid_one_stays_paid(wallet: Wallet) -> None:
    """Cancel and confirm exclude each other."""
    ana, ben = await person(wallet, "Ana", 2000), await person(wallet, "Ben")
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4())
    await wallet.cancel(quote.id, ana.id)
    with pytest.raises(QuoteClosed):
        await wallet.confirm(quote.id, ana.id, PIN)
    paid = await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4())
    await wallet.confirm(paid.id, ana.id, PIN)
    with pytest.raises(QuotePaid):
        await wallet.cancel(paid.id, ana.id)


async def test_refusals_come_before_the_pin(wallet: Wallet) -> None:
    """Too little money, oneself, more than allowed: said when quoting."""
    ana, ben = await person(wallet, "Ana", 200_000), await person(wallet, "Ben", 100)
    with pytest.raises(InsufficientFunds) as poor:
        await wallet.quote(ben.id, ana.id, euros(wallet, 101), key=uuid4())
    assert poor.value.available.minor == 100
    with pytest.raises(SelfPayment):
        await wallet.quote(ana.id, ana.id, euros(wallet, 1), key=uuid4())
    with pytest.raises(LimitExceeded) as limit:
        await wallet.quote(ana.id, ben.id, euros(wallet, 100_001), key=uuid4())
    assert (limit.value.limit, limit.value.opens_at) == ("per_payment", None)


async def test_a_daily_limit_opens_when_the_oldest_payment_is_a_day_old(wallet: Wallet, clock: Clock) -> None:
    """€2,000 a day: after two payments of €1,000 the next waits for the first one's birthday."""
    ana, ben = await person(wallet, "Ana", 500_000), await person(wallet, "Ben")
    for _ in range(2):
        quote = await wallet.quote(ana.id, ben.id, euros(wallet, 100_000), key=uuid4())
        await wallet.confirm(quote.id, ana.id, PIN)
        clock.advance(hours=1)
    with pytest.raises(LimitExceeded) as limit:
        await wallet.quote(ana.id, ben.id, euros(wallet, 1), key=uuid4())
    assert limit.value.limit == "day"
    assert limit.value.opens_at is not None
    clock.now = limit.value.opens_at
    assert await wallet.quote(ana.id, ben.id, euros(wallet, 1), key=uuid4())
