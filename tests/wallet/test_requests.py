"""Requests: asking moves nothing; what was asked for is paid by its payer's PIN, once, or not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.conftest import PIN, Clock, business, euros, person
from tests.wallet.outbox import tell_all
from tests.wallet.owner import as_owner
from wallet import (
    AmountOutOfRange,
    InsufficientFunds,
    KeyConflict,
    Money,
    NotAPayer,
    NoteTooLong,
    NoticeKind,
    Party,
    PartyFrozen,
    PartyInvited,
    PartyPending,
    PartyUnknown,
    QuoteClosed,
    Receipt,
    ReminderTooSoon,
    Request,
    RequestClosed,
    RequestUnknown,
    SelfPayment,
    TooManyRequests,
    Wallet,
    WalletError,
    WalletSettings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from wallet.values import RequestEnd

pytestmark = pytest.mark.anyio

BY, WHY = "operator", "test"
DAY, WEEK = timedelta(days=1), timedelta(days=7)


async def ask(wallet: Wallet, payee: Party, payer: Party, cents: int = 500, note: str = "cinema") -> Request:
    return await wallet.ask(payee.id, payer.id, euros(wallet, cents), note=note, key=uuid4())


async def answer(wallet: Wallet, request: Request) -> Receipt:
    quote = await wallet.quote_request(request.id, request.payer.id, key=uuid4())
    return await wallet.confirm(quote.id, request.payer.id, PIN)


async def minor(wallet: Wallet, *parties: Party) -> list[int]:
    return [(await wallet.balance(party.id)).ledger.minor for party in parties]


async def refused(work: Coroutine[Any, Any, object], state: RequestEnd) -> None:
    with pytest.raises(RequestClosed) as refusal:
        await work
    assert refusal.value.state == state


@pytest.fixture
async def ana(wallet: Wallet) -> Party:
    return await person(wallet, "Ana")


@pytest.fixture
async def ben(wallet: Wallet) -> Party:
    return await person(wallet, "Ben", 10_000)


async def test_asking_moves_nothing(wallet: Wallet, clock: Clock, ana: Party, ben: Party) -> None:
    """It is open for seven days, and both see it."""
    request = await ask(wallet, ana, ben)
    assert (request.payee, request.payer, request.amount.minor, request.note) == (ana, ben, 500, "cinema")
    assert (request.state, request.created_at, request.expires_at) == ("open", clock.now, clock.now + WEEK)
    assert (request.payment_id, request.reminded_at) == (None, None)
    assert await wallet.open_requests_of(ana.id) == await wallet.open_requests_to(ben.id) == (request,)
    assert await wallet.open_requests_of(ben.id) == await wallet.open_requests_to(ana.id) == ()
    assert await minor(wallet, ana, ben) == [0, 10_000]


async def test_asking_again_with_the_same_key_asks_once(wallet: Wallet, clock: Clock, ana: Party, ben: Party) -> None:
    """One request and one notice; other content under the key is refused, and the first stands."""
    key, money = uuid4(), euros(wallet, 500)
    request = await wallet.ask(ana.id, ben.id, money, note="cinema", key=key)
    assert request.id == key
    assert await wallet.ask(ana.id, ben.id, money, note=" cinema ", key=key) == request
    cleo = await person(wallet, "Cleo")
    for payee, payer, cents, note in (
        (ana, ben, 501, "cinema"),
        (ana, ben, 500, "film"),
        (ana, cleo, 500, "cinema"),
        (cleo, ben, 500, "cinema"),
    ):
        with pytest.raises(KeyConflict):
            await wallet.ask(payee.id, payer.id, euros(wallet, cents), note=note, key=key)
    assert await wallet.request(key) == request
    asked = [notice for notice in await tell_all(wallet, clock) if notice.kind is NoticeKind.REQUEST_RECEIVED]
    assert [(notice.recipient_id, notice.request) for notice in asked] == [(ben.id, request)]


async def test_what_was_asked_for_is_paid_with_the_payers_pin(wallet: Wallet, ana: Party, ben: Party) -> None:
    """Exactly that, as any payment; asked to confirm again, the same receipt."""
    request = await ask(wallet, ana, ben)
    quote = await wallet.quote_request(request.id, ben.id, key=uuid4())
    assert (quote.payer, quote.payee, quote.amount.minor, quote.note) == (ben, ana, 500, "cinema")
    assert (quote.request_id, quote.state) == (request.id, "open")
    assert (await wallet.request(request.id)).state == "open"
    receipt = await wallet.confirm(quote.id, ben.id, PIN)
    assert (receipt.kind, receipt.note) == ("payment", "cinema")
    assert await wallet.confirm(quote.id, ben.id, PIN) == receipt
    paid = await wallet.request(request.id)
    assert (paid.state, paid.payment_id) == ("paid", receipt.payment_id)
    assert await minor(wallet, ana, ben) == [500, 9500]
    assert await wallet.open_requests_of(ana.id) == await wallet.open_requests_to(ben.id) == ()
    assert (await wallet.reconcile()).clean


async def test_the_same_key_gives_the_same_quote(wallet: Wallet, ana: Party, ben: Party) -> None:
    """A quote that answers a request is another one than one that does not, or that answers another."""
    first, second = await ask(wallet, ana, ben), await ask(wallet, ana, ben)
    key = uuid4()
    quote = await wallet.quote_request(first.id, ben.id, key=key)
    assert await wallet.quote_request(first.id, ben.id, key=key) == quote
    with pytest.raises(KeyConflict):
        await wallet.quote_request(second.id, ben.id, key=key)
    with pytest.raises(KeyConflict):
        await wallet.quote(ben.id, ana.id, euros(wallet, 500), note="cinema", key=key)


async def test_a_payment_of_the_same_amount_answers_nothing(wallet: Wallet, ana: Party, ben: Party) -> None:
    """Only what was quoted for the request does."""
    request = await ask(wallet, ana, ben)
    quote = await wallet.quote(ben.id, ana.id, euros(wallet, 500), note="cinema", key=uuid4())
    await wallet.confirm(quote.id, ben.id, PIN)
    assert (await wallet.request(request.id)).state == "open"


async def test_a_request_is_paid_once(wallet: Wallet, ana: Party, ben: Party) -> None:
    """Two cards of the same request: the second PIN moves nothing."""
    request = await ask(wallet, ana, ben)
    quotes = [await wallet.quote_request(request.id, ben.id, key=uuid4()) for _ in range(2)]
    await wallet.confirm(quotes[0].id, ben.id, PIN)
    await refused(wallet.confirm(quotes[1].id, ben.id, PIN), "paid")
    await refused(wallet.quote_request(request.id, ben.id, key=uuid4()), "paid")
    assert await minor(wallet, ana, ben) == [500, 9500]


@pytest.mark.parametrize("end", ["declined", "cancelled", "expired"])
async def test_what_ended_is_not_paid(wallet: Wallet, clock: Clock, ana: Party, ben: Party, end: RequestEnd) -> None:
    """Not by a card that was shown before; not after another end came first; asked to end it so again, the same."""
    request = await ask(wallet, ana, ben)
    clock.advance(days=7, seconds=-1)
    quote = await wallet.quote_request(request.id, ben.id, key=uuid4())
    if end == "expired":
        clock.advance(seconds=1)
        await refused(wallet.confirm(quote.id, ben.id, PIN), end)  # also before the sweep
        assert (await wallet.expire_requests(), await wallet.expire_requests()) == (1, 0)
    ends: dict[str, Callable[[], Coroutine[Any, Any, Request]]] = {
        "declined": lambda: wallet.decline_request(request.id, ben.id),
        "cancelled": lambda: wallet.cancel_request(request.id, ana.id),
    }
    if end in ends:
        assert (await ends[end]()).state == end
        assert await ends[end]() == await wallet.request(request.id)
    await refused(wallet.confirm(quote.id, ben.id, PIN), end)
    await refused(wallet.quote_request(request.id, ben.id, key=uuid4()), end)
    for other, work in ends.items():
        if other != end:
            await refused(work(), end)
    await refused(wallet.remind(request.id, ana.id), end)
    assert (await wallet.request(request.id)).state == end
    assert await minor(wallet, ana, ben) == [0, 10_000]


async def test_a_paid_request_does_not_end_otherwise(wallet: Wallet, clock: Clock, ana: Party, ben: Party) -> None:
    """Nor is it open again after a refund: what was asked for was paid."""
    request = await ask(wallet, ana, ben)
    receipt = await answer(wallet, request)
    await refused(wallet.decline_request(request.id, ben.id), "paid")
    await refused(wallet.cancel_request(request.id, ana.id), "paid")
    clock.advance(days=7)
    assert await wallet.expire_requests() == 0
    await wallet.refund(receipt.payment_id, key=uuid4(), by=BY, reason=WHY)
    assert (await wallet.request(request.id)).state == "paid"
    await tell_all(wallet, clock)
    assert (await wallet.reconcile()).clean


async def test_only_whom_it_concerns_ends_it(wallet: Wallet, ana: Party, ben: Party) -> None:
    """The payer pays and declines; who asked cancels and reminds; for all others there is no such request."""
    request, cleo = await ask(wallet, ana, ben), await person(wallet, "Cleo", 1000)
    for work in (
        wallet.quote_request(request.id, cleo.id, key=uuid4()),
        wallet.quote_request(request.id, ana.id, key=uuid4()),
        wallet.decline_request(request.id, ana.id),
        wallet.decline_request(request.id, cleo.id),
        wallet.cancel_request(request.id, ben.id),
        wallet.cancel_request(request.id, cleo.id),
        wallet.remind(request.id, ben.id),
        wallet.request(uuid4()),
        wallet.quote_request(uuid4(), ben.id, key=uuid4()),
    ):
        with pytest.raises(RequestUnknown):
            await work
    assert await wallet.request(request.id) == request


async def test_a_business_asks_by_its_owner(wallet: Wallet, clock: Clock, ana: Party, ben: Party) -> None:
    """The owner cancels and is told; paid, the business pays its fee as always."""
    cafe = await business(wallet, ana)
    request = await ask(wallet, cafe, ben, 1000)
    assert request.asker_id == ana.id
    assert await wallet.open_requests_of(ana.id) == (request,)
    quote = await wallet.quote_request(request.id, ben.id, key=uuid4())
    assert quote.fee.minor == 10
    other = await ask(wallet, cafe, ben, 1000)
    assert (await wallet.cancel_request(other.id, ana.id)).state == "cancelled"
    declined = await ask(wallet, cafe, ben, 1000)
    await wallet.decline_request(declined.id, ben.id)
    told = [notice for notice in await tell_all(wallet, clock) if notice.kind is NoticeKind.REQUEST_DECLINED]
    assert [(notice.recipient_id, notice.party.id) for notice in told] == [(ana.id, cafe.id)]


async def test_who_may_not_ask_or_be_asked(wallet: Wallet, ana: Party, ben: Party) -> None:
    """Nothing is kept, and nobody is told."""
    cafe = await business(wallet, ana)
    pending = await wallet.open_business(ana.id, "Pending", key=uuid4())
    invited = await wallet.invite("@newbie", key=uuid4())
    cases: list[tuple[Coroutine[Any, Any, object], type[WalletError]]] = [
        (ask(wallet, ana, ana), SelfPayment),
        (ask(wallet, cafe, ana), SelfPayment),
        (ask(wallet, ben, cafe), NotAPayer),
        (ask(wallet, pending, ben), PartyPending),
        (ask(wallet, invited, ben), PartyInvited),
        (wallet.ask(ana.id, uuid4(), euros(wallet, 1), key=uuid4()), PartyUnknown),
        (wallet.ask(uuid4(), ben.id, euros(wallet, 1), key=uuid4()), PartyUnknown),
        (ask(wallet, ana, ben, 0), AmountOutOfRange),
        (ask(wallet, ana, ben, note="x" * 141), NoteTooLong),
    ]
    for work, error in cases:
        with pytest.raises(error):
            await work
    await wallet.freeze(ana.id, by=BY, reason=WHY)
    with pytest.raises(PartyFrozen) as refusal:
        await ask(wallet, ana, ben)
    assert refusal.value.side == "payee"
    assert await wallet.open_requests_to(ben.id) == ()


async def test_paying_is_refused_as_any_payment_is(wallet: Wallet, ana: Party, ben: Party) -> None:
    """For want of money, or of a thawed account; the request stays open."""
    dear = await ask(wallet, ana, ben, 10_001)
    with pytest.raises(InsufficientFunds):
        await wallet.quote_request(dear.id, ben.id, key=uuid4())
    request = await ask(wallet, ana, ben)
    quote = await wallet.quote_request(request.id, ben.id, key=uuid4())
    await wallet.freeze(ana.id, by=BY, reason=WHY)
    with pytest.raises(PartyFrozen):
        await wallet.confirm(quote.id, ben.id, PIN)
    await wallet.unfreeze(ana.id, by=BY, reason=WHY)
    await wallet.confirm(quote.id, ben.id, PIN)
    assert (await wallet.request(request.id)).state == "paid"


async def test_a_frozen_person_gives_nothing_up(wallet: Wallet, ana: Party, ben: Party) -> None:
    """Whoever found her phone cannot tell others that they owe her nothing."""
    request = await ask(wallet, ana, ben)
    await wallet.freeze(ana.id, by=BY, reason=WHY)
    with pytest.raises(PartyFrozen):
        await wallet.cancel_request(request.id, ana.id)
    assert (await wallet.request(request.id)).state == "open"


async def test_a_frozen_person_can_be_asked(wallet: Wallet, ana: Party, ben: Party) -> None:
    """That they are frozen is not the asker's to know."""
    await wallet.freeze(ben.id, by=BY, reason=WHY)
    assert (await ask(wallet, ana, ben)).state == "open"


async def test_who_has_no_wallet_yet_can_be_asked(wallet: Wallet, clock: Clock, ana: Party) -> None:
    """They hear nothing, since there is no chat to tell them in; once they have a wallet, it is there to be paid."""
    key = uuid4()
    newbie = await wallet.invite("@newbie", key=key)
    request = await ask(wallet, ana, newbie)
    clock.advance(days=1)
    with pytest.raises(PartyInvited) as refusal:
        await wallet.remind(request.id, ana.id)
    assert refusal.value.side == "payer"
    cancelled = await ask(wallet, ana, newbie)
    await wallet.cancel_request(cancelled.id, ana.id)
    assert await tell_all(wallet, clock) == []
    with pytest.raises(PartyInvited):
        await wallet.quote_request(request.id, newbie.id, key=uuid4())
    await wallet.open_person("Newbie", key=key)
    await wallet.set_pin(newbie.id, PIN)
    await wallet.deposit(newbie.id, euros(wallet, 500), key=uuid4(), by=BY, reason=WHY)
    (found,) = await wallet.open_requests_to(newbie.id)
    await answer(wallet, found)
    assert await minor(wallet, ana, newbie) == [500, 0]


async def test_who_was_asked_by_name_claims_the_request(wallet: Wallet, clock: Clock, ana: Party, ben: Party) -> None:
    """They are its payer from then on, once; a request to somebody with a wallet is nobody else's to claim."""
    invited, cleo = await wallet.invite("@ben", key=uuid4()), await person(wallet, "Cleo", 1000)
    request = await ask(wallet, ana, invited)
    claimed = await wallet.claim_request(request.id, ben.id)
    assert claimed.payer == ben
    assert await wallet.claim_request(request.id, ben.id) == claimed
    assert await wallet.open_requests_to(invited.id) == ()
    with pytest.raises(RequestUnknown):
        await wallet.claim_request(request.id, cleo.id)
    await answer(wallet, claimed)
    assert await minor(wallet, ana, ben) == [500, 9500]
    await tell_all(wallet, clock)
    assert (await wallet.reconcile()).clean


async def test_asked_again_after_the_claim_it_is_the_same_request(wallet: Wallet, ana: Party, ben: Party) -> None:
    """Whoever did not see the answer repeats the key: the request is there, to whoever claimed it meanwhile."""
    somebody, key = await wallet.invite("@ben", key=uuid4()), uuid4()
    asked = await wallet.ask(ana.id, somebody.id, euros(wallet, 100), key=key)
    claimed = await wallet.claim_request(asked.id, ben.id)
    assert await wallet.ask(ana.id, somebody.id, euros(wallet, 100), key=key) == claimed
    with pytest.raises(KeyConflict):
        await wallet.ask(ana.id, somebody.id, euros(wallet, 101), key=key)


async def test_the_same_key_asks_nobody_else(wallet: Wallet, ana: Party, ben: Party) -> None:
    """Whoever it asked first, with a wallet or without one, before a claim and after it."""
    nina, zoe = [await wallet.invite(name, key=uuid4()) for name in ("@nina", "@zoe")]
    to_ben, to_nina = uuid4(), uuid4()
    await wallet.ask(ana.id, ben.id, euros(wallet, 100), key=to_ben)
    with pytest.raises(KeyConflict):
        await wallet.ask(ana.id, nina.id, euros(wallet, 100), key=to_ben)
    await wallet.ask(ana.id, nina.id, euros(wallet, 100), key=to_nina)
    for _ in range(2):
        for somebody_else in (zoe, ben):
            with pytest.raises(KeyConflict):
                await wallet.ask(ana.id, somebody_else.id, euros(wallet, 100), key=to_nina)
        await wallet.claim_request(to_nina, ben.id)


async def test_not_everybody_can_claim(wallet: Wallet, ana: Party, ben: Party) -> None:
    """Not who asked, not a business, not somebody without a wallet; and not what is over."""
    invited, other = [await wallet.invite(name, key=uuid4()) for name in ("@newbie", "@other")]
    cafe = await business(wallet, ben)
    request = await ask(wallet, ana, invited)
    for work, error in (
        (wallet.claim_request(request.id, ana.id), SelfPayment),
        (wallet.claim_request(request.id, cafe.id), PartyUnknown),
        (wallet.claim_request(request.id, other.id), PartyInvited),
        (wallet.claim_request(uuid4(), ben.id), RequestUnknown),
    ):
        with pytest.raises(error):
            await work
    await wallet.cancel_request(request.id, ana.id)
    await refused(wallet.claim_request(request.id, ben.id), "cancelled")


async def test_a_day_holds_so_many_requests(settings: WalletSettings, clock: Clock) -> None:
    """Whatever became of them, and whichever business asks; the refusal says when there is room again."""
    tight = settings.model_copy(update={"limit_requests_a_day": 3})
    async with Wallet.open(tight, clock=clock) as wallet:
        ana, ben = await person(wallet, "Ana"), await person(wallet, "Ben")
        cafe = await business(wallet, ana)
        await wallet.cancel_request((await ask(wallet, ana, ben)).id, ana.id)
        clock.advance(hours=1)
        for payee in (cafe, ana):
            await wallet.decline_request((await ask(wallet, payee, ben)).id, ben.id)
        for payee in (ana, cafe):
            with pytest.raises(TooManyRequests) as refusal:
                await ask(wallet, payee, ben)
            assert (refusal.value.limit, refusal.value.allowed) == ("day", 3)
            assert refusal.value.opens_at == clock.now + timedelta(hours=23)
        clock.advance(hours=23, microseconds=-1)
        with pytest.raises(TooManyRequests):
            await ask(wallet, ana, ben)
        clock.advance(microseconds=1)
        await ask(wallet, ana, ben)
        with pytest.raises(TooManyRequests):
            await ask(wallet, ana, ben)


async def test_three_requests_may_be_open_to_one_person(wallet: Wallet, ana: Party, ben: Party) -> None:
    """From somebody and their businesses together; a fourth waits for one to end; others are asked freely."""
    cafe, cleo = await business(wallet, ana), await person(wallet, "Cleo")
    first = await ask(wallet, ana, ben)
    for payee in (cafe, ana):
        await ask(wallet, payee, ben)
    for payee in (cafe, ana):
        with pytest.raises(TooManyRequests) as refusal:
            await ask(wallet, payee, ben)
        assert (refusal.value.limit, refusal.value.allowed, refusal.value.opens_at) == ("open", 3, None)
    await ask(wallet, ana, cleo)
    await ask(wallet, cleo, ben)
    again = await wallet.ask(ana.id, ben.id, first.amount, note=first.note, key=first.id)
    assert again == first
    await wallet.decline_request(first.id, ben.id)
    await ask(wallet, ana, ben)


async def test_the_payer_is_reminded_once_a_day(wallet: Wallet, clock: Clock, ana: Party, ben: Party) -> None:
    """Only if whoever asked says so, and not within a day of asking."""
    request = await ask(wallet, ana, ben)
    await tell_all(wallet, clock)
    asked_at = request.created_at
    clock.now = asked_at + DAY - timedelta(microseconds=1)
    with pytest.raises(ReminderTooSoon) as refusal:
        await wallet.remind(request.id, ana.id)
    assert refusal.value.opens_at == asked_at + DAY
    clock.advance(microseconds=1)
    reminded = await wallet.remind(request.id, ana.id)
    assert reminded.reminded_at == clock.now
    clock.advance(microseconds=1)
    with pytest.raises(ReminderTooSoon) as refusal:
        await wallet.remind(request.id, ana.id)
    assert refusal.value.opens_at == reminded.reminded_at + DAY
    told = await tell_all(wallet, clock)
    assert [(notice.recipient_id, notice.kind, notice.request) for notice in told] == [
        (ben.id, NoticeKind.REQUEST_REMINDED, reminded)
    ]
    clock.advance(days=7)
    await refused(wallet.remind(request.id, ana.id), "expired")  # also before the sweep


async def test_each_end_tells_the_other_side(wallet: Wallet, clock: Clock, ana: Party, ben: Party) -> None:
    """With the request as it stands; what paid it says that it did."""
    await tell_all(wallet, clock)
    kind = NoticeKind

    async def now(*expected: tuple[Party, NoticeKind, str]) -> None:
        told = await tell_all(wallet, clock)
        found = [(notice.recipient_id, notice.kind, notice.request and notice.request.state) for notice in told]
        assert sorted(found, key=str) == sorted([(party.id, *rest) for party, *rest in expected], key=str)

    async def asked() -> Request:
        request = await ask(wallet, ana, ben)
        await now((ben, kind.REQUEST_RECEIVED, "open"))
        return request

    await answer(wallet, await asked())
    await now((ben, kind.PAYMENT_SENT, "paid"), (ana, kind.PAYMENT_RECEIVED, "paid"))
    await wallet.decline_request((await asked()).id, ben.id)
    await now((ana, kind.REQUEST_DECLINED, "declined"))
    await wallet.cancel_request((await asked()).id, ana.id)
    await now((ben, kind.REQUEST_CANCELLED, "cancelled"))
    await asked()
    clock.advance(days=7)
    await wallet.expire_requests()
    await now((ana, kind.REQUEST_EXPIRED, "expired"))


async def test_a_quote_bent_to_answer_another_request_is_void(
    wallet: Wallet, settings: WalletSettings, ana: Party, ben: Party
) -> None:
    """Which request the PIN answers is in the quote's code."""
    first, second = await ask(wallet, ana, ben), await ask(wallet, ana, ben)
    quote = await wallet.quote_request(first.id, ben.id, key=uuid4())
    as_owner(settings, "UPDATE wallet.quotes SET request_id = :other", other=second.id)
    with pytest.raises(QuoteClosed):
        await wallet.confirm(quote.id, ben.id, PIN)
    assert await minor(wallet, ana, ben) == [0, 10_000]


async def test_the_operator_says_how_long_a_request_is_open(settings: WalletSettings, clock: Clock) -> None:
    """As many days as set."""
    async with Wallet.open(settings.model_copy(update={"request_days": 30}), clock=clock) as wallet:
        request = await ask(wallet, await person(wallet, "Ana"), await person(wallet, "Ben"))
        assert request.expires_at == clock.now + timedelta(days=30)
        assert request.amount == Money(500, wallet.currency)
