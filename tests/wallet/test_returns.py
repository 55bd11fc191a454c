"""Refunds and reversals: exact to the cent with the fee pro rata, recorded, and told to both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import PIN, Clock, business, euros, person
from wallet import BadReason, KeyConflict, NotRefundable, Party, Receipt, Wallet, WalletSettings
from wallet.fees import Tariff, round_half_even

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

BY, WHY = "operator", "burnt toast"


async def paid(wallet: Wallet, payer: Party, payee: Party, cents: int) -> Receipt:
    quote = await wallet.quote(payer.id, payee.id, euros(wallet, cents), key=uuid4())
    return await wallet.confirm(quote.id, payer.id, PIN)


@pytest.fixture
async def dear(settings: WalletSettings, clock: Clock) -> AsyncIterator[Wallet]:
    """A wallet whose fee is large enough to be split in many ways."""
    tariff = Tariff.parse("12.5% + 3")
    async with Wallet.open(
        settings.model_copy(update={"tariff": tariff, "limit_payments_a_day": 999}), clock=clock
    ) as wallet:
        yield wallet


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amount=st.integers(1, 60), parts=st.lists(st.integers(1, 25), max_size=6))
async def test_partial_refunds_return_amount_and_fee_exactly(dear: Wallet, amount: int, parts: list[int]) -> None:
    """After each part the fee returned is pro rata to the nearest cent; after the last everything is back."""
    ana, luna = await person(dear, "Ana", amount), await person(dear, "Luna", pin=None)
    cafe = await business(dear, luna)
    receipt = await paid(dear, ana, cafe, amount)
    given_back = fee_back = 0
    for wanted in (*parts, amount):
        if (part := min(wanted, amount - given_back)) == 0:
            break
        refund = await dear.refund(receipt.payment_id, euros(dear, part), key=uuid4(), by=BY, reason=WHY)
        given_back, fee_back = given_back + part, fee_back + refund.fee.minor
        assert fee_back == round_half_even(receipt.fee.minor * given_back, amount)
        assert (await dear.balance(ana.id)).ledger.minor == given_back
        assert (await dear.balance(cafe.id)).ledger.minor == amount - given_back - (receipt.fee.minor - fee_back)
    with pytest.raises(NotRefundable) as refusal:
        await dear.refund(receipt.payment_id, key=uuid4(), by=BY, reason=WHY)
    assert refusal.value.refundable.minor == 0


async def test_a_refusal_says_how_much_is_left(wallet: Wallet) -> None:
    """Too much, and what would fit."""
    ana, ben = await person(wallet, "Ana", 100), await person(wallet, "Ben")
    receipt = await paid(wallet, ana, ben, 100)
    await wallet.refund(receipt.payment_id, euros(wallet, 30), key=uuid4(), by=BY, reason=WHY)
    with pytest.raises(NotRefundable) as refusal:
        await wallet.refund(receipt.payment_id, euros(wallet, 71), key=uuid4(), by=BY, reason=WHY)
    assert refusal.value.refundable == euros(wallet, 70)


async def test_the_same_key_refunds_once(wallet: Wallet) -> None:
    """Asked again: the same receipt, also for 'all that is left'. Another amount under it is a conflict."""
    ana, ben, key = await person(wallet, "Ana", 100), await person(wallet, "Ben"), uuid4()
    receipt = await paid(wallet, ana, ben, 100)
    first = await wallet.refund(receipt.payment_id, key=key, by=BY, reason=WHY)
    assert await wallet.refund(receipt.payment_id, key=key, by=BY, reason=WHY) == first
    with pytest.raises(KeyConflict):
        await wallet.refund(receipt.payment_id, euros(wallet, 100), key=key, by=BY, reason=WHY)
    with pytest.raises(KeyConflict):
        await wallet.reverse(receipt.payment_id, key=key, by=BY, reason=WHY)
    assert (await wallet.balance(ana.id)).ledger.minor == 100


async def test_a_refund_reads_right_from_both_sides(wallet: Wallet) -> None:
    """The café returns the price and gets its fee back; the guest gets the price; the payment knows what is back."""
    ana, luna = await person(wallet, "Ana", 1000), await person(wallet, "Luna")
    cafe = await business(wallet, luna)
    payment = await paid(wallet, ana, cafe, 1000)
    refund = await wallet.refund(payment.payment_id, euros(wallet, 500), key=uuid4(), by=BY, reason=WHY)
    assert (refund.kind, refund.viewer, refund.note) == ("refund", "payer", WHY)
    assert (refund.payer, refund.payee) == (cafe, ana)
    assert (refund.amount.minor, refund.fee.minor, refund.balance_after.minor) == (500, 5, 495)
    theirs = await wallet.receipt(refund.payment_id, ana.id)
    assert (theirs.viewer, theirs.balance_after.minor) == ("payee", 500)
    assert (await wallet.receipt(payment.payment_id, ana.id)).refunded.minor == 500
    assert await wallet.receipt(refund.payment_id, cafe.id) == refund


async def test_returns_are_recorded_with_who_and_why(wallet: Wallet) -> None:
    """An act for each; none for what was refused."""
    ana, ben = await person(wallet, "Ana", 100), await person(wallet, "Ben")
    payment = await paid(wallet, ana, ben, 100)
    before = len(await wallet.acts())
    refund = await wallet.refund(payment.payment_id, euros(wallet, 1), key=uuid4(), by=BY, reason=WHY)
    with pytest.raises(NotRefundable):
        await wallet.refund(payment.payment_id, euros(wallet, 100), key=uuid4(), by=BY, reason=WHY)
    acts = await wallet.acts()
    assert len(acts) == before + 1
    assert (acts[0].actor, acts[0].verb, acts[0].subject_id, acts[0].reason) == (BY, "refund", refund.payment_id, WHY)
    for by, reason in (("", WHY), (BY, " ")):
        with pytest.raises(BadReason):
            await wallet.refund(payment.payment_id, key=uuid4(), by=by, reason=reason)
