"""A request ends once, whoever ends it, how many at once, and whatever goes wrong meanwhile."""

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
from tests.conftest import PIN, Clock, euros, person
from tests.faults.harm import at_each_commit, at_each_statement, fails
from tests.wallet.outbox import deliver_all
from wallet import Party, Receipt, Request, RequestClosed, TooManyRequests, Wallet, WalletSettings

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from sqlalchemy.engine import URL
    from sqlalchemy.ext.asyncio import AsyncConnection

    from tests.faults.harm import Nth

pytestmark = pytest.mark.anyio

RACES, AT_ONCE = 300, 30
CENTS = 7


@pytest.fixture
def settings(database_url: URL) -> WalletSettings:
    """A thousand payments and requests a day are allowed."""
    unlimited = {"limit_payments_a_day": 10_000, "limit_day": 10**9, "limit_month": 10**9}
    return books.settings(database_url, limit_requests_a_day=10_000, **unlimited)


@pytest.mark.timeout(300)
async def test_of_many_races_each_has_one_winner(wallet: Wallet, other: Wallet, clock: Clock) -> None:
    """Paid twice, declined, cancelled or expired, asked of two wallets in any order: one of them, and paid once."""
    ben = await person(wallet, "Ben", RACES * CENTS)
    rng, won = random.Random(7), Counter[str]()
    for turn in range(RACES // AT_ONCE):
        askers = [await person(wallet, f"Asker {number}", pin=None) for number in range(AT_ONCE)]
        asked = [await wallet.ask(asker.id, ben.id, euros(wallet, CENTS), key=uuid4()) for asker in askers]
        late = turn % 2 == 1
        if late:  # the last quotes are shown just before the time is over, and the sweeps of both are among the racers
            clock.advance(days=7, seconds=-1)
        payments = [await payments_of(wallet, request) for request in asked]
        if late:
            clock.advance(seconds=rng.choice((0, 1)))
        outcomes = await race((wallet, other), rng, asked, payments, late=late)
        for asker, request, ends in zip(askers, asked, outcomes, strict=True):
            state = (await wallet.request(request.id)).state
            receipts = {end.payment_id for end in ends if isinstance(end, Receipt)}
            assert len(receipts) == (state == "paid")
            assert (await wallet.balance(asker.id)).ledger.minor == (CENTS if state == "paid" else 0)
            assert {end.state for end in ends if isinstance(end, Request)} <= {state}
            told = {end.state for end in ends if isinstance(end, RequestClosed)}
            assert told <= {state, "expired"}  # after its time a payment is too late anyway
            won[state] += 1
    assert won.total() == RACES
    assert set(won) == {"paid", "declined", "cancelled", "expired"}
    assert (await wallet.balance(ben.id)).ledger.minor == (RACES - won["paid"]) * CENTS
    await deliver_all(wallet)
    assert [proof for proof in (await wallet.reconcile()).proofs if not proof.holds] == []


async def payments_of(wallet: Wallet, request: Request) -> list[Any]:
    """Two cards that answer it, each confirmed once its PIN was given: what a payment is from there on."""
    quotes = [await wallet.quote_request(request.id, request.payer.id, key=uuid4()) for _ in range(2)]
    return [(await wallet._stored_quote(quote.id, request.payer.id)).order() for quote in quotes]


async def race(
    desks: tuple[Wallet, Wallet],
    rng: random.Random,
    asked: Sequence[Request],
    payments: Sequence[Sequence[Any]],
    *,
    late: bool,
) -> list[list[Receipt | Request | RequestClosed]]:
    """End each of these requests in every way, in either wallet, in a random order; beside the sweeps, if late."""
    tried: list[tuple[int, Coroutine[Any, Any, Receipt | Request]]] = []
    for number, request in enumerate(asked):
        tried.extend((number, rng.choice(desks)._postings.submit(order)) for order in payments[number])
        tried.append((number, rng.choice(desks).decline_request(request.id, request.payer.id)))
        tried.append((number, rng.choice(desks).cancel_request(request.id, request.payee.id)))
    rng.shuffle(tried)
    sweeps = [asyncio.create_task(desk.expire_requests()) for desk in desks if late]
    found = await asyncio.gather(*(work for _, work in tried), return_exceptions=True)
    await asyncio.gather(*sweeps)
    outcomes: list[list[Receipt | Request | RequestClosed]] = [[] for _ in asked]
    for (number, _), outcome in zip(tried, found, strict=True):
        assert isinstance(outcome, Receipt | Request | RequestClosed), outcome
        outcomes[number].append(outcome)
    return outcomes


async def test_of_two_payments_in_one_batch_one_is_made(wallet: Wallet) -> None:
    """The second finds it paid, although nothing is written yet."""
    ana, ben = await person(wallet, "Ana"), await person(wallet, "Ben", 2 * CENTS)
    request = await wallet.ask(ana.id, ben.id, euros(wallet, CENTS), key=uuid4())
    orders = await payments_of(wallet, request)
    outcomes = await asyncio.gather(*map(wallet._postings.submit, orders), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Receipt, RequestClosed]
    assert (await wallet.balance(ana.id)).ledger.minor == CENTS


async def test_caps_hold_however_many_ask_at_once(wallet: Wallet, other: Wallet) -> None:
    """Counted one after the other, in both processes: three are open, and no more."""
    ana, ben = await person(wallet, "Ana"), await person(wallet, "Ben")
    asking = [desk.ask(ana.id, ben.id, euros(wallet, CENTS), key=uuid4()) for desk in (wallet, other) * 10]
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert Counter(map(type, outcomes)) == {Request: 3, TooManyRequests: 17}
    assert len(await wallet.open_requests_to(ben.id)) == 3


async def request_through(wallet: Wallet, nth: Nth) -> int:
    """Ask, pay, decline and cancel, over and over, each time harmed a step later; how often the harm struck."""
    struck = 0
    while True:
        ana, ben = await person(wallet, "Ana"), await person(wallet, "Ben", 2 * CENTS)
        keys, money = [uuid4() for _ in range(3)], euros(wallet, CENTS)
        nth.arm(struck + 1)
        for key in keys:
            await wallet.ask(ana.id, ben.id, money, key=key)
        quote = await wallet.quote_request(keys[0], ben.id, key=uuid4())
        receipt = await wallet.confirm(quote.id, ben.id, PIN)
        declined = await wallet.decline_request(keys[1], ben.id)
        cancelled = await wallet.cancel_request(keys[2], ana.id)
        if not nth.struck:
            return struck
        assert receipt == await wallet.confirm(quote.id, ben.id, PIN)
        assert (declined.state, cancelled.state) == ("declined", "cancelled")
        assert [(await wallet.balance(party.id)).ledger.minor for party in (ana, ben)] == [CENTS, CENTS]
        await one_notice_each(wallet, ana, ben)
        struck += 1


async def one_notice_each(wallet: Wallet, *parties: Party) -> None:
    """Nobody was told twice of the same: three requests, a payment, a decline, a cancel."""
    query = text("SELECT kind FROM wallet.notices WHERE recipient_id = :party AND kind LIKE 'request%' ORDER BY kind")

    async def work(conn: AsyncConnection) -> list[list[str]]:
        return [list((await conn.execute(query, {"party": party.id})).scalars()) for party in parties]

    assert await wallet._database.read(work) == [
        ["request_declined"],
        ["request_cancelled", *["request_received"] * 3],
    ]


async def test_a_deadlock_at_any_statement_changes_nothing(wallet: Wallet) -> None:
    """Whatever statement of asking and ending fails is done again, once."""
    nth = fails(psycopg.errors.DeadlockDetected)
    with at_each_statement(nth):
        assert await request_through(wallet, nth) > 30
    await deliver_all(wallet)
    assert (await wallet.reconcile()).clean


async def test_a_commit_whose_answer_is_lost_counts_once(wallet: Wallet) -> None:
    """The connection breaks after a COMMIT was done: asking again finds what it did."""
    nth = fails(psycopg.OperationalError)
    with at_each_commit(wallet, nth, answer_lost=True):
        assert await request_through(wallet, nth) >= 7
    await deliver_all(wallet)
    assert (await wallet.reconcile()).clean
