"""Notices: exactly the right people, in order, at least once; and nobody about what did not happen."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.conftest import PIN, Clock, business, euros, person
from tests.wallet.outbox import tell_all
from wallet import (
    InsufficientFunds,
    NoticeKind,
    Part,
    Party,
    PartyFrozen,
    Receipt,
    Wallet,
    WalletSettings,
)

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.anyio

BY, WHY = "operator", "test"
Told = list[tuple[str, NoticeKind]]


async def pay(wallet: Wallet, payer: Party, payee: Party, cents: int) -> Receipt:
    quote = await wallet.quote(payer.id, payee.id, euros(wallet, cents), key=uuid4())
    return await wallet.confirm(quote.id, payer.id, PIN)


async def told_kinds(wallet: Wallet, clock: Clock, people: dict[UUID, str]) -> Told:
    return [(people[notice.recipient_id], notice.kind) for notice in await tell_all(wallet, clock)]


async def test_each_event_tells_exactly_those_whom_it_concerns(wallet: Wallet, clock: Clock) -> None:
    """A business hears through its owner."""
    ana, ben, luna = await person(wallet, "Ana"), await person(wallet, "Ben"), await person(wallet, "Luna")
    people = {party.id: party.name for party in (ana, ben, luna)}
    kind = NoticeKind

    async def now(*expected: tuple[str, NoticeKind]) -> None:
        assert sorted(await told_kinds(wallet, clock, people)) == sorted(expected)

    await now()
    cafe = await business(wallet, luna)
    await now(("Luna", kind.BUSINESS_APPROVED))
    for party in (ana, cafe):
        await wallet.deposit(party.id, euros(wallet, 500), key=uuid4(), by=BY, reason=WHY)
    await now(("Ana", kind.DEPOSITED), ("Luna", kind.DEPOSITED))
    paid = await pay(wallet, ana, cafe, 100)
    await now(("Ana", kind.PAYMENT_SENT), ("Luna", kind.PAYMENT_RECEIVED))
    await wallet.refund(paid.payment_id, key=uuid4(), by=BY, reason=WHY)
    await now(("Ana", kind.REFUND_RECEIVED), ("Luna", kind.REFUND_SENT))
    paid = await pay(wallet, ana, ben, 100)
    await wallet.reverse(paid.payment_id, key=uuid4(), by=BY, reason=WHY)
    await now(
        ("Ana", kind.PAYMENT_SENT), ("Ben", kind.PAYMENT_RECEIVED), ("Ana", kind.REVERSED), ("Ben", kind.REVERSED)
    )
    await wallet.withdraw(ana.id, euros(wallet, 1), key=uuid4(), by=BY, reason=WHY)
    await now(("Ana", kind.WITHDRAWN))
    for _ in range(2):
        await wallet.freeze(cafe.id, by=BY, reason=WHY)
    await now(("Luna", kind.FROZEN))
    for _ in range(2):
        await wallet.unfreeze(cafe.id, by=BY, reason=WHY)
    await now(("Luna", kind.UNFROZEN))


async def test_nothing_is_told_of_what_was_refused(wallet: Wallet, clock: Clock) -> None:
    """A freeze, too little money: no notice."""
    ana, ben = await person(wallet, "Ana", 200_000), await person(wallet, "Ben")
    quotes = [await wallet.quote(ana.id, ben.id, euros(wallet, 100_000), key=uuid4()) for _ in range(3)]
    await wallet.withdraw(ana.id, euros(wallet, 100_000), key=uuid4(), by=BY, reason=WHY)
    await wallet.confirm(quotes[0].id, ana.id, PIN)
    await wallet.freeze(ben.id, by=BY, reason=WHY)
    await tell_all(wallet, clock)
    for refusal in (PartyFrozen, InsufficientFunds):
        with pytest.raises(refusal):
            await wallet.confirm(quotes[1].id, ana.id, PIN)
        if refusal is PartyFrozen:
            await wallet.unfreeze(ben.id, by=BY, reason=WHY)
            await tell_all(wallet, clock)
    assert await tell_all(wallet, clock) == []


async def test_a_repeated_request_tells_nobody_again(wallet: Wallet, clock: Clock) -> None:
    """The same key, the same receipt, the one notice."""
    ana, key = await person(wallet, "Ana"), uuid4()
    for _ in range(3):
        await wallet.deposit(ana.id, euros(wallet, 5), key=key, by=BY, reason=WHY)
    assert [notice.kind for notice in await tell_all(wallet, clock)] == [NoticeKind.DEPOSITED]


async def test_what_tells_of_money_is_taken_before_what_asks_for_it(wallet: Wallet) -> None:
    """Ana asks a crowd, then Ben is paid: Ben hears of it first. One person hears things in order all the same."""
    ana, ben, chai, dia = [await person(wallet, name) for name in ("Ana", "Ben", "Chai", "Dia")]
    parts = [Part(chai.id), Part(dia.id)]
    await wallet.start_split(ana.id, uuid4(), euros(wallet, 300), note="", way="even", parts=parts, key=uuid4())
    for party in (dia, ben):
        await wallet.deposit(party.id, euros(wallet, 5), key=uuid4(), by=BY, reason=WHY)
    (first,) = await wallet.due_notices(limit=1)
    assert (first.recipient_id, first.kind) == (ben.id, NoticeKind.DEPOSITED)
    rest = await wallet.due_notices(limit=5)
    assert {notice.recipient_id for notice in rest} == {chai.id, dia.id}
    assert {notice.kind for notice in rest} == {NoticeKind.REQUEST_RECEIVED}
    for notice in (first, *rest):
        await wallet.notice_delivered(notice.id)
    assert [notice.kind for notice in await wallet.due_notices()] == [NoticeKind.DEPOSITED]


async def test_one_person_hears_things_in_order(wallet: Wallet) -> None:
    """The next notice is handed out only when the one before is settled; other people do not wait for it."""
    ana, ben = await person(wallet, "Ana"), await person(wallet, "Ben")
    for cents in (1, 2, 3):
        for party in (ana, ben):
            await wallet.deposit(party.id, euros(wallet, cents), key=uuid4(), by=BY, reason=WHY)
    heard: dict[UUID, list[int]] = {ana.id: [], ben.id: []}
    while due := await wallet.due_notices():
        assert len({notice.recipient_id for notice in due}) == len(due)
        for notice in due:
            assert notice.receipt is not None
            heard[notice.recipient_id].append(notice.receipt.amount.minor)
            await wallet.notice_delivered(notice.id)
    assert heard == {ana.id: [1, 2, 3], ben.id: [1, 2, 3]}


async def test_a_notice_comes_back_when_its_courier_does_not(wallet: Wallet, clock: Clock) -> None:
    """A lease: taken by one, back after a minute, with the attempts counted."""
    ana = await person(wallet, "Ana", 5)
    (first,) = await wallet.due_notices()
    assert (first.recipient_id, first.attempts) == (ana.id, 1)
    clock.advance(seconds=59)
    assert await wallet.due_notices() == ()
    clock.advance(seconds=1)
    (again,) = await wallet.due_notices()
    assert (again.id, again.attempts) == (first.id, 2)
    await wallet.notice_failed(first.id, retry_in=timedelta(minutes=5))
    clock.advance(seconds=299)
    assert await wallet.due_notices() == ()
    clock.advance(seconds=1)
    assert len(await wallet.due_notices()) == 1
    for _ in range(2):
        await wallet.notice_delivered(first.id)
    clock.advance(days=1)
    assert await wallet.due_notices() == ()


async def test_couriers_side_by_side_never_tell_the_same_thing(
    wallet: Wallet, settings: WalletSettings, clock: Clock
) -> None:
    """Ten takes at once over two processes: every notice is handed out once."""
    for number in range(20):
        await person(wallet, f"Person {number}", 5, pin=None)
    async with Wallet.open(settings, clock=clock) as other:
        taken = await asyncio.gather(*(courier.due_notices(limit=3) for courier in (wallet, other) for _ in range(5)))
    ids = [notice.id for notices in taken for notice in notices]
    assert len(ids) == len(set(ids)) > 0


async def test_who_blocked_us_hears_everything_later(wallet: Wallet, clock: Clock) -> None:
    """Parked notices neither come nor hold up others; unparked, they come in order."""
    ana = await person(wallet, "Ana", 1)
    (parked,) = await wallet.due_notices()
    await wallet.notice_parked(parked.id, parked.attempts)
    clock.advance(days=3)
    assert await wallet.due_notices() == ()
    await wallet.deposit(ana.id, euros(wallet, 2), key=uuid4(), by=BY, reason=WHY)
    await wallet.unpark_notices(ana.id)
    heard = [notice.receipt.amount.minor for notice in await tell_all(wallet, clock) if notice.receipt]
    assert heard == [1, 2]


async def test_who_lets_us_in_while_a_notice_is_given_up_hears_it(wallet: Wallet, clock: Clock) -> None:
    """Telegram refused it a moment before, and that is noted a moment after: it comes back when its lease ends."""
    ana = await person(wallet, "Ana", 1)
    (refused,) = await wallet.due_notices()
    await wallet.unpark_notices(ana.id)
    await wallet.notice_parked(refused.id, refused.attempts)
    assert await wallet.due_notices() == ()
    clock.advance(minutes=1)
    assert [notice.id for notice in await wallet.due_notices()] == [refused.id]


async def test_who_lets_us_in_while_any_kind_of_notice_is_given_up_hears_it(wallet: Wallet, clock: Clock) -> None:
    """Of a request, and of what the chat shows by itself, too; and of nobody else's."""
    ana, ben = await person(wallet, "Ana", 100), await person(wallet, "Ben")
    await tell_all(wallet, clock)
    await pay(wallet, ana, ben, 1)
    await wallet.ask(ben.id, ana.id, euros(wallet, 5), key=uuid4())
    clock.advance(minutes=1)
    taken = await wallet.due_notices()
    assert {(notice.recipient_id, notice.kind) for notice in taken} == {
        (ana.id, NoticeKind.PAYMENT_SENT),
        (ana.id, NoticeKind.REQUEST_RECEIVED),
        (ben.id, NoticeKind.PAYMENT_RECEIVED),
    }
    await wallet.unpark_notices(ana.id)
    for notice in taken:
        await wallet.notice_parked(notice.id, notice.attempts)
    clock.advance(minutes=1)
    assert {notice.recipient_id for notice in await wallet.due_notices()} == {ana.id}


async def test_the_payers_own_notice_waits_for_the_chat_and_holds_up_nothing(wallet: Wallet, clock: Clock) -> None:
    """The receipt in the chat comes first; the notice steps in ten seconds later, or never if the chat settled it."""
    ana, ben = await person(wallet, "Ana", 100), await person(wallet, "Ben")
    await tell_all(wallet, clock)
    receipts = [await pay(wallet, ana, ben, 1) for _ in range(2)]
    await wallet.deposit(ana.id, euros(wallet, 5), key=uuid4(), by=BY, reason=WHY)
    assert {(n.recipient_id, n.kind) for n in await wallet.due_notices()} == {
        (ben.id, NoticeKind.PAYMENT_RECEIVED),
        (ana.id, NoticeKind.DEPOSITED),
    }
    assert receipts[0].notice_id is not None
    await wallet.notice_delivered(receipts[0].notice_id)
    told = [notice for notice in await tell_all(wallet, clock) if notice.kind is NoticeKind.PAYMENT_SENT]
    assert [notice.id for notice in told] == [receipts[1].notice_id]


async def test_what_waits_behind_a_notice_that_is_put_off_is_not_late(wallet: Wallet, clock: Clock) -> None:
    """One person who cannot be told for the moment is no drift; once the first of theirs is late, all of them are."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    await tell_all(wallet, clock)
    for _ in range(2):
        quote = await wallet.quote(ana.id, ben.id, euros(wallet, 100), key=uuid4())
        await wallet.confirm(quote.id, ana.id, PIN)
    clock.advance(seconds=30)
    for notice in await wallet.due_notices():
        if notice.recipient_id == ben.id:
            await wallet.notice_failed(notice.id, retry_in=timedelta(minutes=15))
        else:
            await wallet.notice_delivered(notice.id)
    clock.advance(minutes=6)
    for notice in await wallet.due_notices():
        await wallet.notice_delivered(notice.id)
    assert await late(wallet) == 0
    clock.advance(minutes=15)
    assert await late(wallet) == 2


async def late(wallet: Wallet) -> int:
    """How many notices are late, by the proof's word."""
    return next(proof.bad for proof in (await wallet.reconcile()).proofs if proof.name == "outbox")
