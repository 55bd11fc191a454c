"""Splits: people join, everybody is asked for a share, and the shares add up to the total whatever becomes of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from tests.conftest import PIN, Clock, business, euros, person
from tests.wallet.outbox import tell_all
from wallet import (
    AmountOutOfRange,
    Currency,
    KeyConflict,
    Money,
    NotAPayer,
    NoteTooLong,
    NoticeKind,
    Part,
    PartsUnequalTotal,
    Party,
    PartyFrozen,
    PartyInvited,
    ReminderTooSoon,
    RequestClosed,
    Split,
    SplitClosed,
    SplitEmpty,
    SplitFull,
    SplitTooSmall,
    SplitUnknown,
    TooManyRequests,
    Wallet,
    WalletError,
    WalletSettings,
    WrongCurrency,
    shares,
)
from wallet.shares import MAX_PEOPLE

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from wallet.values_splits import Way

pytestmark = pytest.mark.anyio

FLAT = UUID(int=1)


async def started(wallet: Wallet, starter: Party, cents: int = 9000, *parts: Part, **facts: Any) -> Split:
    amount = euros(wallet, cents)
    return await wallet.start_split(starter.id, FLAT, amount, note="dinner", parts=parts, key=uuid4(), **facts)


async def asked(wallet: Wallet, starter: Party, *others: Party, cents: int = 9000) -> Split:
    """Everybody is in and was asked."""
    return await started(wallet, starter, cents, *(Part(other.id) for other in others))


async def pay(wallet: Wallet, split: Split, payer: Party) -> None:
    share = split.share_of(payer.id)
    assert share is not None
    assert share.request is not None
    quote = await wallet.quote_request(share.request.id, payer.id, key=uuid4())
    await wallet.confirm(quote.id, payer.id, PIN)


def cents_of(split: Split) -> list[int]:
    return [share.amount.minor for share in split.shares]


async def told(wallet: Wallet, clock: Clock) -> list[tuple[NoticeKind, UUID]]:
    """Deliver everything there is: which requests are spoken of, and to whom."""
    found = [(notice.kind, notice.recipient_id) for notice in await tell_all(wallet, clock)]
    return [(kind, who) for kind, who in found if kind.startswith("request")]


@pytest.fixture
async def ana(wallet: Wallet) -> Party:
    return await person(wallet, "Ana")


@pytest.fixture
async def ben(wallet: Wallet) -> Party:
    return await person(wallet, "Ben", 10_000)


@pytest.fixture
async def chai(wallet: Wallet) -> Party:
    return await person(wallet, "Chai", 10_000)


async def test_people_join_and_leave_until_they_are_asked(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """Each sees what they would pay; whoever joins twice is in once, and last after coming back."""
    split = await started(wallet, ana, 1000)
    assert (split.state, cents_of(split)) == ("gathering", [1000])
    for other in (ben, chai, chai):
        split = await wallet.join_split(split.id, other.id)
    assert cents_of(split) == [334, 333, 333]
    assert [share.odd for share in split.shares] == [True, False, False]
    split = await wallet.leave_split(split.id, ben.id)
    split = await wallet.join_split(split.id, ben.id)
    assert [share.party for share in split.shares] == [ana, chai, ben]
    assert await wallet.open_requests_of(ana.id) == ()


async def test_everybody_is_asked_for_what_the_card_said(
    wallet: Wallet, clock: Clock, ana: Party, ben: Party, chai: Party
) -> None:
    """One request each, but for the starter; asked again, nothing more."""
    split = await started(wallet, ana, 1000)
    for other in (ben, chai):
        await wallet.join_split(split.id, other.id)
    for _ in range(2):
        split = await wallet.ask_split(split.id, ana.id)
    assert (split.state, cents_of(split)) == ("asking", [334, 333, 333])
    requests = [share.request for share in split.shares]
    assert requests[0] is None
    assert [(one.payee, one.payer, one.amount.minor, one.note) for one in requests if one] == [
        (ana, ben, 333, "dinner"),
        (ana, chai, 333, "dinner"),
    ]
    assert await told(wallet, clock) == [(NoticeKind.REQUEST_RECEIVED, ben.id), (NoticeKind.REQUEST_RECEIVED, chai.id)]


async def test_a_paid_share_is_a_payment_by_pin(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """The last one closes the split by itself, and the books say so too."""
    split = await asked(wallet, ana, ben, chai)
    await pay(wallet, split, ben)
    assert (await wallet.split(split.id)).state == "asking"
    await pay(wallet, split, chai)
    split = await wallet.split(split.id)
    assert split.state == "closed"
    assert [share.request.state for share in split.shares if share.request] == ["paid", "paid"]
    assert (await wallet.balance(ana.id)).available.minor == 6000
    assert (await wallet.reconcile()).clean


async def test_an_open_split_is_found_however_many_came_after_it(
    wallet: Wallet, clock: Clock, ana: Party, ben: Party
) -> None:
    """What is paid, declined or out of time takes nobody's place, and nor does a split that gathers no longer."""
    old = await asked(wallet, ana, ben, cents=5000)
    clock.advance(hours=1)
    waiting = await started(wallet, ana)
    for _ in range(11):
        clock.advance(hours=7)
        paid = await asked(wallet, ana, ben, cents=10)
        await pay(wallet, paid, ben)
    assert [split.id for split in await wallet.open_splits(FLAT)] == [old.id, waiting.id]
    clock.now = waiting.expires_at - timedelta(microseconds=1)
    await wallet.join_split(waiting.id, ben.id)
    late = await wallet.ask_split(waiting.id, ana.id)
    clock.now = waiting.expires_at
    assert [split.id for split in await wallet.open_splits(FLAT)] == [late.id]
    clock.now = late.expires_at
    assert await wallet.open_splits(FLAT) == ()


async def test_a_claimed_share_proves_right_after_its_first_name_has_a_wallet(
    wallet: Wallet, ana: Party, ben: Party
) -> None:
    """Ben claims what Nina, by her name, was asked for; then whoever is called so opens a wallet of their own."""
    key = uuid4()
    nina = await wallet.invite("@nina", key=key)
    (claimed,) = [share.request for share in (await asked(wallet, ana, nina)).shares if share.request]
    await wallet.claim_request(claimed.id, ben.id)
    await wallet.open_person("Nina", key=key)
    assert [proof.name for proof in (await wallet.reconcile()).proofs if not proof.holds] == []


async def test_shares_by_weight(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """Two parts for Ben, one for Chai and one for Ana, who did not name herself; then three for her."""
    parts = Part(ben.id, 2), Part(chai.id, 1)
    assert cents_of(await started(wallet, ana, 9000, *parts, way="shares")) == [2250, 4500, 2250]
    assert cents_of(await started(wallet, ana, 9000, *parts, Part(ana.id, 3), way="shares")) == [4500, 3000, 1500]


async def test_shares_by_amount(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """What is left is Ana's; she may name it, and then it must be that; nothing left is no share."""

    def part(party: Party, cents: int) -> Part:
        return Part(party.id, amount=euros(wallet, cents))

    split = await started(wallet, ana, 9000, part(ben, 2000), part(chai, 3050), way="amounts")
    assert cents_of(split) == [3950, 2000, 3050]
    await started(wallet, ana, 9000, part(ana, 4000), part(ben, 5000), way="amounts")
    whole = await started(wallet, ana, 9000, part(ben, 9000), way="amounts")
    assert [share.party for share in whole.shares] == [ben]
    for wrong in ([part(ben, 9001)], [part(ana, 4001), part(ben, 5000)], [part(ana, 3999), part(ben, 5000)]):
        with pytest.raises(PartsUnequalTotal):
            await started(wallet, ana, 9000, *wrong, way="amounts")
    assert (await wallet.reconcile()).clean


async def test_the_starter_may_be_out(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """Who only paid for others asks for all of it."""
    split = await started(wallet, ana, 1001)
    await wallet.leave_split(split.id, ana.id)
    for other in (ben, chai):
        await wallet.join_split(split.id, other.id)
    split = await wallet.ask_split(split.id, ana.id)
    assert [(share.party, share.amount.minor) for share in split.shares] == [(ben, 501), (chai, 500)]
    assert (await wallet.reconcile()).clean


async def test_what_cannot_be_started(wallet: Wallet, ana: Party, ben: Party) -> None:
    """Each refusal leaves no split behind."""
    cafe = await business(wallet, ana)
    newbie = await wallet.invite("@newbie", key=uuid4())

    async def refused(refusal: type[WalletError], work: Coroutine[Any, Any, object]) -> None:
        with pytest.raises(refusal):
            await work

    await refused(AmountOutOfRange, started(wallet, ana, 0))
    await refused(SplitTooSmall, started(wallet, ana, 1, Part(ben.id)))
    for weight in (0, -1, -3):
        await refused(SplitTooSmall, started(wallet, ana, 9000, Part(ben.id, weight), way="shares"))
    await refused(NotAPayer, started(wallet, ana, 9000, Part(cafe.id)))
    await refused(NotAPayer, started(wallet, cafe, 9000))
    await refused(PartyInvited, started(wallet, newbie, 9000))
    await refused(SplitEmpty, started(wallet, ana, 9000, Part(ana.id)))
    for refusal, amount in (AmountOutOfRange, euros(wallet, 0)), (WrongCurrency, Money(100, Currency("USD", 2))):
        await refused(refusal, started(wallet, ana, 9000, Part(ben.id, amount=amount), way="amounts"))
    await refused(NoteTooLong, wallet.start_split(ana.id, FLAT, euros(wallet, 100), note="x" * 141, key=uuid4()))
    await wallet.freeze(ana.id, by="operator", reason="test")
    await refused(PartyFrozen, started(wallet, ana, 9000))


async def test_the_same_key_is_the_same_split(wallet: Wallet, clock: Clock, ana: Party, ben: Party) -> None:
    """Asked again, nobody is asked twice; with other content, refused."""
    key, total = uuid4(), euros(wallet, 9000)
    first = await wallet.start_split(ana.id, FLAT, total, note="dinner", parts=[Part(ben.id)], key=key)
    assert await wallet.start_split(ana.id, FLAT, total, note=" dinner ", parts=[Part(ben.id)], key=key) == first
    with pytest.raises(KeyConflict):
        await wallet.start_split(ana.id, FLAT, total, note="lunch", parts=[Part(ben.id)], key=key)
    assert await told(wallet, clock) == [(NoticeKind.REQUEST_RECEIVED, ben.id)]


async def test_the_same_key_with_other_parts_is_refused(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """Other people, other weights or amounts, nobody named: each is another split, whatever became of the first."""
    total, bens = euros(wallet, 9000), Part(ben.id)

    async def starts(key: UUID, *parts: Part, way: Way = "even", group: UUID = FLAT) -> Split:
        return await wallet.start_split(ana.id, group, total, way=way, parts=parts, key=key)

    even, shares, amounts, open_to_all = [uuid4() for _ in range(4)]
    await starts(even, bens)
    await starts(shares, Part(ben.id, weight=2), way="shares")
    await starts(amounts, Part(ben.id, amount=euros(wallet, 9000)), way="amounts")
    await starts(open_to_all)
    for other in (
        starts(even, bens, Part(chai.id)),
        starts(even, Part(chai.id)),
        starts(even),
        starts(shares, Part(ben.id, weight=3), way="shares"),
        starts(amounts, Part(ben.id, amount=euros(wallet, 8000)), way="amounts"),
        starts(open_to_all, bens),
    ):
        with pytest.raises(KeyConflict):
            await other
    await wallet.join_split(open_to_all, ben.id)
    await wallet.ask_split(open_to_all, ana.id)
    await wallet.move_group(FLAT, uuid4())
    assert (await starts(open_to_all)).state == "asking"
    with pytest.raises(KeyConflict):
        await starts(open_to_all, bens)


async def test_a_split_has_room_for_fifty(wallet: Wallet, ana: Party) -> None:
    """And there is a cent for each, or they are not in."""
    split, small = await started(wallet, ana), await started(wallet, ana, 2)
    people = await asyncio.gather(*(wallet.open_person(f"P{n}", key=uuid4()) for n in range(MAX_PEOPLE)))
    for one in people[:-1]:
        await wallet.join_split(split.id, one.id)
    with pytest.raises(SplitFull):
        await wallet.join_split(split.id, people[-1].id)
    await wallet.join_split(small.id, people[0].id)
    with pytest.raises(SplitTooSmall):
        await wallet.join_split(small.id, people[1].id)


async def test_nobody_joins_or_leaves_once_all_were_asked(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """The shares are fixed; leaving is declining by then."""
    split = await asked(wallet, ana, ben)
    for late in (wallet.join_split(split.id, chai.id), wallet.leave_split(split.id, ben.id)):
        with pytest.raises(SplitClosed) as refusal:
            await late
        assert refusal.value.state == "asking"
    request = split.shares[1].request
    assert request is not None
    await wallet.decline_request(request.id, ben.id)
    assert (await wallet.split(split.id)).state == "closed"


async def test_only_the_starter_asks_reminds_and_closes(wallet: Wallet, ana: Party, ben: Party) -> None:
    """For anybody else there is no such split."""
    split = await asked(wallet, ana, ben)
    for verb in (wallet.ask_split, wallet.remind_split, wallet.close_split):
        for split_id, who in ((split.id, ben.id), (uuid4(), ana.id)):
            with pytest.raises(SplitUnknown):
                await verb(split_id, who)
    alone = await started(wallet, ana)
    with pytest.raises(SplitEmpty):
        await wallet.ask_split(alone.id, ana.id)


async def test_closing_forgives_what_is_open(wallet: Wallet, clock: Clock, ana: Party, ben: Party, chai: Party) -> None:
    """What was paid stays paid; whoever had not paid is told that they need not."""
    split = await asked(wallet, ana, ben, chai)
    await pay(wallet, split, ben)
    await told(wallet, clock)
    for _ in range(2):
        split = await wallet.close_split(split.id, ana.id)
    assert split.state == "closed"
    assert [share.request.state for share in split.shares if share.request] == ["paid", "cancelled"]
    assert await told(wallet, clock) == [(NoticeKind.REQUEST_CANCELLED, chai.id)]
    with pytest.raises(RequestClosed):
        await pay(wallet, split, chai)
    assert (await wallet.reconcile()).clean


async def test_somebody_frozen_forgives_nothing(wallet: Wallet, ana: Party, ben: Party) -> None:
    """Whoever found their phone cannot: what is open stays open."""
    split = await asked(wallet, ana, ben)
    await wallet.freeze(ana.id, by="operator", reason="test")
    with pytest.raises(PartyFrozen):
        await wallet.close_split(split.id, ana.id)
    assert len(await wallet.open_requests_to(ben.id)) == 1


async def test_a_share_that_was_taken_back_a_moment_before_is_told_of_once(
    wallet: Wallet, clock: Clock, monkeypatch: pytest.MonkeyPatch, ana: Party, ben: Party
) -> None:
    """Its starter cancels it and closes the split at once: the closing had found it open."""
    split = await asked(wallet, ana, ben)
    was_open = shares.open_of(split)
    await wallet.cancel_request(was_open[0].id, ana.id)
    monkeypatch.setattr(shares, "open_of", lambda _: was_open)
    await wallet.close_split(split.id, ana.id)
    assert (await told(wallet, clock)).count((NoticeKind.REQUEST_CANCELLED, ben.id)) == 1


async def test_a_split_that_was_called_off_asks_nobody(wallet: Wallet, ana: Party, ben: Party) -> None:
    """Closed while people gather: it stays so."""
    split = await started(wallet, ana)
    await wallet.join_split(split.id, ben.id)
    assert (await wallet.close_split(split.id, ana.id)).state == "closed"
    for late in (wallet.ask_split(split.id, ana.id), wallet.join_split(split.id, ben.id)):
        with pytest.raises(SplitClosed):
            await late


async def test_those_left_are_reminded_once_a_day(
    wallet: Wallet, clock: Clock, ana: Party, ben: Party, chai: Party
) -> None:
    """Never who has paid, and nobody twice within a day."""
    split = await asked(wallet, ana, ben, chai)
    await pay(wallet, split, ben)
    with pytest.raises(ReminderTooSoon):
        await wallet.remind_split(split.id, ana.id)
    clock.advance(days=1)
    await told(wallet, clock)
    assert await wallet.remind_split(split.id, ana.id) == (chai,)
    assert await told(wallet, clock) == [(NoticeKind.REQUEST_REMINDED, chai.id)]
    clock.advance(seconds=1)
    with pytest.raises(ReminderTooSoon):
        await wallet.remind_split(split.id, ana.id)
    await pay(wallet, split, chai)
    with pytest.raises(SplitClosed):
        await wallet.remind_split(split.id, ana.id)


async def test_time_ends_a_split(wallet: Wallet, clock: Clock, ana: Party, ben: Party) -> None:
    """Nobody was asked for a week, or nobody paid for a week: it is closed, before anybody tidies up."""
    gathering, asking = await started(wallet, ana), await asked(wallet, ana, ben)
    clock.advance(days=7)
    for split in (gathering, asking):
        assert (await wallet.split(split.id)).state == "closed"
    with pytest.raises(SplitClosed):
        await wallet.join_split(gathering.id, ben.id)
    assert await wallet.expire_requests() == 1
    await told(wallet, clock)
    assert (await wallet.reconcile()).clean


async def test_shares_that_run_out_of_time_together_are_told_of_once(
    wallet: Wallet, clock: Clock, ana: Party, ben: Party, chai: Party
) -> None:
    """One notice for one split, however few are ended at a time; another split has its own, and so has a request."""
    first, second = await asked(wallet, ana, ben, chai), await asked(wallet, ana, ben, chai)
    await wallet.ask(ana.id, ben.id, euros(wallet, 500), key=uuid4())
    await tell_all(wallet, clock)
    clock.advance(days=7)
    while await wallet.expire_requests(limit=2):
        pass
    about = [notice.request.id for notice in await tell_all(wallet, clock) if notice.request is not None]
    splits = [await wallet.split_of(request_id) for request_id in about]
    assert sorted(split.id if split else UUID(int=0) for split in splits) == sorted([UUID(int=0), first.id, second.id])


async def test_somebody_without_a_wallet_is_asked_and_told_later(wallet: Wallet, clock: Clock, ana: Party) -> None:
    """Their share waits for them; nobody can be reminded in a chat that is not there."""
    key = uuid4()
    newbie = await wallet.invite("Dia", key=key)
    split = await asked(wallet, ana, newbie)
    assert await told(wallet, clock) == []
    clock.advance(days=1)
    with pytest.raises(SplitEmpty):
        await wallet.remind_split(split.id, ana.id)
    dia = await wallet.open_person("Dia", key=key)
    await wallet.set_pin(dia.id, PIN)
    await wallet.deposit(dia.id, euros(wallet, 5000), key=uuid4(), by="operator", reason="test")
    await pay(wallet, split, dia)
    assert (await wallet.split(split.id)).state == "closed"


async def test_a_person_starts_so_many_splits_a_day(settings: WalletSettings, clock: Clock) -> None:
    """As many as requests; what splits ask for does not count as requests on top."""
    rules = settings.model_copy(update={"limit_requests_a_day": 2})
    async with Wallet.open(rules, clock=clock) as wallet:
        ana, ben = await person(wallet, "Ana"), await person(wallet, "Ben")
        for _ in range(2):
            await asked(wallet, ana, ben)
        with pytest.raises(TooManyRequests) as refusal:
            await asked(wallet, ana, ben)
        assert refusal.value.opens_at == clock.now + timedelta(days=1)
        for _ in range(2):
            await wallet.ask(ana.id, ben.id, euros(wallet, 100), key=uuid4())
        clock.advance(days=1)
        await asked(wallet, ana, ben)


async def test_a_person_names_so_many_people_in_splits_a_day(wallet: Wallet, ana: Party, clock: Clock) -> None:
    """Two full splits, and two people more. Who joins by themselves is asked all the same, and counts."""
    crowd = [await wallet.invite(f"Guest {nth}", key=uuid4()) for nth in range(49)]
    for _ in range(2):
        await asked(wallet, ana, *crowd)
    with pytest.raises(TooManyRequests) as refusal:
        await asked(wallet, ana, *crowd[:3])
    assert (refusal.value.limit, refusal.value.allowed) == ("shares", 100)
    assert refusal.value.opens_at == clock.now + timedelta(days=1)
    clock.advance(hours=1)
    gathering = await started(wallet, ana)
    for name in ("Mona", "Noor", "Omar"):
        await wallet.join_split(gathering.id, (await person(wallet, name)).id)
    assert (await wallet.ask_split(gathering.id, ana.id)).state == "asking"
    with pytest.raises(TooManyRequests):
        await asked(wallet, ana, crowd[0])
    clock.advance(hours=23)
    await asked(wallet, ana, *crowd)


async def test_a_split_is_found_by_the_share_it_asks_for(wallet: Wallet, ana: Party, ben: Party) -> None:
    """A request of its own belongs to none."""
    split = await asked(wallet, ana, ben)
    request = split.shares[1].request
    assert request is not None
    assert await wallet.split_of(request.id) == split
    plain = await wallet.ask(ana.id, ben.id, euros(wallet, 100), key=uuid4())
    assert await wallet.split_of(plain.id) is None


async def test_a_join_and_the_asking_race_safely(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """Whoever comes too late is told; the shares add up, and everybody who is in is asked."""
    for _ in range(20):
        split = await started(wallet, ana, 1000)
        await wallet.join_split(split.id, ben.id)
        outcomes = await asyncio.gather(
            wallet.join_split(split.id, chai.id),
            wallet.ask_split(split.id, ana.id),
            wallet.leave_split(split.id, ana.id),
            return_exceptions=True,
        )
        split = await wallet.split(split.id)
        assert sum(cents_of(split)) == 1000
        assert isinstance(outcomes[1], Split)
        assert all(isinstance(outcome, Split | SplitClosed) for outcome in outcomes)
        assert (split.share_of(chai.id) is None) == isinstance(outcomes[0], SplitClosed)
        await wallet.close_split(split.id, ana.id)
        await wallet.close_split(split.id, ana.id)
    assert (await wallet.reconcile()).clean


async def test_paying_and_closing_race_safely(settings: WalletSettings, clock: Clock) -> None:
    """Exactly one wins: the share is paid and the money moved, or it is forgiven and nothing moved."""
    unlimited = {"limit_requests_a_day": 1000, "limit_payments_a_day": 1000, "limit_day": 10**9}
    async with Wallet.open(settings.model_copy(update=unlimited), clock=clock) as wallet:
        ana, ben = await person(wallet, "Ana"), await person(wallet, "Ben", 100_000)
        paid = 0
        for _ in range(50):
            split = await asked(wallet, ana, ben, cents=200)
            request = split.shares[1].request
            assert request is not None
            quote = await wallet.quote_request(request.id, ben.id, key=uuid4())
            outcome, _ = await asyncio.gather(
                wallet.confirm(quote.id, ben.id, PIN), wallet.close_split(split.id, ana.id), return_exceptions=True
            )
            state = (await wallet.request(request.id)).state
            assert state == ("cancelled" if isinstance(outcome, RequestClosed) else "paid")
            paid += state == "paid"
        assert (await wallet.balance(ana.id)).available.minor == paid * 100
        assert (await wallet.reconcile()).clean
