"""Races, conflicts, double requests, odd amounts and clocks, over several wallets on one database, as in production."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg

from tests.conftest import PIN, Clock, euros, person
from tests.faults.harm import BY, WHY, at_each_commit, at_each_statement, fails, tell_with_harm
from tests.proof import ledger_inputs, ledger_races, transactions
from tests.proof.finding import Effort, Finding, Prover
from tests.proof.wallets import drift, pay, refused, wallets
from wallet import (
    KeyConflict,
    NotRefundable,
    NotReversible,
    Part,
    Party,
    QuoteClosed,
    QuoteExpired,
    Receipt,
    Wallet,
    WrongPin,
)

if TYPE_CHECKING:
    from tests.books import Server

Request = Callable[[Wallet], Awaitable[object]]
"""A verb with everything it takes, to be asked of any of several wallets."""


async def conflicts_leave_no_trace(server: Server, effort: Effort) -> list[Finding]:
    """PostgreSQL refuses each statement of all that moves money once, and loses the connection at each COMMIT."""
    every = effort.times(13, 1)
    conflicts = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable)
    statements, bent = 0, 0
    commits, doubled = 0, 0
    async with wallets(server, 1) as (wallet,):
        for conflict in conflicts:
            nth = fails(conflict)
            with at_each_statement(nth):
                struck, wrong = await tell_with_harm(wallet, nth, every=every)
            statements, bent = statements + struck, bent + len(wrong)
        for answer_lost in (False, True):
            nth = fails(psycopg.OperationalError)
            with at_each_commit(wallet, nth, answer_lost=answer_lost):
                struck, wrong = await tell_with_harm(wallet, nth, every=effort.times(4, 1))
            commits, doubled = commits + struck, doubled + len(wrong)
        unclean = await drift(wallet)
    return [
        Finding("L4", "A conflict at any statement ends in everything done exactly once.", statements, bent),
        Finding("L4", "So does a connection lost before any COMMIT, or after it.", commits, doubled),
        Finding("L4", "The books pass every proof afterwards.", 1, unclean),
    ]


async def one_request_happens_once(server: Server, effort: Effort) -> list[Finding]:
    """Every verb that takes a key, asked many times at once over two processes, and then for something else."""
    rounds, times = effort.times(1, 20), effort.times(20, 50)
    asked = doubled = conflicts = taken = 0
    async with wallets(server, 2) as both:
        wallet = both[0]
        for _ in range(rounds):
            ana, ben = await person(wallet, "Ana", 1_000), await person(wallet, "Ben", 1_000)
            for request, other in (*await _requests(wallet, ana, ben), *await _claims(wallet, ana, ben)):
                answers = await asyncio.gather(*(request(both[n % 2]) for n in range(times)), return_exceptions=True)
                asked += len(answers)
                doubled += sum(answer != answers[0] or isinstance(answer, BaseException) for answer in answers)
                if other is not None:
                    conflicts += 1
                    taken += not await refused(other(both[1]), KeyConflict)
            balances = [(await wallet.balance(party.id)).ledger.minor for party in (ana, ben)]
            doubled += balances != [950, 1050]
        unclean = await drift(wallet)
    return [
        Finding("L5", f"One request, asked {times} times at once, happens once and is answered alike.", asked, doubled),
        Finding("L5", "A key that was used for one request is refused for another.", conflicts, taken),
        Finding("L5", "The books pass every proof afterwards.", 1, unclean),
    ]


async def _requests(wallet: Wallet, ana: Party, ben: Party) -> list[tuple[Request, Request | None]]:
    """Each verb that moves money, with a fixed key, and with another amount. In all, 0.50 go from Ana to Ben."""
    keys = [uuid4() for _ in range(7)]
    first, paid = [await wallet.quote(ana.id, ben.id, euros(wallet, 100), key=key) for key in keys[:2]]
    await wallet.confirm(first.id, ana.id, PIN)

    def amounts(verb: Callable[[Wallet, int], Awaitable[object]], cents: int) -> tuple[Request, Request]:
        return lambda on: verb(on, cents), lambda on: verb(on, cents + 1)

    def give_back(on: Wallet, cents: int) -> Awaitable[object]:
        return on.refund(first.id, euros(on, cents), key=keys[2], by=BY, reason=WHY)

    def pay_in(on: Wallet, cents: int) -> Awaitable[object]:
        return on.deposit(ana.id, euros(on, cents), key=keys[3], by=BY, reason=WHY)

    def pay_out(on: Wallet, cents: int) -> Awaitable[object]:
        return on.withdraw(ana.id, euros(on, cents), key=keys[4], by=BY, reason=WHY)

    def ask(on: Wallet, cents: int) -> Awaitable[object]:
        return on.quote(ana.id, ben.id, euros(on, cents), key=keys[5])

    return [
        amounts(give_back, 50),
        amounts(pay_in, 70),
        amounts(pay_out, 70),
        amounts(ask, 10),
        (lambda on: on.confirm(paid.id, ana.id, PIN), None),
        (lambda on: on.reverse(paid.id, key=keys[6], by=BY, reason=WHY), None),
    ]


async def _claims(wallet: Wallet, ana: Party, ben: Party) -> list[tuple[Request, Request | None]]:
    """Each verb that moves no money, with a fixed key, and the same key for something else.

    A name may change, so a person's key with another name is the same request.
    """
    keys, flat = [uuid4() for _ in range(7)], uuid4()
    first, second = [await wallet.ask(ben.id, ana.id, euros(wallet, 10), key=uuid4()) for _ in range(2)]
    for payer, payee, cents in ((ana, ben, 20), (ben, ana, 40)):
        await wallet.start_split(payee.id, flat, euros(wallet, cents), parts=[Part(payer.id)], key=uuid4())
    return [
        (lambda on: on.open_person("Cem", key=keys[0]), None),
        (lambda on: on.invite("@nina", key=keys[1]), None),
        (
            lambda on: on.open_business(ana.id, "Café", key=keys[2]),
            lambda on: on.open_business(ben.id, "Café", key=keys[2]),
        ),
        (
            lambda on: on.ask(ben.id, ana.id, euros(on, 10), key=keys[3]),
            lambda on: on.ask(ben.id, ana.id, euros(on, 11), key=keys[3]),
        ),
        (
            lambda on: on.quote_request(first.id, ana.id, key=keys[4]),
            lambda on: on.quote_request(second.id, ana.id, key=keys[4]),
        ),
        (
            lambda on: on.start_split(ana.id, flat, euros(on, 30), key=keys[5]),
            lambda on: on.start_split(ana.id, flat, euros(on, 31), key=keys[5]),
        ),
        (
            lambda on: on.propose_netting(flat, ana.id, key=keys[6]),
            lambda on: on.propose_netting(uuid4(), ana.id, key=keys[6]),
        ),
    ]


async def refunds_fit_once(server: Server, effort: Effort) -> list[Finding]:
    """Each payment is given back whole, twice at once: exactly one of the two succeeds."""
    payments = effort.times(20, 500)
    async with wallets(server, 2) as both:
        ana, ben = await person(both[0], "Ana", payments * 10), await person(both[0], "Ben")
        paid = [(await pay(both[n % 2], ana, ben, 10)).payment_id for n in range(payments)]
        outcomes: Counter[type] = Counter()
        for start in range(0, payments, 20):
            giving_back = (
                wallet.refund(payment, key=uuid4(), by=BY, reason=WHY)
                for payment in paid[start : start + 20]
                for wallet in both
            )
            outcomes.update(map(type, await asyncio.gather(*giving_back, return_exceptions=True)))
        back = (await both[0].balance(ana.id)).ledger.minor
        unclean = await drift(both[0])
    wrong = abs(outcomes[Receipt] - payments) + abs(outcomes[NotRefundable] - payments) + (back != payments * 10)
    figure = f"{outcomes[Receipt]:,} succeeded, {outcomes[NotRefundable]:,} were refused"
    claim = "Of two whole refunds of one payment exactly one succeeds."
    return [
        Finding("L8", claim, 2 * payments, wrong, figure),
        Finding("L8", "The books pass every proof afterwards.", 1, unclean),
    ]


async def what_is_over_stays_over(server: Server, effort: Effort) -> list[Finding]:
    """Refunds of too much, of returns, of deposits; confirming what was cancelled, voided or has expired."""
    rounds, clock = effort.times(2, 50), Clock()
    tried = wrong = 0
    async with wallets(server, 1, clock=clock) as (wallet,):
        for _ in range(rounds):
            ana, ben = await person(wallet, "Ana", 1_000), await person(wallet, "Ben")
            attempts = await _too_late(wallet, clock, ana, ben)
            before = await wallet.parties()
            for attempt, refusals in attempts:
                tried += 1
                wrong += not await refused(attempt, *refusals)
            wrong += await wallet.parties() != before
    return [Finding("L8", "What was refunded, cancelled, voided or has expired moves nothing more.", tried, wrong)]


async def _too_late(
    wallet: Wallet, clock: Clock, ana: Party, ben: Party
) -> list[tuple[Awaitable[object], tuple[type[Exception], ...]]]:
    """Attempts that come too late, each with the refusals it may meet; balances are as they were before."""

    def give_back(payment: UUID, cents: int | None) -> Awaitable[Receipt]:
        amount = None if cents is None else euros(wallet, cents)
        return wallet.refund(payment, amount, key=uuid4(), by=BY, reason=WHY)

    returned = (await pay(wallet, ana, ben, 100)).payment_id
    refund = (await give_back(returned, None)).payment_id
    cancelled, voided, expired = [await wallet.quote(ana.id, ben.id, euros(wallet, 10), key=uuid4()) for _ in range(3)]
    await wallet.cancel(cancelled.id, ana.id)
    for _ in range(3):
        await refused(wallet.confirm(voided.id, ana.id, "730164"), WrongPin)
    await wallet.check_pin(ana.id, PIN)
    clock.advance(minutes=2)
    return [
        (give_back(returned, None), (NotRefundable,)),
        (give_back(returned, 1), (NotRefundable,)),
        (give_back(refund, None), (NotRefundable,)),
        (wallet.reverse(returned, key=uuid4(), by=BY, reason=WHY), (NotReversible,)),
        (wallet.reverse(refund, key=uuid4(), by=BY, reason=WHY), (NotReversible,)),
        (wallet.confirm(cancelled.id, ana.id, PIN), (QuoteClosed,)),
        (wallet.confirm(voided.id, ana.id, PIN), (QuoteClosed,)),
        (wallet.confirm(expired.id, ana.id, PIN), (QuoteExpired,)),
    ]


PROVERS: tuple[Prover, ...] = (
    *ledger_races.PROVERS,
    conflicts_leave_no_trace,
    one_request_happens_once,
    refunds_fit_once,
    what_is_over_stays_over,
    *ledger_inputs.PROVERS,
    *transactions.PROVERS,
)
