"""Nettings: a group's open shares become fewer payments once all agree, and nobody stands worse for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from tests.conftest import PIN, Clock, euros, person
from tests.wallet.outbox import tell_all
from tests.wallet.waits import somebody_waits
from wallet import (
    MAX_MINOR,
    KeyConflict,
    Netting,
    NettingClosed,
    NettingTooLarge,
    NettingUnknown,
    NothingToNet,
    NoticeKind,
    Part,
    Party,
    PartyFrozen,
    Request,
    RequestClosed,
    Split,
    Wallet,
    nettings,
)
from wallet.nettings import MAX_SIDES

if TYPE_CHECKING:
    from wallet.values_splits import NettingState

pytestmark = pytest.mark.anyio

FLAT, ELSEWHERE = UUID(int=1), UUID(int=2)


async def owes(wallet: Wallet, payer: Party, payee: Party, cents: int, group: UUID = FLAT) -> Request:
    """A share of a split of which the payee carries nothing."""
    part = Part(payer.id, amount=euros(wallet, cents))
    split = await wallet.start_split(payee.id, group, euros(wallet, cents), way="amounts", parts=[part], key=uuid4())
    request = split.shares[0].request
    assert request is not None
    return request


async def pay(wallet: Wallet, request: Request) -> None:
    quote = await wallet.quote_request(request.id, request.payer.id, key=uuid4())
    await wallet.confirm(quote.id, request.payer.id, PIN)


async def propose(wallet: Wallet, proposer: Party, group: UUID = FLAT) -> Netting:
    return await wallet.propose_netting(group, proposer.id, key=uuid4())


async def agreed(wallet: Wallet, proposer: Party, *others: Party) -> Netting:
    found = await propose(wallet, proposer)
    for other in others:
        found = await wallet.agree_to_netting(found.id, other.id)
    assert found.state == "agreed"
    return found


def lines(found: Netting) -> list[tuple[str, str, int]]:
    return [(due.payer.name, due.payee.name, due.amount.minor) for due in found.payments]


async def state(wallet: Wallet, request: Request) -> str:
    return (await wallet.request(request.id)).state


@pytest.fixture
async def ana(wallet: Wallet) -> Party:
    return await person(wallet, "Ana", 10_000)


@pytest.fixture
async def ben(wallet: Wallet) -> Party:
    return await person(wallet, "Ben", 10_000)


@pytest.fixture
async def chai(wallet: Wallet) -> Party:
    return await person(wallet, "Chai", 10_000)


async def test_proposing_changes_nothing(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """Ana owes Ben what Ben owes Chai: Ana would pay Chai. Until all three have agreed, both claims stand."""
    first, second = await owes(wallet, ana, ben, 1000), await owes(wallet, ben, chai, 1000)
    found = await propose(wallet, ana)
    assert lines(found) == [("Ana", "Chai", 1000)]
    assert [(side.party, side.agreed) for side in found.sides] == [(ana, True), (ben, False), (chai, False)]
    found = await wallet.agree_to_netting(found.id, ben.id)
    assert found.state == "proposed"
    assert await state(wallet, first) == await state(wallet, second) == "open"
    await pay(wallet, first)
    assert (await wallet.balance(ben.id)).available.minor == 11_000


async def test_the_last_side_to_agree_replaces_the_claims(
    wallet: Wallet, clock: Clock, ana: Party, ben: Party, chai: Party
) -> None:
    """The old ones are netted, the new one is asked for, and no money has moved; its payer is told."""
    first, second = await owes(wallet, ana, ben, 1000), await owes(wallet, ben, chai, 1000)
    found = await agreed(wallet, ana, ben, chai)
    assert await state(wallet, first) == await state(wallet, second) == "netted"
    (due,) = found.payments
    assert due.request is not None
    assert (due.request.payer, due.request.payee, due.request.amount.minor) == (ana, chai, 1000)
    assert await wallet.open_requests_to(ana.id) == (due.request,)
    assert await wallet.open_requests_to(ben.id) == ()
    told = [notice for notice in await tell_all(wallet, clock) if notice.request == due.request]
    assert [(notice.kind, notice.recipient_id) for notice in told] == [(NoticeKind.REQUEST_RECEIVED, ana.id)]
    await pay(wallet, due.request)
    assert [(await wallet.balance(party.id)).available.minor for party in (ana, ben, chai)] == [9000, 10_000, 11_000]
    assert (await wallet.reconcile()).clean


async def test_splits_say_that_their_shares_are_settled(wallet: Wallet, ana: Party, ben: Party) -> None:
    """A split whose last open share was netted is closed, and can be found by it."""
    first, second = await owes(wallet, ana, ben, 1000), await owes(wallet, ben, ana, 400)
    found = await agreed(wallet, ana, ben)
    assert lines(found) == [("Ana", "Ben", 600)]
    for request in (first, second):
        split = await wallet.split_of(request.id)
        assert isinstance(split, Split)
        assert split.state == "closed"
        assert await wallet.netting_of(request.id) is None
    made = found.payments[0].request
    assert made is not None
    assert await wallet.netting_of(made.id) == found
    assert await wallet.split_of(made.id) is None


async def test_a_circle_leaves_nothing_to_pay(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """Everybody owes the next the same: all of it is settled by agreeing."""
    circle = [await owes(wallet, *pair, 500) for pair in ((ana, ben), (ben, chai), (chai, ana))]
    found = await agreed(wallet, chai, ana, ben)
    assert found.payments == ()
    assert {await state(wallet, request) for request in circle} == {"netted"}
    assert (await wallet.reconcile()).clean


async def test_what_is_left_unpaid_can_be_netted_again(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """Payments of an earlier netting are claims like shares, so nobody's claim is ever lost."""
    await owes(wallet, ana, ben, 1000)
    await owes(wallet, ben, chai, 1000)
    before = await agreed(wallet, ana, ben, chai)
    await owes(wallet, chai, ana, 300)
    after = await agreed(wallet, ana, chai)
    assert lines(after) == [("Ana", "Chai", 700)]
    old = before.payments[0].request
    assert old is not None
    assert await state(wallet, old) == "netted"
    assert (await wallet.reconcile()).clean


async def test_a_claim_that_ended_meanwhile_stops_the_netting(
    wallet: Wallet, ana: Party, ben: Party, chai: Party
) -> None:
    """It would count what was paid once more; nothing is changed, and it is said."""
    first, second = await owes(wallet, ana, ben, 1000), await owes(wallet, ben, chai, 1000)
    found = await propose(wallet, ana)
    await wallet.agree_to_netting(found.id, ben.id)
    await pay(wallet, first)
    found = await wallet.agree_to_netting(found.id, chai.id)
    assert found.state == "overtaken"
    assert (await state(wallet, first), await state(wallet, second)) == ("paid", "open")
    with pytest.raises(NettingClosed):
        await wallet.agree_to_netting(found.id, ana.id)
    assert (await wallet.reconcile()).clean


async def test_one_refusal_leaves_everything_as_it_was(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """Whoever does not want their claim moved need not give a reason."""
    claims = await owes(wallet, ana, ben, 1000), await owes(wallet, ben, chai, 1000)
    found = await propose(wallet, ana)
    for _ in range(2):
        assert (await wallet.refuse_netting(found.id, chai.id)).state == "refused"
    with pytest.raises(NettingClosed) as refusal:
        await wallet.agree_to_netting(found.id, ben.id)
    assert refusal.value.state == "refused"
    assert {await state(wallet, claim) for claim in claims} == {"open"}


@pytest.mark.parametrize("ended", ["agreed", "expired"])
async def test_a_netting_that_ended_stays_so(
    wallet: Wallet, clock: Clock, ana: Party, ben: Party, ended: NettingState
) -> None:
    """Agreed: agreeing once more changes nothing, refusing comes too late. After a day: both come too late."""
    await owes(wallet, ana, ben, 1000)
    await owes(wallet, ben, ana, 400)
    found = await propose(wallet, ana)
    if ended == "expired":
        clock.advance(days=1)
        with pytest.raises(NettingClosed):
            await wallet.agree_to_netting(found.id, ben.id)
    else:
        for _ in range(2):
            assert (await wallet.agree_to_netting(found.id, ben.id)).state == "agreed"
    with pytest.raises(NettingClosed) as refusal:
        await wallet.refuse_netting(found.id, ben.id)
    assert refusal.value.state == (await wallet.netting(found.id)).state == ended


async def test_nobody_agrees_for_others(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """Who neither owes nor is owed has no say in it; they may propose it."""
    await owes(wallet, ana, ben, 1000)
    await owes(wallet, ben, ana, 400)
    found = await propose(wallet, chai)
    assert [side.agreed for side in found.sides] == [False, False]
    for verb in (wallet.agree_to_netting, wallet.refuse_netting):
        for netting_id, who in ((found.id, chai.id), (uuid4(), ana.id)):
            with pytest.raises(NettingUnknown):
                await verb(netting_id, who)


async def test_there_must_be_something_to_net(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """No open shares; or as few payments as there can be. Other groups, and people without a wallet, do not count."""
    with pytest.raises(NothingToNet) as nothing:
        await propose(wallet, ana)
    assert nothing.value.open == 0
    await owes(wallet, ana, ben, 1000)
    await owes(wallet, chai, ben, 1000)
    await owes(wallet, ben, ana, 1000, ELSEWHERE)
    dia = await wallet.invite("Dia", key=uuid4())
    await owes(wallet, dia, ana, 1000)
    with pytest.raises(NothingToNet) as few:
        await propose(wallet, ana)
    assert few.value.open == 2


async def test_not_more_people_than_can_be_shown(wallet: Wallet, ana: Party, ben: Party) -> None:
    """Everybody who agrees must be able to read what they agree to."""
    await owes(wallet, ben, ana, 1000)
    await owes(wallet, ana, ben, 400)
    for number in range(MAX_SIDES - 1):
        await owes(wallet, await person(wallet, f"P{number}", pin=None), (ana, ben)[number % 2], 10)
    with pytest.raises(NettingTooLarge):
        await propose(wallet, ana)


async def test_what_somebody_frozen_owes_or_is_owed_is_left_as_it_is(
    wallet: Wallet, ana: Party, ben: Party, chai: Party
) -> None:
    """A payment to or from them would be refused, so it takes the place of nothing."""
    left = [await owes(wallet, chai, ana, 300), await owes(wallet, ben, chai, 300)]
    await owes(wallet, ana, ben, 1000)
    await owes(wallet, ben, ana, 400)
    await wallet.freeze(chai.id, by="operator", reason="lost phone")
    found = await agreed(wallet, ana, ben)
    assert lines(found) == [("Ana", "Ben", 600)]
    assert {await state(wallet, claim) for claim in left} == {"open"}


async def test_somebody_frozen_since_then_does_not_agree(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """They are refused; and the last word of the others changes nothing: what it asked for could not be paid."""
    claims = await owes(wallet, ana, ben, 1000), await owes(wallet, ben, chai, 1000)
    found = await propose(wallet, ana)
    await wallet.freeze(chai.id, by="operator", reason="lost phone")
    with pytest.raises(PartyFrozen) as refusal:
        await wallet.agree_to_netting(found.id, chai.id)
    assert refusal.value.side == "payer"
    await wallet.unfreeze(chai.id, by="operator", reason="found")
    await wallet.agree_to_netting(found.id, chai.id)
    await wallet.freeze(chai.id, by="operator", reason="lost again")
    assert (await wallet.agree_to_netting(found.id, ben.id)).state == "overtaken"
    assert {await state(wallet, claim) for claim in claims} == {"open"}


async def test_a_group_may_come_to_be_known_by_another_key(wallet: Wallet, ana: Party, ben: Party) -> None:
    """As when a group becomes a supergroup: its shares go along."""
    await owes(wallet, ana, ben, 1000)
    await owes(wallet, ben, ana, 400)
    await wallet.move_group(FLAT, ELSEWHERE)
    with pytest.raises(NothingToNet):
        await propose(wallet, ana)
    assert lines(await propose(wallet, ana, ELSEWHERE)) == [("Ana", "Ben", 600)]


async def test_proposed_again_with_the_same_key_it_is_the_same(
    wallet: Wallet, monkeypatch: pytest.MonkeyPatch, ana: Party, ben: Party
) -> None:
    """Also after it took effect, and when more people have open shares than then; for another group it is refused."""
    await owes(wallet, ana, ben, 1000)
    await owes(wallet, ben, ana, 400)
    key = uuid4()
    first = await wallet.propose_netting(FLAT, ana.id, key=key)
    assert await wallet.propose_netting(FLAT, ana.id, key=key) == first
    monkeypatch.setattr(nettings, "MAX_SIDES", 1)
    assert await wallet.propose_netting(FLAT, ana.id, key=key) == first
    with pytest.raises(KeyConflict):
        await wallet.propose_netting(ELSEWHERE, ana.id, key=key)
    done = await wallet.agree_to_netting(key, ben.id)
    assert await wallet.propose_netting(FLAT, ana.id, key=key) == done


async def test_paying_and_the_last_word_race_safely(wallet: Wallet, ana: Party, ben: Party) -> None:
    """Either the share is paid and the netting overtaken, or it is netted and the payment refused: never both."""
    for _ in range(20):
        first = await owes(wallet, ana, ben, 20)
        second = await owes(wallet, ben, ana, 10)
        found = await propose(wallet, ana)
        quote = await wallet.quote_request(first.id, ana.id, key=uuid4())
        paid, netted = await asyncio.gather(
            wallet.confirm(quote.id, ana.id, PIN), wallet.agree_to_netting(found.id, ben.id), return_exceptions=True
        )
        assert isinstance(netted, Netting)
        assert netted.state == ("agreed" if isinstance(paid, RequestClosed) else "overtaken")
        assert await state(wallet, first) == ("netted" if isinstance(paid, RequestClosed) else "paid")
        for request in (second, *(due.request for due in netted.payments)):
            if request is not None and await state(wallet, request) == "open":
                await wallet.cancel_request(request.id, request.payee.id)
    assert (await wallet.reconcile()).clean


async def test_a_group_has_one_proposal_open(wallet: Wallet, ana: Party, ben: Party, chai: Party) -> None:
    """Proposed once more, it is the one that stands, with what was agreed to; while nothing has changed."""
    await owes(wallet, ana, ben, 1000)
    await owes(wallet, ben, chai, 1000)
    first = await propose(wallet, ana)
    assert await propose(wallet, ben) == await wallet.netting(first.id)
    assert [side.agreed for side in (await wallet.netting(first.id)).sides] == [True, False, False]
    await owes(wallet, ana, ben, 1000, ELSEWHERE)
    await owes(wallet, ben, ana, 400, ELSEWHERE)
    assert (await propose(wallet, ana, ELSEWHERE)).id != first.id


async def test_a_new_proposal_takes_the_place_of_one_that_is_out_of_date(
    wallet: Wallet, ana: Party, ben: Party, chai: Party
) -> None:
    """With another share open than then; nobody can agree to the old one any more."""
    await owes(wallet, ana, ben, 1000)
    await owes(wallet, ben, chai, 1000)
    old = await propose(wallet, ana)
    await owes(wallet, chai, ana, 300)
    new = await propose(wallet, chai)
    assert (await wallet.netting(old.id)).state == "replaced"
    assert lines(new) == [("Ana", "Chai", 700)]
    for verb in (wallet.agree_to_netting, wallet.refuse_netting):
        with pytest.raises(NettingClosed) as refusal:
            await verb(old.id, ben.id)
        assert refusal.value.state == "replaced"
    await wallet.agree_to_netting(new.id, ben.id)
    assert (await wallet.agree_to_netting(new.id, ana.id)).state == "agreed"
    assert (await wallet.reconcile()).clean


async def test_a_proposal_that_nobody_answered_in_time_stays_so(
    wallet: Wallet, clock: Clock, ana: Party, ben: Party
) -> None:
    """Another one does not take its place: it was over before."""
    await owes(wallet, ana, ben, 1000)
    await owes(wallet, ben, ana, 400)
    old = await propose(wallet, ana)
    clock.advance(days=1)
    new = await propose(wallet, ana)
    assert (new.state, (await wallet.netting(old.id)).state) == ("proposed", "expired")


async def test_two_who_propose_at_once_propose_the_same(wallet: Wallet, ana: Party, ben: Party) -> None:
    """And two who then agree at once settle it once."""
    for _ in range(10):
        await owes(wallet, ana, ben, 20)
        await owes(wallet, ben, ana, 10)
        found = await asyncio.gather(propose(wallet, ana), propose(wallet, ben))
        assert len({one.id for one in found}) == 1
        ended = await asyncio.gather(*(wallet.agree_to_netting(found[0].id, one.id) for one in (ana, ben)))
        made = (await wallet.netting(found[0].id)).payments[0].request
        assert {one.state for one in ended} <= {"proposed", "agreed"}
        assert made is not None
        await pay(wallet, made)
    assert (await wallet.reconcile()).clean


async def test_two_groups_that_become_one_keep_one_proposal(wallet: Wallet, ana: Party, ben: Party) -> None:
    """The one of the group as it is known from now on; the other can be proposed again."""
    for group in (FLAT, ELSEWHERE):
        await owes(wallet, ana, ben, 1000, group)
        await owes(wallet, ben, ana, 400, group)
    old, kept = await propose(wallet, ana), await propose(wallet, ana, ELSEWHERE)
    await wallet.move_group(FLAT, ELSEWHERE)
    assert [(await wallet.netting(one.id)).state for one in (old, kept)] == ["replaced", "proposed"]


async def test_a_group_moves_beside_a_proposal_to_the_other(wallet: Wallet, ana: Party, ben: Party) -> None:
    """One that is made there while a group is being moved keeps its place, as one from before does."""
    for group in (FLAT, ELSEWHERE):
        await owes(wallet, ana, ben, 1000, group)
        await owes(wallet, ben, ana, 400, group)
    old, engine, key = await propose(wallet, ana), wallet._database._engine, uuid4()
    async with engine.connect() as proposing, wallet._database._autocommit.connect() as watching:
        placed = nettings.Placed(key, ELSEWHERE, old.created_at, old.expires_at)
        await nettings.insert(
            proposing, placed, await nettings.claims_of(proposing, ELSEWHERE, wallet.currency, old.created_at)
        )
        moving = asyncio.create_task(wallet.move_group(FLAT, ELSEWHERE))
        await somebody_waits(watching)
        await proposing.commit()
    await moving
    assert [(await wallet.netting(one)).state for one in (old.id, key)] == ["replaced", "proposed"]
    assert {(await wallet.netting(one)).group for one in (old.id, key)} == {ELSEWHERE}


async def test_what_the_last_word_nets_is_not_proposed_again(
    wallet: Wallet, ana: Party, ben: Party, chai: Party
) -> None:
    """Who proposes while the last side agrees waits for that, and then finds nothing left to even out."""
    await owes(wallet, ana, ben, 100)
    await owes(wallet, ben, chai, 100)
    proposed = await propose(wallet, ana)
    await wallet.agree_to_netting(proposed.id, ben.id)
    database = wallet._database
    async with database._engine.connect() as conn, database._autocommit.connect() as watching:
        await conn.execute(text("SELECT FROM wallet.nettings WHERE id = :id FOR UPDATE"), {"id": proposed.id})
        last_word = asyncio.create_task(wallet.agree_to_netting(proposed.id, chai.id))
        await somebody_waits(watching)
        again = asyncio.create_task(propose(wallet, ben))
        await somebody_waits(watching, 2)
        await conn.rollback()
    assert (await last_word).state == "agreed"
    with pytest.raises(NothingToNet):
        await again


async def test_no_payment_is_proposed_that_nobody_could_make(wallet: Wallet, ana: Party, ben: Party) -> None:
    """Two shares of the largest amount there is cannot be one payment: they stay two."""
    for _ in range(2):
        await owes(wallet, ana, ben, MAX_MINOR)
    with pytest.raises(NothingToNet):
        await propose(wallet, ana)
