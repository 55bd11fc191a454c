"""The straight line: quote, PIN, settlement, receipt, notices."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import AsyncMock
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
    QuoteUnknown,
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


async def test_a_quote_that_another_process_paid_meanwhile_gives_its_receipt(
    wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paid after we found it open and before the PIN was counted: the money has moved, and nothing says otherwise."""
    ana, ben = await person(wallet, "Ana", 2000), await person(wallet, "Ben")
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4())
    found_open = await wallet._stored_quote(quote.id, ana.id)
    paid = await wallet.confirm(quote.id, ana.id, PIN)
    monkeypatch.setattr(wallet, "_stored_quote", AsyncMock(return_value=found_open))
    assert await wallet.confirm(quote.id, ana.id, PIN) == paid
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
    """After two minutes a quote is over, and takes no PIN any more: a wrong one is not even counted."""
    ana, ben = await person(wallet, "Ana", 2000), await person(wallet, "Ben")
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4())
    clock.advance(seconds=120)
    for pin in (PIN, "730164"):
        with pytest.raises(QuoteExpired):
            await wallet.confirm(quote.id, ana.id, pin)
    assert (await wallet.pin_state(ana.id)).tries_left == 5


async def test_a_quote_that_expires_while_its_pin_is_looked_at_pays_nothing(
    wallet: Wallet, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was open when the PIN came; settling looks again, and the right PIN was no wrong one."""
    ana, ben = await person(wallet, "Ana", 2000), await person(wallet, "Ben")
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4())
    verify = wallet._verify

    async def slowly(*arguments: Any) -> None:
        await verify(*arguments)
        clock.advance(seconds=120)

    monkeypatch.setattr(wallet, "_verify", slowly)
    with pytest.raises(QuoteExpired):
        await wallet.confirm(quote.id, ana.id, PIN)
    assert (await wallet.balance(ana.id)).ledger.minor == 2000
    assert (await wallet.pin_state(ana.id)).tries_left == 5


async def test_a_quote_is_its_payers_alone(wallet: Wallet) -> None:
    """Eve, with her own PIN, can neither see, pay nor cancel what Ana was shown."""
    ana, ben, eve = await person(wallet, "Ana", 2000), await person(wallet, "Ben"), await person(wallet, "Eve", 2000)
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4())
    for attempt in (
        wallet.find_quote(quote.id, eve.id),
        wallet.confirm(quote.id, eve.id, PIN),
        wallet.cancel(quote.id, eve.id),
    ):
        with pytest.raises(QuoteUnknown):
            await attempt
    assert (await wallet.find_quote(quote.id, ana.id)).state == "open"


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


async def test_a_cancel_closes_one_open_quote_and_nothing_else(wallet: Wallet) -> None:
    """The payer's other quotes stay open; what was voided stays voided, so a repeated cancel hides nothing."""
    ana, ben = await person(wallet, "Ana", 2000), await person(wallet, "Ben")
    cancelled, void, other = [await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4()) for _ in range(3)]
    for _ in range(3):
        with pytest.raises(WrongPin):
            await wallet.confirm(void.id, ana.id, "730164")
    for quote in (cancelled, cancelled, void):
        await wallet.cancel(quote.id, ana.id)
    states = [(await wallet.find_quote(quote.id, ana.id)).state for quote in (cancelled, void, other)]
    assert states == ["cancelled", "voided", "open"]


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
