"""Attempts at PINs in batches: whoever tries at the same time shares a transaction, and nobody shares a refusal."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.conftest import PIN, Clock, euros, person
from tests.wallet.test_group_commit import deadlocks
from tests.wallet.test_pins import BY, WHY, WRONG, guess, quotes
from wallet import (
    NoticeKind,
    PinLocked,
    PinNotSet,
    QuoteClosed,
    QuoteUnknown,
    Receipt,
    Unavailable,
    Wallet,
    WalletError,
    WalletSettings,
    WrongPin,
)
from wallet.pin_attempts import Attempt, Given, Look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wallet import Party, Quote

pytestmark = pytest.mark.anyio


async def counted(wallet: Wallet, *looks: Look) -> list[Attempt | BaseException | None]:
    """What each look came to, of all at once."""
    return await asyncio.gather(*(wallet._counts.submit(look) for look in looks), return_exceptions=True)


async def given(wallet: Wallet, look: Look, pin: str) -> Given:
    """A PIN counted and hashed, yet to be compared."""
    attempt = await wallet._counts.submit(look)
    return Given(look, attempt, await wallet._hasher.hash_as(look.person_id, pin, attempt.recipe if attempt else None))


async def test_whoever_confirms_at_the_same_time_is_counted_together(
    wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One transaction counts the attempts of sixteen people, and each pays."""
    ben = await person(wallet, "Ben")
    payers = [await person(wallet, f"Payer {number}", 100) for number in range(16)]
    asked = [(await quotes(wallet, payer, ben, 1))[0] for payer in payers]
    sizes: list[int] = []
    count = wallet._counts._settle

    async def watched(looks: Sequence[Look]) -> Sequence[Attempt | Exception | None]:
        sizes.append(len(looks))
        return await count(looks)

    monkeypatch.setattr(wallet._counts, "_settle", watched)
    await asyncio.gather(*(wallet.confirm(quote.id, payer.id, PIN) for quote, payer in zip(asked, payers, strict=True)))
    assert sizes == [16]
    assert (await wallet.balance(ben.id)).ledger == euros(wallet, 16)


async def test_a_refused_attempt_is_refused_alone_and_not_counted(wallet: Wallet) -> None:
    """One batch: counted, no PIN, nobody, locked, a quote cancelled just before; each has its own answer."""
    ana, ben, dan = [await person(wallet, name, 1000) for name in ("Ana", "Ben", "Dan")]
    cleo, eve = await person(wallet, "Cleo", pin=None), await person(wallet, "Eve")
    (open_,), (cancelled,) = await quotes(wallet, ana, ben, 1), await quotes(wallet, dan, ben, 1)
    await wallet.cancel(cancelled.id, dan.id)
    await guess(wallet, eve, 5)
    first, none, nobody, locked, closed, last = await counted(
        wallet,
        Look(ana.id, open_.id),
        Look(cleo.id),
        Look(uuid4()),
        Look(eve.id),
        Look(dan.id, cancelled.id),
        Look(ben.id),
    )
    assert isinstance(first, Attempt)
    assert (first.failures, first.on_quote) == (1, 1)
    assert (none, nobody) == (None, None)
    assert isinstance(locked, PinLocked)
    assert isinstance(closed, QuoteClosed)
    assert isinstance(last, Attempt)
    assert [(await wallet.pin_state(each.id)).tries_left for each in (ana, ben, dan)] == [4, 4, 5]


async def test_one_person_twice_in_a_batch_is_counted_twice(wallet: Wallet) -> None:
    """Also on the quote: the fourth look is refused, and the three before it stay counted."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    (quote,) = await quotes(wallet, ana, ben, 1)
    outcomes = await counted(wallet, *[Look(ana.id, quote.id)] * 4)
    assert [each.on_quote for each in outcomes if isinstance(each, Attempt)] == [1, 2, 3]
    assert isinstance(outcomes[3], QuoteClosed)
    assert (await wallet.pin_state(ana.id)).tries_left == 2


async def test_pins_compared_together_have_an_answer_each(wallet: Wallet) -> None:
    """Right, wrong, wrong for the third time on a quote, no PIN, never counted."""
    ana, ben, dan = [await person(wallet, name, 1000) for name in ("Ana", "Ben", "Dan")]
    cleo, eve = await person(wallet, "Cleo", pin=None), await person(wallet, "Eve")
    (quote,) = await quotes(wallet, dan, ben, 1)
    for _ in range(2):
        with pytest.raises(WrongPin):
            await wallet.confirm(quote.id, dan.id, WRONG)
    right, wrong = await given(wallet, Look(ana.id), PIN), await given(wallet, Look(ben.id), WRONG)
    third, none = await given(wallet, Look(dan.id, quote.id), WRONG), await given(wallet, Look(cleo.id), PIN)
    assert right.attempt is not None
    never = replace(right, look=Look(eve.id), attempt=replace(right.attempt, id=uuid4()))
    outcomes = await asyncio.gather(
        *(wallet._comparisons.submit(each) for each in (right, wrong, third, none, never)), return_exceptions=True
    )
    assert outcomes[:3] == [True, False, False]
    assert [type(each) for each in outcomes[3:]] == [PinNotSet, Unavailable]
    assert [(await wallet.pin_state(each.id)).tries_left for each in (ana, ben, dan, eve)] == [5, 4, 2, 5]
    assert (await wallet.find_quote(quote.id, dan.id)).state == "voided"


async def test_nobody_is_told_of_a_lock_that_a_right_pin_has_lifted(wallet: Wallet) -> None:
    """Two attempts under way, the one that may lock compared last: after the right one there is nothing to tell."""
    ana = await person(wallet, "Ana")
    await guess(wallet, ana, 3)
    right, wrong = await given(wallet, Look(ana.id), PIN), await given(wallet, Look(ana.id), WRONG)
    assert wrong.attempt is not None
    assert wrong.attempt.locks
    assert [await wallet._comparisons.submit(each) for each in (right, wrong)] == [True, False]
    assert (await wallet.pin_state(ana.id)).locked_until is None
    assert not [notice for notice in await wallet.due_notices() if notice.kind is NoticeKind.PIN_LOCKED]


async def test_quotes_looked_up_together_are_each_for_their_payer(wallet: Wallet) -> None:
    """Somebody else's is unknown, in whatever batch."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben", 1000)
    (anas,), (bens,) = await quotes(wallet, ana, ben, 1), await quotes(wallet, ben, ana, 1)
    found = await asyncio.gather(
        wallet.find_quote(anas.id, ana.id),
        wallet.find_quote(bens.id, ana.id),
        wallet.find_quote(uuid4(), ana.id),
        wallet.find_quote(bens.id, ben.id),
        return_exceptions=True,
    )
    assert [getattr(each, "id", type(each)) for each in found] == [anas.id, QuoteUnknown, QuoteUnknown, bens.id]


async def test_batches_of_two_processes_never_wait_in_a_circle(
    wallet: Wallet, settings: WalletSettings, clock: Clock
) -> None:
    """The same people, the other way round: wrong PINs that void and lock, right ones, resets and cancels at once."""
    people = [await person(wallet, f"Person {number}", 1000) for number in range(8)]
    asked = {payer.id: await quotes(wallet, payer, people[number - 1], 3) for number, payer in enumerate(people)}

    async def tries(via: Wallet, payer: Party, quote: Quote, number: int) -> Receipt | None:
        return await via.confirm(quote.id, payer.id, PIN if number == 2 else WRONG)

    async with Wallet.open(settings, clock=clock) as other:
        outcomes = await asyncio.gather(
            *(tries(wallet, payer, asked[payer.id][n], n) for n in range(3) for payer in people),
            *(tries(other, payer, asked[payer.id][n], n) for n in range(3) for payer in reversed(people)),
            *(other.cancel(asked[payer.id][1].id, payer.id) for payer in people),
            *(wallet.reset_pin(payer.id, by=BY, reason=WHY) for payer in people[::3]),
            return_exceptions=True,
        )
    assert [each for each in outcomes if not isinstance(each, Receipt | WalletError | bool | None)] == []
    assert await deadlocks(wallet) == 0
    assert (await wallet.reconcile()).clean
