"""Limits: never exceeded, however many pay at once, and `opens_at` is the very second when the payment fits."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import PIN, Clock, business, euros, person
from wallet import LimitExceeded, Party, Receipt, Wallet, WalletSettings, limits
from wallet.batches import together
from wallet.limits import DAY, MONTH, Limits, SpendingRow, Spent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

PER_PAYMENT, A_DAY, A_MONTH, PAYMENTS_A_DAY = 50, 100, 180, 3
Paid = list[tuple[datetime, int]]


@pytest.fixture
def tight(settings: WalletSettings) -> WalletSettings:
    """Small limits, so that every one of them is met within a few payments."""
    return settings.model_copy(
        update={
            "limit_per_payment": PER_PAYMENT,
            "limit_day": A_DAY,
            "limit_month": A_MONTH,
            "limit_payments_a_day": PAYMENTS_A_DAY,
        }
    )


@pytest.fixture
async def strict(tight: WalletSettings, clock: Clock) -> AsyncIterator[Wallet]:
    """A wallet with small limits."""
    async with Wallet.open(tight, clock=clock) as wallet:
        yield wallet


async def pay(wallet: Wallet, payer: Party, payee: Party, cents: int) -> Receipt:
    quote = await wallet.quote(payer.id, payee.id, euros(wallet, cents), key=uuid4())
    return await wallet.confirm(quote.id, payer.id, PIN)


def fits(paid: Paid, amount: int, at: datetime) -> bool:
    """The limits as one would explain them: sums over the payments younger than a day, or a month."""
    today = [cents for when, cents in paid if when > at - DAY]
    this_month = [cents for when, cents in paid if when > at - MONTH]
    return (
        amount <= PER_PAYMENT
        and sum(today) + amount <= A_DAY
        and sum(this_month) + amount <= A_MONTH
        and len(today) < PAYMENTS_A_DAY
    )


def opening(paid: Paid, amount: int) -> datetime | None:
    """The first moment when the payment fits: some payment must just have left a window."""
    moments = sorted(when + window for when, _ in paid for window in (DAY, MONTH))
    return next((moment for moment in moments if fits(paid, amount, moment)), None)


STEPS = st.lists(
    st.tuples(st.sampled_from([0, 1, 3600, 43_200, 86_399, 86_400, 864_000, 2_592_000]), st.integers(1, 55)),
    min_size=4,
    max_size=14,
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_the_limits_agree_with_a_naive_model(wallet: Wallet, clock: Clock, steps: list[tuple[int, int]]) -> None:
    """What is paid or refused, and when it opens again, is what summing up all payments by hand gives."""
    rules = Limits(PER_PAYMENT, A_DAY, A_MONTH, PAYMENTS_A_DAY)
    account_id = max(account.id for account in await wallet.accounts())
    paid: Paid = []
    now = clock.now
    async with wallet._database._engine.connect() as conn:  # rolled back at its end
        for seconds, cents in steps:
            now += timedelta(seconds=seconds)
            spent = await limits.load(conn, account_id, now)
            asked = limits.require_room(conn, account_id, spent, rules, euros(wallet, cents))
            if fits(paid, cents, now):
                await asked
                await together(conn, [limits.insert([spent.spend(account_id, cents, now)])])
                paid.append((now, cents))
            else:
                with pytest.raises(LimitExceeded) as refusal:
                    await asked
                assert refusal.value.opens_at == (opening(paid, cents) if cents <= PER_PAYMENT else None)


async def test_when_a_limit_opens_is_looked_up_among_what_it_counts(wallet: Wallet, clock: Clock) -> None:
    """Somebody may have paid for years: what has left the window is not read, so here it may say anything."""
    account_id, hour_ago = uuid4(), clock.now - timedelta(hours=1)
    rows = [SpendingRow(account_id, 1, 10**6, clock.now - DAY), SpendingRow(account_id, 2, 100, hour_ago)]
    spent = Spent(nth=2, total=100, at=hour_ago, as_of=clock.now)
    async with wallet._database._engine.connect() as conn:  # rolled back at its end
        await together(conn, [limits.insert(rows)])
        with pytest.raises(LimitExceeded) as refusal:
            await limits.require_room(conn, account_id, spent, Limits(100, 100, 10**7, 9), euros(wallet, 1))
    assert refusal.value.opens_at == hour_ago + DAY


async def test_a_refusal_says_which_limit_and_how_much_it_allows(strict: Wallet, clock: Clock) -> None:
    """Each limit by its name, in money or in payments."""
    ana, ben = await person(strict, "Ana", 1000), await person(strict, "Ben")

    async def refused(cents: int) -> tuple[str, object]:
        with pytest.raises(LimitExceeded) as refusal:
            await pay(strict, ana, ben, cents)
        return refusal.value.limit, refusal.value.allowed

    assert await refused(51) == ("per_payment", euros(strict, 50))
    for _ in range(2):
        await pay(strict, ana, ben, 50)
    assert await refused(1) == ("day", euros(strict, 100))
    clock.advance(days=1)
    for cents in (10, 10, 10):
        await pay(strict, ana, ben, cents)
    assert await refused(1) == ("payments_a_day", 3)
    clock.advance(days=1)
    await pay(strict, ana, ben, 50)
    assert await refused(1) == ("month", euros(strict, 180))


async def test_a_payment_that_two_limits_stop_opens_when_both_let_it_pass(strict: Wallet, clock: Clock) -> None:
    """The day would open tomorrow, the month only in four weeks: the later one is what is told."""
    ana, ben = await person(strict, "Ana", 1000), await person(strict, "Ben")
    start = clock.now
    for cents in (50, 50):
        await pay(strict, ana, ben, cents)
    clock.advance(days=10)
    for cents in (40, 40):
        await pay(strict, ana, ben, cents)
    with pytest.raises(LimitExceeded) as refusal:
        await strict.quote(ana.id, ben.id, euros(strict, 50), key=uuid4())
    assert (refusal.value.limit, refusal.value.opens_at) == ("month", start + MONTH)


async def test_eight_spends_at_once_never_pass_the_limit(strict: Wallet, tight: WalletSettings, clock: Clock) -> None:
    """Eight quotes that each fit, confirmed at once from two processes: only what fits together is paid."""
    ana, ben = await person(strict, "Ana", 10_000), await person(strict, "Ben")
    async with Wallet.open(tight, clock=clock) as other:
        for _ in range(3):
            quotes = [await strict.quote(ana.id, ben.id, euros(strict, 40), key=uuid4()) for _ in range(8)]
            outcomes = await asyncio.gather(
                *(
                    wallet.confirm(quote.id, ana.id, PIN)
                    for wallet, quote in zip((strict, other) * 4, quotes, strict=True)
                ),
                return_exceptions=True,
            )
            assert Counter(type(outcome) for outcome in outcomes) == {Receipt: 2, LimitExceeded: 6}
            clock.advance(days=31)
    assert (await strict.balance(ben.id)).ledger == euros(strict, 3 * 80)


async def test_a_clock_set_back_opens_nothing_early(strict: Wallet, clock: Clock) -> None:
    """Time that runs backwards neither forgets what was spent nor counts it twice."""
    ana, ben = await person(strict, "Ana", 1000), await person(strict, "Ben")
    await pay(strict, ana, ben, 50)
    opens = clock.now + DAY
    clock.advance(hours=-6)
    await pay(strict, ana, ben, 50)
    clock.advance(days=-3)
    with pytest.raises(LimitExceeded) as refusal:
        await strict.quote(ana.id, ben.id, euros(strict, 1), key=uuid4())
    assert refusal.value.opens_at == opens
    clock.now = opens - timedelta(seconds=1)
    with pytest.raises(LimitExceeded):
        await strict.quote(ana.id, ben.id, euros(strict, 1), key=uuid4())
    clock.now = opens
    await pay(strict, ana, ben, 50)


async def test_what_a_business_gets_and_gives_back_has_no_limit(strict: Wallet) -> None:
    """Limits are for what persons pay; a café takes in and refunds more than any of them."""
    luna = await person(strict, "Luna")
    cafe = await business(strict, luna)
    payers = [await person(strict, f"Guest {number}", 50) for number in range(5)]
    receipts = [await pay(strict, payer, cafe, 50) for payer in payers]
    for receipt in receipts:
        await strict.refund(receipt.payment_id, key=uuid4(), by="test", reason="closed")
    assert (await strict.balance(cafe.id)).ledger.minor == 0


async def test_what_was_refused_is_not_counted(strict: Wallet) -> None:
    """A payment that fails for want of money leaves the limit as it was."""
    ana, ben = await person(strict, "Ana", 50), await person(strict, "Ben")
    quotes = [await strict.quote(ana.id, ben.id, euros(strict, 50), key=uuid4()) for _ in range(5)]
    for quote in quotes:
        await asyncio.gather(strict.confirm(quote.id, ana.id, PIN), return_exceptions=True)
    await strict.deposit(ana.id, euros(strict, 50), key=uuid4(), by="test", reason="cash")
    await pay(strict, ana, ben, 50)
    assert (await strict.balance(ben.id)).ledger.minor == 100
