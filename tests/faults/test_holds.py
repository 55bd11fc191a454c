"""A hold ends once, whoever ends it, how many at once, and whatever goes wrong meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import ARRAY, Uuid, bindparam, text

from tests import books
from tests.conftest import PIN, Clock, euros, person
from tests.faults.harm import at_each_commit, at_each_statement, fails
from tests.wallet.outbox import deliver_all
from wallet import HoldClosed, Party, Receipt, Wallet, WalletSettings

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from uuid import UUID

    from sqlalchemy.engine import URL
    from sqlalchemy.ext.asyncio import AsyncConnection

    from tests.faults.harm import Nth

pytestmark = pytest.mark.anyio

RACES, AT_ONCE = 1000, 50
CENTS = 7


@pytest.fixture
def settings(database_url: URL) -> WalletSettings:
    """A thousand payments a day are allowed."""
    return books.settings(database_url, limit_payments_a_day=10_000, limit_day=10**9, limit_month=10**9)


async def place(wallet: Wallet, payer: Party, payee: Party) -> UUID:
    quote = await wallet.quote(payer.id, payee.id, euros(wallet, CENTS), key=uuid4())
    return (await wallet.confirm(quote.id, payer.id, PIN)).payment_id


async def place_many(wallet: Wallet, payer: Party, payee: Party) -> list[UUID]:
    """As if so many quotes had been shown and confirmed: one was shown, and is copied."""
    quote = await wallet.quote(payer.id, payee.id, euros(wallet, CENTS), key=uuid4())
    stored = await wallet._stored_quote(quote.id, payer.id)

    async def copy(conn: AsyncConnection) -> list[UUID]:
        return list((await conn.execute(_COPY_QUOTE, {"id": quote.id, "times": AT_ONCE})).scalars())

    ids = await wallet._database.transaction(copy)
    receipts = await asyncio.gather(*(wallet._postings.submit(replace(stored.order(), key=id_)) for id_ in ids))
    assert {receipt.kind for receipt in receipts} == {"hold"}
    return ids


_COPY_QUOTE = text("""
    INSERT INTO wallet.quotes (id, key, payer_account_id, payee_account_id, amount, fee, currency, note, state,
                               created_at, expires_at, held_until)
    SELECT gen_random_uuid(), gen_random_uuid(), payer_account_id, payee_account_id, amount, fee, currency, note, state,
           created_at, expires_at, held_until
    FROM wallet.quotes, generate_series(1, :times) WHERE id = :id RETURNING id
""")


async def states(wallet: Wallet, holds: Sequence[UUID]) -> list[str]:
    query = text("""
        SELECT state FROM unnest(:ids) WITH ORDINALITY AS asked(id, nth) JOIN wallet.holds USING (id) ORDER BY nth
    """)
    bound = query.bindparams(bindparam("ids", list(holds), ARRAY(Uuid)))

    async def work(conn: AsyncConnection) -> list[str]:
        return list((await conn.execute(bound)).scalars())

    return await wallet._database.read(work)


@pytest.mark.timeout(300)
async def test_of_a_thousand_races_each_has_one_winner(wallet: Wallet, other: Wallet, clock: Clock) -> None:
    """Captured, taken back, refused or expired, asked of two wallets in any order: one of them, no money lost."""
    ana, ben = await person(wallet, "Ana", RACES * CENTS), await person(wallet, "Ben")
    newbie = await wallet.invite("@newbie", key=uuid4())
    rng, won = random.Random(4), Counter[str]()
    for turn in range(RACES // AT_ONCE):
        holds = await place_many(wallet, ana, newbie)
        late = turn % 2 == 1
        if late:  # then the sweeps of both are among the racers
            clock.advance(days=7)
        outcomes = await race((wallet, other), rng, holds, (ana, ben), late=late)
        for state, ends in zip(await states(wallet, holds), outcomes, strict=True):
            winners = {end.payment_id for end in ends if isinstance(end, Receipt)}
            assert len(winners) == (0 if state == "expired" else 1)
            told = {end.state for end in ends if isinstance(end, HoldClosed)}
            assert told <= ({state, "expired"} if late else {state})  # after its time a claim is too late anyway
            won[state] += 1
    assert won.total() == RACES
    assert set(won) == {"captured", "cancelled", "refused", "expired"}
    captured = won["captured"] * CENTS
    assert (await wallet.balance(ben.id)).ledger.minor == captured
    assert (await wallet.balance(ana.id)).available.minor == RACES * CENTS - captured
    await deliver_all(wallet)
    assert [proof for proof in (await wallet.reconcile()).proofs if not proof.holds] == []


async def race(
    desks: tuple[Wallet, Wallet], rng: random.Random, holds: Sequence[UUID], people: tuple[Party, Party], *, late: bool
) -> list[list[Receipt | HoldClosed]]:
    """End each of these holds in three ways, in either wallet, in a random order; beside the sweeps, if it is late."""
    payer, payee = people
    asked: list[tuple[int, Coroutine[Any, Any, Receipt]]] = []
    for number, hold_id in enumerate(holds):
        asked.append((number, rng.choice(desks).capture(hold_id, payee.id)))
        asked.append((number, rng.choice(desks).cancel_hold(hold_id, payer.id)))
        asked.append((number, rng.choice(desks).refuse_hold(hold_id, payee.id)))
    rng.shuffle(asked)
    sweeps = [asyncio.create_task(desk.expire_holds()) for desk in desks if late]
    found = await asyncio.gather(*(work for _, work in asked), return_exceptions=True)
    await asyncio.gather(*sweeps)
    outcomes: list[list[Receipt | HoldClosed]] = [[] for _ in holds]
    for (number, _), outcome in zip(asked, found, strict=True):
        assert isinstance(outcome, Receipt | HoldClosed), outcome
        outcomes[number].append(outcome)
    return outcomes


async def hold_through(wallet: Wallet, nth: Nth) -> int:
    """Place, capture and take back, over and over, each time harmed a step later; how often the harm struck."""
    struck = 0
    while True:
        ana, ben = await person(wallet, "Ana", 2 * CENTS), await person(wallet, "Ben")
        newbie = await wallet.invite("@newbie", key=uuid4())
        nth.arm(struck + 1)
        first, second = await place(wallet, ana, newbie), await place(wallet, ana, newbie)
        captured, back = await wallet.capture(first, ben.id), await wallet.cancel_hold(second, ana.id)
        if not nth.struck:
            return struck
        assert captured == await wallet.capture(first, ben.id)
        assert back == await wallet.cancel_hold(second, ana.id)
        balances = [await wallet.balance(party.id) for party in (ana, ben)]
        assert [(balance.available.minor, balance.set_aside.minor) for balance in balances] == [(CENTS, 0), (CENTS, 0)]
        struck += 1


async def test_a_deadlock_at_any_statement_changes_nothing(wallet: Wallet) -> None:
    """Whatever statement of placing and ending fails is done again, once."""
    nth = fails(psycopg.errors.DeadlockDetected)
    with at_each_statement(nth):
        assert await hold_through(wallet, nth) > 30
    assert (await wallet.reconcile()).clean


async def test_a_commit_whose_answer_is_lost_counts_once(wallet: Wallet) -> None:
    """The connection breaks after a COMMIT was done: asking again finds what it did."""
    nth = fails(psycopg.OperationalError)
    with at_each_commit(wallet, nth, answer_lost=True):
        assert await hold_through(wallet, nth) >= 8
    assert (await wallet.reconcile()).clean
