"""Holds: money set aside for somebody without a wallet is claimed or comes back, once, to the cent."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.conftest import PIN, Clock, business, euros, person
from tests.wallet.desk import Desk
from tests.wallet.outbox import tell_all
from wallet import (
    HoldClosed,
    HoldUnknown,
    InsufficientFunds,
    LimitExceeded,
    NoticeKind,
    NotRefundable,
    NotReversible,
    Party,
    PartyFrozen,
    PartyInvited,
    PartyUnknown,
    PaymentUnknown,
    Receipt,
    SelfPayment,
    Wallet,
    WalletSettings,
)
from wallet.orders import release_order

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.anyio

BY, WHY = "operator", "test"
DAY, WEEK = timedelta(days=1), timedelta(days=7)


async def aside(wallet: Wallet, payer: Party, payee: Party, cents: int, note: str = "lunch") -> Receipt:
    quote = await wallet.quote(payer.id, payee.id, euros(wallet, cents), note=note, key=uuid4())
    return await wallet.confirm(quote.id, payer.id, PIN)


async def minor(wallet: Wallet, party: Party) -> tuple[int, int]:
    """What may be paid with, and what is set aside."""
    balance = await wallet.balance(party.id)
    assert balance.ledger == balance.available + balance.set_aside
    return balance.available.minor, balance.set_aside.minor


@pytest.fixture
async def ana(wallet: Wallet) -> Party:
    return await person(wallet, "Ana", 10_000)


@pytest.fixture
async def newbie(wallet: Wallet) -> Party:
    return await wallet.invite("@newbie", key=uuid4())


@pytest.fixture
async def ben(wallet: Wallet) -> Party:
    return await person(wallet, "Ben")


async def test_an_invitation_is_one_party_and_becomes_a_wallet(wallet: Wallet) -> None:
    """The same key names the same party; opening it gives it the name its person has."""
    key = uuid4()
    invited = await wallet.invite("@newbie", key=key)
    assert (invited.status, invited.kind) == ("invited", "person")
    assert await wallet.invite("@Newbie", key=key) == invited
    opened = await wallet.open_person("Newbie", key=key)
    assert (opened.id, opened.name, opened.status) == (invited.id, "Newbie", "open")
    assert await wallet.invite("@newbie", key=key) == opened
    assert await wallet.open_person("Somebody", key=key) == opened


async def test_nothing_else_reaches_who_has_no_wallet(wallet: Wallet, newbie: Party, ana: Party) -> None:
    """No deposit, no payment of theirs, no business; freezing waits until there is something to freeze."""
    with pytest.raises(PartyInvited):
        await wallet.deposit(newbie.id, euros(wallet, 100), key=uuid4(), by=BY, reason=WHY)
    with pytest.raises(PartyInvited):
        await wallet.quote(newbie.id, ana.id, euros(wallet, 100), key=uuid4())
    with pytest.raises(PartyInvited):
        await wallet.open_business(newbie.id, "Shop", key=uuid4())
    with pytest.raises(PartyInvited):
        await wallet.freeze(newbie.id, by=BY, reason=WHY)
    assert (await wallet.party(newbie.id)).status == "invited"


async def test_a_quote_says_until_when_the_money_waits(wallet: Wallet, ana: Party, ben: Party, newbie: Party) -> None:
    """Seven days, free of charge; a payment to somebody with a wallet does not wait."""
    quote = await wallet.quote(ana.id, newbie.id, euros(wallet, 500), key=uuid4())
    assert quote.held_until == quote.expires_at - timedelta(seconds=120) + WEEK
    assert (quote.fee.minor, quote.balance_after.minor, quote.payee.status) == (0, 9500, "invited")
    assert (await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4())).held_until is None


async def test_money_set_aside_leaves_what_can_be_spent(wallet: Wallet, ana: Party, newbie: Party) -> None:
    """It is the payer's still, and cannot be spent; the receipt can be verified by the payer alone."""
    receipt = await aside(wallet, ana, newbie, 500)
    assert (receipt.kind, receipt.payer, receipt.payee) == ("hold", await wallet.party(ana.id), newbie)
    assert (receipt.viewer, receipt.note, receipt.balance_after.minor) == ("payer", "lunch", 9500)
    assert await wallet.receipt(receipt.payment_id, ana.id) == receipt
    assert await minor(wallet, ana) == (9500, 500)
    with pytest.raises(InsufficientFunds):
        await wallet.quote(ana.id, newbie.id, euros(wallet, 9501), key=uuid4())
    hold = await wallet.hold(receipt.payment_id)
    assert (hold.payer, hold.payee, hold.amount.minor, hold.state) == (receipt.payer, newbie, 500, "open")
    assert (hold.reference, hold.note, hold.expires_at) == (receipt.reference, "lunch", hold.created_at + WEEK)
    assert await wallet.open_holds_of(ana.id) == await wallet.open_holds_for(newbie.id) == (hold,)
    assert await wallet.open_holds() == (hold,)
    code = f"{receipt.reference} {receipt.seal}"
    assert (await wallet.verify(code, ana.id)).genuine
    assert (await wallet.verify(code)).genuine
    with pytest.raises(PaymentUnknown):
        await wallet.verify(code, newbie.id)


async def test_a_capture_reaches_who_claims(wallet: Wallet, ana: Party, ben: Party, newbie: Party) -> None:
    """Once, whoever it was addressed to; asked again, the same receipt; nobody else gets it any more."""
    hold_id = (await aside(wallet, ana, newbie, 500)).payment_id
    receipt = await wallet.capture(hold_id, ben.id)
    assert (receipt.kind, receipt.viewer, receipt.balance_after.minor) == ("capture", "payee", 500)
    assert (receipt.payer, receipt.payee) == (await wallet.party(ana.id), await wallet.party(ben.id))
    assert await wallet.capture(hold_id, ben.id) == receipt == await wallet.receipt(receipt.payment_id, ben.id)
    assert (await minor(wallet, ana), await minor(wallet, ben)) == ((9500, 0), (500, 0))
    hold = await wallet.hold(hold_id)
    assert (hold.state, hold.payee.name) == ("captured", "Ben")
    cleo = await person(wallet, "Cleo")
    for late in (wallet.capture(hold_id, cleo.id), wallet.cancel_hold(hold_id, ana.id)):
        with pytest.raises(HoldClosed) as refusal:
            await late
        assert refusal.value.state == "captured"
    code = f"{receipt.reference} {receipt.seal}"
    assert (await wallet.verify(code, ben.id)).genuine
    assert (await wallet.verify(code)).genuine
    assert (await wallet.reconcile()).clean


async def test_what_was_accepted_is_a_payment_between_the_two(
    wallet: Wallet, ana: Party, ben: Party, newbie: Party
) -> None:
    """Whoever it was for by name: the payer is told of no first time, and both histories name the other."""
    taken, refused = [(await aside(wallet, ana, newbie, 500)).payment_id for _ in range(2)]

    async def first_time(payer: Party, payee: Party) -> bool:
        return (await wallet.quote(payer.id, payee.id, euros(wallet, 1), key=uuid4())).first_time

    assert await first_time(ana, ben)
    await wallet.refuse_hold(refused, ben.id)
    assert await first_time(ana, ben)
    assert not any(line.paid for line in (await wallet.history(ana.id)).lines)
    await wallet.capture(taken, ben.id)
    assert not await first_time(ana, ben)
    assert await first_time(ana, newbie)
    assert [line.counterparty for line in (await wallet.history(ana.id)).lines if line.paid] == ["Ben"]
    assert [line.counterparty for line in (await wallet.history(ben.id)).lines if line.paid] == ["Ana"]
    assert await first_time(ben, ana)


async def test_what_comes_back_says_why(wallet: Wallet, clock: Clock, ana: Party, ben: Party, newbie: Party) -> None:
    """Taken back, refused or expired: all of it, once, and the same answer when asked again."""
    ids = [(await aside(wallet, ana, newbie, cents)).payment_id for cents in (500, 600, 700)]
    back = await wallet.cancel_hold(ids[0], ana.id)
    assert (back.kind, back.reason, back.viewer, back.balance_after.minor) == ("release", "cancelled", "payee", 8700)
    assert (back.payer, back.payee) == (newbie, await wallet.party(ana.id))
    assert await wallet.cancel_hold(ids[0], ana.id) == back == await wallet.receipt(back.payment_id, ana.id)
    refused = await wallet.refuse_hold(ids[1], ben.id)
    assert refused == await wallet.refuse_hold(ids[1], ben.id)
    assert refused.reason == "refused"
    assert await wallet.expire_holds() == 0
    clock.advance(days=7)
    assert (await wallet.expire_holds(), await wallet.expire_holds()) == (1, 0)
    assert [(await wallet.hold(hold_id)).state for hold_id in ids] == ["cancelled", "refused", "expired"]
    assert await minor(wallet, ana) == (10_000, 0)
    assert await wallet.open_holds_of(ana.id) == ()
    assert [line.counterparty for line in (await wallet.history(ana.id)).lines] == ["@newbie"] * 6 + [None]
    assert (await wallet.verify(f"{back.reference} {back.seal}")).genuine


async def test_only_who_may_claims_or_takes_back(wallet: Wallet, ana: Party, ben: Party, newbie: Party) -> None:
    """Not the payer, not a business, not somebody without a wallet; and only the payer takes it back."""
    cafe = await business(wallet, ben)
    hold_id = (await aside(wallet, ana, newbie, 500)).payment_id
    refused = (
        (wallet.capture(hold_id, ana.id), SelfPayment),
        (wallet.refuse_hold(hold_id, ana.id), SelfPayment),
        (wallet.capture(hold_id, newbie.id), PartyInvited),
        (wallet.capture(hold_id, cafe.id), PartyUnknown),
        (wallet.capture(hold_id, uuid4()), PartyUnknown),
        (wallet.capture(uuid4(), ben.id), HoldUnknown),
        (wallet.cancel_hold(hold_id, ben.id), HoldUnknown),
        (wallet.cancel_hold(uuid4(), ana.id), HoldUnknown),
        (wallet.hold(uuid4()), HoldUnknown),
    )
    for work, error in refused:
        with pytest.raises(error):
            await work
    assert await minor(wallet, ana) == (9500, 500)


async def test_a_freeze_stops_a_claim_and_never_a_return(
    wallet: Wallet, clock: Clock, ana: Party, ben: Party, newbie: Party
) -> None:
    """Whoever of the two is frozen; the payer's own money goes back to them all the same."""
    first, second = [(await aside(wallet, ana, newbie, 500)).payment_id for _ in range(2)]
    quote = await wallet.quote(ana.id, newbie.id, euros(wallet, 500), key=uuid4())
    for frozen, side in ((ben, "payee"), (ana, "payer")):
        await wallet.freeze(frozen.id, by=BY, reason=WHY)
        with pytest.raises(PartyFrozen) as refusal:
            await wallet.capture(first, ben.id)
        assert refusal.value.side == side
        if frozen is ben:
            await wallet.unfreeze(ben.id, by=BY, reason=WHY)
    with pytest.raises(PartyFrozen):
        await wallet.confirm(quote.id, ana.id, PIN)
    assert (await wallet.cancel_hold(first, ana.id)).reason == "cancelled"
    clock.advance(days=7)
    assert await wallet.expire_holds() == 1
    assert (await wallet.hold(second)).state == "expired"
    assert await minor(wallet, ana) == (10_000, 0)


async def test_who_opened_and_was_frozen_gets_nothing_set_aside(wallet: Wallet, ana: Party) -> None:
    """Between the card and the PIN the payee opened a wallet: it is set aside as shown, unless they were frozen."""
    key = uuid4()
    newbie = await wallet.invite("@newbie", key=key)
    quotes = [await wallet.quote(ana.id, newbie.id, euros(wallet, 500), key=uuid4()) for _ in range(2)]
    await wallet.open_person("Newbie", key=key)
    assert (await wallet.confirm(quotes[0].id, ana.id, PIN)).kind == "hold"
    assert [hold.payee.status for hold in await wallet.open_holds_for(newbie.id)] == ["open"]
    await wallet.freeze(newbie.id, by=BY, reason=WHY)
    with pytest.raises(PartyFrozen):
        await wallet.confirm(quotes[1].id, ana.id, PIN)
    assert (await wallet.reconcile()).clean


async def test_after_its_time_a_hold_is_not_captured(
    wallet: Wallet, clock: Clock, ana: Party, ben: Party, newbie: Party
) -> None:
    """Not even in the moment before the sweep; a microsecond before its time it still is."""
    first, second = [(await aside(wallet, ana, newbie, 500)).payment_id for _ in range(2)]
    clock.advance(days=7, microseconds=-1)
    await wallet.capture(first, ben.id)
    clock.advance(microseconds=1)
    with pytest.raises(HoldClosed) as refusal:
        await wallet.capture(second, ben.id)
    assert refusal.value.state == "expired"
    assert await wallet.expire_holds() == 1
    assert (await minor(wallet, ana), await minor(wallet, ben)) == ((9500, 0), (500, 0))


async def test_operators_can_neither_refund_nor_reverse_what_is_set_aside(
    wallet: Wallet, ana: Party, ben: Party, newbie: Party
) -> None:
    """A hold has its own ends; what leaves escrow otherwise would belong to nobody."""
    first, second = [await aside(wallet, ana, newbie, 500) for _ in range(2)]
    ended = [await wallet.capture(first.payment_id, ben.id), await wallet.cancel_hold(second.payment_id, ana.id)]
    third = await aside(wallet, ana, newbie, 500)
    for receipt in (first, third, *ended):
        with pytest.raises(NotRefundable):
            await wallet.refund(receipt.payment_id, key=uuid4(), by=BY, reason=WHY)
        with pytest.raises(NotReversible):
            await wallet.reverse(receipt.payment_id, key=uuid4(), by=BY, reason=WHY)
    assert (await wallet.reconcile()).clean


async def test_each_end_tells_those_whom_it_concerns(wallet: Wallet, clock: Clock, ana: Party, ben: Party) -> None:
    """The payer always; who claimed; and who could have claimed, if they have a wallet by then."""
    key, kind = uuid4(), NoticeKind
    newbie = await wallet.invite("@newbie", key=key)
    await tell_all(wallet, clock)

    async def now(*expected: tuple[UUID, NoticeKind, str]) -> None:
        told = await tell_all(wallet, clock)
        found = [(notice.recipient_id, notice.kind, notice.hold.state if notice.hold else "") for notice in told]
        assert sorted(found) == sorted(expected)
        for notice in told:
            assert (notice.receipt is None) == (notice.kind in (kind.HOLD_CAPTURED, kind.HOLD_GONE))

    async def held() -> UUID:
        hold_id = (await aside(wallet, ana, newbie, 500)).payment_id
        assert await wallet.due_notices() == ()  # the payer's own chat shows it
        await now((ana.id, kind.HOLD_PLACED, "open"))
        return hold_id

    await wallet.capture(await held(), ben.id)
    await now((ana.id, kind.HOLD_CAPTURED, "captured"), (ben.id, kind.PAYMENT_RECEIVED, "captured"))
    await wallet.cancel_hold(await held(), ana.id)
    await now((ana.id, kind.HOLD_RELEASED, "cancelled"))
    await wallet.open_person("Newbie", key=key)
    other = await wallet.invite("@other", key=uuid4())
    quote = await wallet.quote(ana.id, other.id, euros(wallet, 500), key=uuid4())
    await wallet.confirm(quote.id, ana.id, PIN)
    await now((ana.id, kind.HOLD_PLACED, "open"))
    await wallet.refuse_hold(quote.id, ben.id)
    await now((ana.id, kind.HOLD_RELEASED, "refused"))


@pytest.mark.parametrize("end", ["cancelled", "expired", "refused"])
async def test_a_payee_with_a_wallet_hears_that_it_is_gone(wallet: Wallet, clock: Clock, ana: Party, end: str) -> None:
    """Unless they refused it themselves; with the hold, and nothing of the payer's balance."""
    key = uuid4()
    newbie = await wallet.invite("@newbie", key=key)
    hold_id = (await aside(wallet, ana, newbie, 500)).payment_id
    await wallet.open_person("Newbie", key=key)
    await tell_all(wallet, clock)
    if end == "cancelled":
        await wallet.cancel_hold(hold_id, ana.id)
    elif end == "refused":
        await wallet.refuse_hold(hold_id, newbie.id)
    else:
        clock.advance(days=7)
        await wallet.expire_holds()
    told = [notice for notice in await tell_all(wallet, clock) if notice.recipient_id == newbie.id]
    assert [(notice.kind, notice.receipt, notice.reason) for notice in told] == (
        [] if end == "refused" else [(NoticeKind.HOLD_GONE, None, end)]
    )
    assert (await wallet.reconcile()).clean


async def test_the_payer_is_reminded_once_at_half_time(wallet: Wallet, clock: Clock, ana: Party, newbie: Party) -> None:
    """Not before, not of what ended, not again."""
    ended = (await aside(wallet, ana, newbie, 400)).payment_id
    hold_id = (await aside(wallet, ana, newbie, 500)).payment_id
    await wallet.cancel_hold(ended, ana.id)
    clock.advance(days=3.5, microseconds=-1)
    assert await wallet.holds_to_remind() == ()
    clock.advance(microseconds=1)
    (taken,) = await wallet.holds_to_remind()
    assert (taken.id, taken.reminded_at) == (hold_id, clock())
    clock.advance(microseconds=1)
    assert await wallet.holds_to_remind() == ()


async def test_the_operator_says_how_long_money_waits(settings: WalletSettings, clock: Clock) -> None:
    """As many days as set."""
    async with Wallet.open(settings.model_copy(update={"hold_days": 30}), clock=clock) as wallet:
        ana, newbie = await person(wallet, "Ana", 500), await wallet.invite("@newbie", key=uuid4())
        receipt = await aside(wallet, ana, newbie, 500)
        assert (await wallet.hold(receipt.payment_id)).expires_at == clock() + timedelta(days=30)


@pytest.fixture
def tight(settings: WalletSettings) -> WalletSettings:
    """50 a payment, 100 a day, 150 a month, three payments a day."""
    limits = {"limit_per_payment": 50, "limit_day": 100, "limit_month": 150, "limit_payments_a_day": 3}
    return settings.model_copy(update=limits)


async def test_limits_count_what_is_set_aside_and_forget_what_came_back(tight: WalletSettings, clock: Clock) -> None:
    """To the cent and to the payment, in the day and in the month; a captured hold stays counted."""
    async with Wallet.open(tight, clock=clock) as wallet:
        ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
        newbie = await wallet.invite("@newbie", key=uuid4())
        start = clock.now
        first, second = [(await aside(wallet, ana, newbie, 50)).payment_id for _ in range(2)]
        assert await refused(wallet, ana, ben, 1) == ("day", start + DAY)
        await wallet.capture(first, ben.id)
        assert await refused(wallet, ana, ben, 1) == ("day", start + DAY)
        clock.advance(hours=1)
        await wallet.cancel_hold(second, ana.id)
        assert await refused(wallet, ana, ben, 51) == ("per_payment", None)
        for _ in range(2):
            await aside(wallet, ana, ben, 20)
        assert await refused(wallet, ana, ben, 1) == ("payments_a_day", start + DAY)
        clock.advance(days=2)
        await aside(wallet, ana, newbie, 50)
        assert await refused(wallet, ana, ben, 11) == ("month", start + 30 * DAY)
        clock.advance(days=7)
        await wallet.expire_holds()
        await aside(wallet, ana, ben, 50)
        assert await refused(wallet, ana, ben, 11) == ("month", start + 30 * DAY)
        await tell_all(wallet, clock)
        assert (await wallet.reconcile()).clean


async def test_what_left_the_window_is_not_given_back_again(tight: WalletSettings, clock: Clock) -> None:
    """A hold of yesterday that comes back today makes no room for more than the limit today."""
    async with Wallet.open(tight, clock=clock) as wallet:
        ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
        newbie = await wallet.invite("@newbie", key=uuid4())
        yesterday = (await aside(wallet, ana, newbie, 50)).payment_id
        clock.advance(days=1)
        for _ in range(2):
            await aside(wallet, ana, ben, 50)
        await wallet.cancel_hold(yesterday, ana.id)
        assert await refused(wallet, ana, ben, 1) == ("day", clock.now + DAY)
        await tell_all(wallet, clock)
        assert (await wallet.reconcile()).clean


async def test_what_comes_back_makes_room_within_its_own_batch(tight: WalletSettings, clock: Clock) -> None:
    """A release and a payment that needs its room, settled in one transaction; in the other order there is none."""
    async with Wallet.open(tight, clock=clock) as wallet:
        ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
        newbie = await wallet.invite("@newbie", key=uuid4())
        quotes = [await wallet.quote(ana.id, ben.id, euros(wallet, 50), key=uuid4()) for _ in range(2)]
        first, second = [(await wallet._stored_quote(quote.id, ana.id)).order() for quote in quotes]
        held = [await wallet._stored_hold((await aside(wallet, ana, newbie, 50)).payment_id) for _ in range(2)]
        releases = [release_order(one, "cancelled", wallet.currency) for one in held]
        batches = [
            await asyncio.gather(*map(wallet._postings.submit, orders), return_exceptions=True)
            for orders in ((releases[0], first), (second, releases[1]))
        ]
        assert [[type(outcome) for outcome in batch] for batch in batches] == [
            [Receipt, Receipt],
            [LimitExceeded, Receipt],
        ]
        await tell_all(wallet, clock)
        assert (await wallet.reconcile()).clean


async def test_limits_that_were_bent_before_it_came_back_are_found(tight: WalletSettings, clock: Clock) -> None:
    """Reconciling counts what came back only for what was paid after it did."""
    async with Wallet.open(tight, clock=clock) as wallet:
        ana, newbie = await person(wallet, "Ana", 1000), await wallet.invite("@newbie", key=uuid4())
        generous = tight.model_copy(update={"limit_day": 150})
        async with Wallet.open(generous, clock=clock) as other:
            holds = [await aside(other, ana, newbie, 50) for _ in range(3)]
            await other.cancel_hold(holds[0].payment_id, ana.id)
        failed = [proof.name for proof in (await wallet.reconcile()).proofs if not proof.holds]
        assert failed == ["limits"]


async def refused(wallet: Wallet, payer: Party, payee: Party, cents: int) -> tuple[str, object]:
    with pytest.raises(LimitExceeded) as refusal:
        await wallet.quote(payer.id, payee.id, euros(wallet, cents), key=uuid4())
    return refusal.value.limit, refusal.value.opens_at


async def test_an_operator_sees_what_waits(wallet: Wallet, settings: WalletSettings, ana: Party, newbie: Party) -> None:
    """Who set it aside, for whom and until when; the books' own PIN and pepper stay out of it."""
    receipt = await aside(wallet, ana, newbie, 500)
    assert settings.database_url is not None
    desk = Desk(settings.database_url.get_secret_value())
    shown = await asyncio.to_thread(desk, "holds")
    assert shown.code == 0
    assert [word in shown.out for word in ("Ana", "@newbie", "lunch", "5.00", receipt.reference)] == [True] * 5
    (found,) = (await asyncio.to_thread(desk, "holds", "--json")).json
    assert (found["id"], found["state"], found["amount"]["minor"]) == (str(receipt.payment_id), "open", 500)
    refused = await asyncio.to_thread(
        desk, "deposit", str(newbie.id), "1.00", "--reason", "mistake", "--yes", "--by", "operator"
    )
    assert (refused.code, refused.refusal) == (
        1,
        "No money moved. @newbie has no wallet yet: money can only be set aside for them.",
    )
