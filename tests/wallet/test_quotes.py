"""Quotes: all that the payer is shown, and all that is refused before a PIN is asked for."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.conftest import PIN, Clock, business, euros, person
from wallet import (
    InsufficientFunds,
    KeyConflict,
    NotAPayer,
    NoteTooLong,
    PartyFrozen,
    PartyPending,
    Quote,
    QuoteClosed,
    QuoteExpired,
    QuoteUnknown,
    SelfPayment,
    Wallet,
    WalletError,
)

if TYPE_CHECKING:
    from wallet import Party

pytestmark = pytest.mark.anyio

BY, WHY = "operator", "a question"


async def refusal(wallet: Wallet, payer: Party, payee: Party, cents: int = 1) -> WalletError:
    with pytest.raises(WalletError) as refused:
        await wallet.quote(payer.id, payee.id, euros(wallet, cents), key=uuid4())
    return refused.value


async def test_a_quote_says_all_that_the_pin_will_confirm(wallet: Wallet, clock: Clock) -> None:
    """Who pays whom, how much, the fee, the note, what is left, until when; and the receipt says the same."""
    ana, luna = await person(wallet, "Ana", 2000), await person(wallet, "Luna")
    cafe = await business(wallet, luna)
    quote = await wallet.quote(ana.id, cafe.id, euros(wallet, 1000), note="cake", key=uuid4())
    assert quote == Quote(
        id=quote.id,
        payer=ana,
        payee=cafe,
        amount=euros(wallet, 1000),
        fee=euros(wallet, 10),
        note="cake",
        first_time=True,
        balance_after=euros(wallet, 1000),
        state="open",
        expires_at=clock.now + timedelta(seconds=120),
    )
    assert (quote.payee.owner_id, quote.payee.status, quote.payer.status) == (luna.id, "open", "open")
    assert await wallet.find_quote(quote.id, ana.id) == quote
    paid = await wallet.confirm(quote.id, ana.id, PIN)
    assert (paid.payer, paid.payee, paid.amount, paid.fee, paid.note) == (
        quote.payer,
        quote.payee,
        quote.amount,
        quote.fee,
        quote.note,
    )


async def test_the_first_time_is_said_until_it_is_over(wallet: Wallet) -> None:
    """A payment to this payee ends it; one from them, one to somebody else, and a return of theirs do not."""
    ana, ben, eve = [await person(wallet, name, 1000) for name in ("Ana", "Ben", "Eve")]

    async def shown(payer: Party, payee: Party) -> Quote:
        return await wallet.quote(payer.id, payee.id, euros(wallet, 100), key=uuid4())

    for payer, payee in ((ben, ana), (eve, ben), (ana, eve)):
        other = await shown(payer, payee)
        assert other.first_time
        await wallet.confirm(other.id, payer.id, PIN)
    await wallet.refund(other.id, key=uuid4(), by=BY, reason=WHY)
    assert (await shown(eve, ana)).first_time
    first, second = await shown(ana, ben), await shown(ana, ben)
    await wallet.confirm(first.id, ana.id, PIN)
    times = [(await wallet.find_quote(quote.id, ana.id)).first_time for quote in (first, second)]
    assert times == [True, False]


async def test_one_key_is_one_quote(wallet: Wallet) -> None:
    """Asked again, even at once, it is the same one; with anything else under the key it is a conflict."""
    ana, ben, eve = [await person(wallet, name, 1000) for name in ("Ana", "Ben", "Eve")]
    key = uuid4()
    asked: dict[str, Any] = {"payer_id": ana.id, "payee_id": ben.id, "amount": euros(wallet, 5), "note": "tea"}
    first, *others = await asyncio.gather(*(wallet.quote(**asked, key=key) for _ in range(5)))
    assert others == [first] * 4
    for change in ({"payer_id": eve.id}, {"payee_id": eve.id}, {"amount": euros(wallet, 6)}, {"note": "Tea"}):
        with pytest.raises(KeyConflict) as conflict:
            await wallet.quote(**asked | change, key=key)
        assert conflict.value.key == key
    assert await wallet.quote(**asked, key=key) == first


async def test_who_may_not_pay_or_be_paid_is_said_by_name(wallet: Wallet) -> None:
    """Before any card is shown, and for the right side."""
    ana, ben, luna = [await person(wallet, name, 1000) for name in ("Ana", "Ben", "Luna")]
    cafe = await business(wallet, luna)
    pending = await wallet.open_business(luna.id, "Bar Luna", key=uuid4())
    assert type(await refusal(wallet, cafe, ana)) is NotAPayer
    assert [type(await refusal(wallet, luna, payee)) for payee in (luna, cafe)] == [SelfPayment, SelfPayment]
    waiting = await refusal(wallet, ana, pending)
    assert isinstance(waiting, PartyPending)
    assert (waiting.side, waiting.name) == ("payee", "Bar Luna")
    await wallet.freeze(ben.id, by=BY, reason=WHY)
    for payer, payee, side in ((ana, ben, "payee"), (ben, ana, "payer")):
        frozen = await refusal(wallet, payer, payee)
        assert isinstance(frozen, PartyFrozen)
        assert (frozen.side, frozen.name) == (side, "Ben")


async def test_what_is_there_may_be_asked_for_and_no_more(wallet: Wallet) -> None:
    """The refusal says what there is and what was asked for."""
    ana, ben = await person(wallet, "Ana", 100), await person(wallet, "Ben")
    poor = await refusal(wallet, ana, ben, 101)
    assert isinstance(poor, InsufficientFunds)
    assert (poor.available, poor.needed) == (euros(wallet, 100), euros(wallet, 101))
    everything = await wallet.quote(ana.id, ben.id, euros(wallet, 100), key=uuid4())
    assert everything.balance_after == euros(wallet, 0)


async def test_a_note_has_140_characters_that_are_seen(wallet: Wallet) -> None:
    """White space is one space, and what is not seen does not count."""
    ana, ben = await person(wallet, "Ana", 100), await person(wallet, "Ben")
    longest = "x" * 70 + " " + "y" * 69
    spaced = longest.replace(" ", " \t\u202e\n ")
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 1), note=spaced, key=uuid4())
    assert quote.note == longest
    with pytest.raises(NoteTooLong) as refused:
        await wallet.quote(ana.id, ben.id, euros(wallet, 1), note=longest + "z", key=uuid4())
    assert refused.value.limit == 140


async def test_a_quote_that_is_over_says_why(wallet: Wallet, clock: Clock) -> None:
    """Cancelled; open to the last moment, then expired, and since when; or not there at all."""
    ana, ben = await person(wallet, "Ana", 100), await person(wallet, "Ben")
    cancelled, late, in_time = [await wallet.quote(ana.id, ben.id, euros(wallet, 1), key=uuid4()) for _ in range(3)]
    await wallet.cancel(cancelled.id, ana.id)
    with pytest.raises(QuoteClosed) as closed:
        await wallet.confirm(cancelled.id, ana.id, PIN)
    assert closed.value.state == "cancelled"
    clock.now = in_time.expires_at - timedelta(microseconds=1)
    await wallet.confirm(in_time.id, ana.id, PIN)
    clock.now = late.expires_at
    with pytest.raises(QuoteExpired) as expired:
        await wallet.confirm(late.id, ana.id, PIN)
    assert expired.value.at == late.expires_at
    for verb in (wallet.find_quote, wallet.cancel):
        with pytest.raises(QuoteUnknown):
            await verb(uuid4(), ana.id)
