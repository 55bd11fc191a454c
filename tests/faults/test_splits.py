"""A split asks once, and a netting replaces claims once, how many try at once and whatever goes wrong meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from tests import books
from tests.conftest import euros, person
from tests.faults.harm import at_each_commit, at_each_statement, fails
from tests.wallet.outbox import deliver_all
from wallet import Netting, NettingClosed, Part, RequestClosed, Split, SplitClosed, SplitFull, Wallet, WalletSettings
from wallet.shares import MAX_PEOPLE

if TYPE_CHECKING:
    from sqlalchemy.engine import URL
    from sqlalchemy.ext.asyncio import AsyncConnection

    from tests.faults.harm import Nth

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(database_url: URL) -> WalletSettings:
    """A thousand payments and splits a day are allowed."""
    unlimited = {"limit_payments_a_day": 10_000, "limit_day": 10**9, "limit_month": 10**9}
    return books.settings(database_url, limit_requests_a_day=10_000, **unlimited)


async def test_a_split_has_room_for_so_many_however_many_press_at_once(wallet: Wallet, other: Wallet) -> None:
    """Counted one after the other, in both processes; who presses twice is in once."""
    ana = await person(wallet, "Ana", pin=None)
    people = [await person(wallet, f"P{number}", pin=None) for number in range(MAX_PEOPLE + 5)]
    split = await wallet.start_split(ana.id, uuid4(), euros(wallet, 100_00), key=uuid4())
    joining = [desk.join_split(split.id, one.id) for one in people for desk in (wallet, other)]
    outcomes = await asyncio.gather(*joining, return_exceptions=True)
    assert Counter(map(type, outcomes)) == {Split: 2 * (MAX_PEOPLE - 1), SplitFull: 2 * 6}
    shares = (await wallet.ask_split(split.id, ana.id)).shares
    assert len({share.party.id for share in shares}) == MAX_PEOPLE
    assert sum(share.amount.minor for share in shares) == 100_00


async def test_joins_leaves_asking_and_closing_race_safely(wallet: Wallet, other: Wallet) -> None:
    """In two processes, in any order: the shares that were fixed add up, and each is asked for once."""
    rng, ended = random.Random(7), Counter[str]()
    ana, *others = [await person(wallet, name, pin=None) for name in ("Ana", "Ben", "Chai", "Dia")]
    for _ in range(60):
        split = await wallet.start_split(ana.id, uuid4(), euros(wallet, 1000), key=uuid4())
        await wallet.join_split(split.id, others[0].id)
        tried: list[Any] = [rng.choice((wallet, other)).join_split(split.id, one.id) for one in others]
        tried += [rng.choice((wallet, other)).leave_split(split.id, rng.choice(others).id)]
        tried += [desk.ask_split(split.id, ana.id) for desk in (wallet, other)]
        if rng.random() < 0.5:
            tried.append(rng.choice((wallet, other)).close_split(split.id, ana.id))
        rng.shuffle(tried)
        outcomes = await asyncio.gather(*tried, return_exceptions=True)
        assert all(isinstance(outcome, Split | SplitClosed) or "split_empty" in str(outcome) for outcome in outcomes)
        split = await wallet.split(split.id)
        if split.asked_at is not None:
            assert sum(share.amount.minor for share in split.shares) == 1000
        ended[split.state] += 1
    assert set(ended) >= {"asking", "closed"}
    await deliver_all(wallet)
    assert [proof for proof in (await wallet.reconcile()).proofs if not proof.holds] == []


async def test_of_paying_and_settling_up_one_wins(wallet: Wallet, other: Wallet) -> None:
    """Two claims on one another, paid, declined, and netted by both sides' words at once: each ends once."""
    rng, won = random.Random(11), Counter[str]()
    ana, ben, chai = [await person(wallet, name, 100_00) for name in ("Ana", "Ben", "Chai")]
    for _ in range(60):
        group = uuid4()
        claims = []
        for payer, payee, cents in ((ana, ben, 20), (ben, ana, 10)):
            key, money = uuid4(), euros(wallet, cents)
            parts = [Part(payer.id, amount=money)]
            split = await wallet.start_split(payee.id, group, money, way="amounts", parts=parts, key=key)
            claims.append(split.shares[0].request)
        first, second = (claim for claim in claims if claim is not None)
        proposed = await wallet.propose_netting(group, chai.id, key=uuid4())
        quote = await wallet.quote_request(first.id, ana.id, key=uuid4())
        order = (await wallet._stored_quote(quote.id, ana.id)).order()
        tried: list[Any] = [wallet.agree_to_netting(proposed.id, side.id) for side in (ana, ben)]
        if rng.random() < 0.4:
            tried.append(other._postings.submit(order))
        if rng.random() < 0.4:
            tried.append(other.decline_request(second.id, ben.id))
        rng.shuffle(tried)
        outcomes = await asyncio.gather(*tried, return_exceptions=True)
        agreed = [outcome for outcome in outcomes if isinstance(outcome, Netting) and outcome.state == "agreed"]
        states = {(await wallet.request(claim.id)).state for claim in (first, second)}
        assert len(agreed) == (states == {"netted"})
        assert ("netted" in states) == bool(agreed)
        assert not any(isinstance(outcome, Exception) and not isinstance(outcome, _REFUSALS) for outcome in outcomes)
        won["netted" if agreed else "ended otherwise"] += 1
        for due in agreed[0].payments if agreed else ():
            assert due.request is not None
            await wallet.cancel_request(due.request.id, due.payee.id)
    assert len(won) == 2
    await deliver_all(wallet)
    assert [proof for proof in (await wallet.reconcile()).proofs if not proof.holds] == []


_REFUSALS = (RequestClosed, NettingClosed)


async def settle_through(wallet: Wallet, nth: Nth) -> int:
    """Split, join, ask, and settle up, over and over, each time harmed a step later; how often the harm struck."""
    struck = 0
    while True:
        ana, ben, chai = [await person(wallet, name, pin=None) for name in ("Ana", "Ben", "Chai")]
        group, keys, part = uuid4(), [uuid4() for _ in range(3)], Part(ana.id, amount=euros(wallet, 450))
        nth.arm(struck + 1)
        await wallet.start_split(ana.id, group, euros(wallet, 900), key=keys[0])
        await wallet.join_split(keys[0], ben.id)
        await wallet.ask_split(keys[0], ana.id)
        await wallet.start_split(chai.id, group, euros(wallet, 450), way="amounts", parts=[part], key=keys[1])
        await wallet.propose_netting(group, ana.id, key=keys[2])
        await wallet.agree_to_netting(keys[2], ben.id)
        settled = await wallet.agree_to_netting(keys[2], chai.id)
        closed = await wallet.close_split(keys[0], ana.id)
        if not nth.struck:
            return struck
        assert (settled.state, closed.state) == ("agreed", "closed")
        ((due,),) = [settled.payments]
        assert await wallet.open_requests_to(ben.id) == (due.request,)
        assert (due.payee, due.amount.minor) == (chai, 450)
        assert await wallet.open_requests_to(ana.id) == ()
        assert await told(wallet, ana.id, ben.id, chai.id) == [1, 2, 0]
        struck += 1


async def told(wallet: Wallet, *party_ids: Any) -> list[int]:
    """How many requests each has heard of."""
    query = text("SELECT count(*) FROM wallet.notices WHERE recipient_id = :party AND kind = 'request_received'")

    async def work(conn: AsyncConnection) -> list[int]:
        return [(await conn.execute(query, {"party": party_id})).scalar_one() for party_id in party_ids]

    return await wallet._database.read(work)


async def test_a_deadlock_at_any_statement_changes_nothing(wallet: Wallet) -> None:
    """Whatever statement of splitting and settling up fails is done again, once."""
    nth = fails(psycopg.errors.DeadlockDetected)
    with at_each_statement(nth):
        assert await settle_through(wallet, nth) > 60
    await deliver_all(wallet)
    assert (await wallet.reconcile()).clean


async def test_a_commit_whose_answer_is_lost_counts_once(wallet: Wallet) -> None:
    """The connection breaks after a COMMIT was done: asking again finds what it did."""
    nth = fails(psycopg.OperationalError)
    with at_each_commit(wallet, nth, answer_lost=True):
        assert await settle_through(wallet, nth) >= 8
    await deliver_all(wallet)
    assert (await wallet.reconcile()).clean
