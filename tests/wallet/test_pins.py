"""PINs: never more guesses than the budget, however many guess at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from tests.conftest import PIN, Clock, euros, person
from tests.wallet.owner import as_owner
from wallet import (
    BadReason,
    MalformedPin,
    NoticeKind,
    Party,
    PinAlreadySet,
    PinCooling,
    PinLocked,
    PinNotSet,
    Quote,
    QuoteClosed,
    Receipt,
    Unavailable,
    Wallet,
    WalletSettings,
    WeakPin,
    WrongPin,
)
from wallet.pin_attempts import Given, Look

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.orders import Order
    from wallet.pin_hashing import HashedPin, PinHasher, Recipe

pytestmark = pytest.mark.anyio

T = TypeVar("T")

WRONG, NEW = "730164", "907358"
BY, WHY = "operator", "lost phone"


class Evaluations:
    """Counts how often a PIN is really looked at: hashed as the stored one was."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *wallets: Wallet) -> None:
        self.count = 0
        for wallet in wallets:
            monkeypatch.setattr(wallet._hasher, "hash_as", self._counting(wallet._hasher))

    def _counting(self, hasher: PinHasher) -> Callable[[UUID, str, Recipe | None], Awaitable[HashedPin]]:
        hash_as = hasher.hash_as

        async def counted(party_id: UUID, pin: str, recipe: Recipe | None) -> HashedPin:
            self.count += 1
            return await hash_as(party_id, pin, recipe)

        return counted


async def quotes(wallet: Wallet, payer: Party, payee: Party, count: int) -> list[Quote]:
    return [await wallet.quote(payer.id, payee.id, euros(wallet, 1), key=uuid4()) for _ in range(count)]


async def guess(wallet: Wallet, person_: Party, times: int = 1) -> list[type]:
    """Wrong PINs outside a payment; what each was answered with."""
    answers: list[type] = []
    for _ in range(times):
        with pytest.raises((WrongPin, PinLocked)) as refusal:
            await wallet.check_pin(person_.id, WRONG)
        answers.append(refusal.type)
    return answers


async def kinds_told(wallet: Wallet, recipient: Party) -> list[NoticeKind]:
    """All that this person is told, in order."""
    told: list[NoticeKind] = []
    while notices := await wallet.due_notices():
        for notice in notices:
            await wallet.notice_delivered(notice.id)
            if notice.recipient_id == recipient.id:
                told.append(notice.kind)
    return told


async def test_of_fifty_guesses_at_once_five_are_looked_at(
    wallet: Wallet, settings: WalletSettings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty quotes, fifty guesses, two processes: five PINs are evaluated, then payments are locked."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    open_quotes = await quotes(wallet, ana, ben, 50)
    async with Wallet.open(settings, clock=clock) as other:
        evaluations = Evaluations(monkeypatch, wallet, other)
        outcomes = await asyncio.gather(
            *((wallet, other)[number % 2].confirm(quote.id, ana.id, WRONG) for number, quote in enumerate(open_quotes)),
            return_exceptions=True,
        )
    assert evaluations.count == 5
    assert Counter(type(outcome) for outcome in outcomes) == {WrongPin: 4, PinLocked: 46}
    with pytest.raises(PinLocked) as locked:
        await wallet.confirm(open_quotes[0].id, ana.id, PIN)
    assert locked.value.until == clock.now + timedelta(hours=24)
    assert (await kinds_told(wallet, ana)).count(NoticeKind.PIN_LOCKED) == 1


async def test_after_the_lock_there_is_one_try_a_day_and_the_tenth_is_the_last(
    wallet: Wallet, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five, then one a day; after ten only the operator helps, and not even the right PIN."""
    ana = await person(wallet, "Ana")
    evaluations = Evaluations(monkeypatch, wallet)
    assert await guess(wallet, ana, 5) == [WrongPin] * 4 + [PinLocked]
    for failures in range(6, 11):
        clock.advance(hours=24, seconds=-1)
        assert await guess(wallet, ana) == [PinLocked]
        clock.advance(seconds=1)
        state = await wallet.pin_state(ana.id)
        assert (state.tries_left, state.locked_until, state.locked) == (1, None, False)
        await asyncio.gather(*(guess(wallet, ana) for _ in range(5)))
        assert evaluations.count == failures
    state = await wallet.pin_state(ana.id)
    assert (state.tries_left, state.locked_until, state.locked) == (0, None, True)
    clock.advance(days=400)
    with pytest.raises(PinLocked) as locked:
        await wallet.check_pin(ana.id, PIN)
    assert locked.value.until is None
    assert evaluations.count == 10
    assert (await kinds_told(wallet, ana)).count(NoticeKind.PIN_LOCKED) == 6


async def test_the_right_pin_clears_the_count(wallet: Wallet) -> None:
    """Four wrong ones and a right one: five new tries."""
    ana = await person(wallet, "Ana")
    for _ in range(3):
        await guess(wallet, ana, 4)
        assert (await wallet.pin_state(ana.id)).tries_left == 1
        await wallet.check_pin(ana.id, PIN)
        assert (await wallet.pin_state(ana.id)).tries_left == 5


async def test_wrong_pins_on_a_quote_count_over_both_processes(
    wallet: Wallet, settings: WalletSettings, clock: Clock
) -> None:
    """Three wrong PINs void the quote, wherever they arrive; other quotes stay open."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    void, other_quote = await quotes(wallet, ana, ben, 2)
    async with Wallet.open(settings, clock=clock) as other:
        for process in (wallet, other, wallet):
            with pytest.raises(WrongPin):
                await process.confirm(void.id, ana.id, WRONG)
        with pytest.raises(QuoteClosed):
            await other.confirm(void.id, ana.id, PIN)
        assert (await other.confirm(other_quote.id, ana.id, PIN)).amount == euros(wallet, 1)


async def test_the_right_pin_at_once_from_two_processes_pays_once(
    wallet: Wallet, settings: WalletSettings, clock: Clock
) -> None:
    """Fifty confirms of one quote over two processes: one payment, and no process waits for a deadlock to be found."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    (quote,) = await quotes(wallet, ana, ben, 1)
    async with Wallet.open(settings, clock=clock) as other:
        outcomes = await asyncio.gather(
            *((wallet, other)[number % 2].confirm(quote.id, ana.id, PIN) for number in range(50))
        )
    assert {outcome.payment_id for outcome in outcomes} == {quote.id}
    assert (await wallet.balance(ben.id)).ledger == euros(wallet, 1)
    assert (await wallet.pin_state(ana.id)).tries_left == 5


async def test_no_process_waits_for_another_in_a_circle(wallet: Wallet, settings: WalletSettings, clock: Clock) -> None:
    """Counting and clearing attempts take their locks in one order: PostgreSQL finds no deadlock in a storm of PINs."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    (quote,) = await quotes(wallet, ana, ben, 1)
    async with Wallet.open(settings, clock=clock) as other:
        storm = ((wallet, other)[number % 2]._verify(ana.id, PIN, quote.id) for number in range(60))
        await asyncio.gather(*storm, return_exceptions=True)
    async with wallet._database._engine.connect() as conn:
        query = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert (await conn.execute(query)).scalar() == 0


async def test_changing_the_pin_counts_like_any_attempt(wallet: Wallet) -> None:
    """The old PIN cannot be guessed through the change either."""
    ana = await person(wallet, "Ana")
    for answer in (WrongPin, WrongPin, WrongPin, WrongPin, PinLocked, PinLocked):
        with pytest.raises(answer):
            await wallet.change_pin(ana.id, WRONG, NEW)
    with pytest.raises(PinLocked):
        await wallet.change_pin(ana.id, PIN, NEW)


async def test_a_changed_pin_is_the_only_one(wallet: Wallet) -> None:
    """The new one works, the old one does not, and the person is told."""
    ana = await person(wallet, "Ana")
    await wallet.change_pin(ana.id, PIN, NEW)
    await wallet.check_pin(ana.id, NEW)
    with pytest.raises(WrongPin):
        await wallet.check_pin(ana.id, PIN)
    assert await kinds_told(wallet, ana) == [NoticeKind.PIN_CHANGED]


async def test_what_cannot_be_a_pin_is_not_counted(wallet: Wallet) -> None:
    """Five digits, letters, full-width or Arabic digits, a newline at the end: refused before any look."""
    ana = await person(wallet, "Ana")
    for pin in (
        "48291",
        "4829155",
        "48291a",
        " 482915",
        "482915\n",
        "４８２９１５",
        "٤٨٢٩١٥",
        "-48291",
        "",
        "\ud800" * 6,
    ):
        with pytest.raises(MalformedPin):
            await wallet.check_pin(ana.id, pin)
        with pytest.raises(MalformedPin):
            await wallet.change_pin(ana.id, PIN, pin)
    assert (await wallet.pin_state(ana.id)).tries_left == 5


async def test_choosing_a_pin_refuses_weak_ones_and_a_second_first_one(wallet: Wallet) -> None:
    """A first PIN is chosen once; afterwards it is changed with the old one."""
    ana = await person(wallet, "Ana", pin=None)
    with pytest.raises(WeakPin) as weak:
        await wallet.set_pin(ana.id, "123456")
    assert weak.value.reason == "run"
    with pytest.raises(WeakPin) as own:
        await wallet.set_pin(ana.id, PIN, personal_digits=["+49 1704829"])
    assert own.value.reason == "personal"
    with pytest.raises(PinNotSet):
        await wallet.check_pin(ana.id, PIN)
    await wallet.set_pin(ana.id, PIN)
    with pytest.raises(PinAlreadySet):
        await wallet.set_pin(ana.id, NEW)
    await wallet.check_pin(ana.id, PIN)


async def test_a_pin_whose_choice_was_not_heard_of_is_chosen_once(wallet: Wallet) -> None:
    """The choice is committed and its answer lost: asked again it is the same one. The next choice is another."""
    ana = await wallet.open_person("Ana", key=uuid4())
    database, commit = wallet._database, wallet._database._commit

    async def unheard(work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        await commit(work)
        database._commit = commit  # type: ignore[method-assign]
        raise psycopg.OperationalError("the answer is lost")

    database._commit = unheard  # type: ignore[method-assign]
    await wallet.set_pin(ana.id, PIN)
    await wallet.check_pin(ana.id, PIN)
    with pytest.raises(PinAlreadySet):
        await wallet.set_pin(ana.id, PIN)


async def test_after_a_reset_nothing_leaves_for_a_day(wallet: Wallet, clock: Clock) -> None:
    """A reset is no back door: quotes from before are not payable, new ones are refused, for 24 hours each way."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    (before,) = await quotes(wallet, ana, ben, 1)
    await guess(wallet, ana, 5)
    await wallet.reset_pin(ana.id, by=BY, reason=WHY)
    with pytest.raises(QuoteClosed):
        await wallet.confirm(before.id, ana.id, PIN)
    with pytest.raises(PinCooling):
        await wallet._counts.submit(Look(ana.id, before.id))  # who had looked at the quote a moment before the reset
    clock.advance(hours=5)
    await wallet.set_pin(ana.id, NEW)
    cools = clock.now + timedelta(hours=24)
    with pytest.raises(PinCooling) as cooling:
        await wallet.quote(ana.id, ben.id, euros(wallet, 1), key=uuid4())
    assert cooling.value.until == cools == (await wallet.pin_state(ana.id)).cooling_until
    await wallet.check_pin(ana.id, NEW)
    clock.now = cools
    (quote,) = await quotes(wallet, ana, ben, 1)
    assert isinstance(await wallet.confirm(quote.id, ana.id, NEW), Receipt)
    assert (await kinds_told(wallet, ana))[:3] == [NoticeKind.DEPOSITED, NoticeKind.PIN_LOCKED, NoticeKind.PIN_RESET]


async def test_a_reset_stops_what_is_already_confirmed_but_not_settled(
    wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The PIN was right, then the operator resets it, then the payment comes to be settled: nothing moves."""
    ana, ben = await person(wallet, "Ana", 2000), await person(wallet, "Ben")
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 500), key=uuid4())
    submit = wallet._postings.submit

    async def after_a_reset(order: Order) -> Receipt:
        await wallet.reset_pin(ana.id, by=BY, reason=WHY)
        return await submit(order)

    monkeypatch.setattr(wallet._postings, "submit", after_a_reset)
    with pytest.raises(QuoteClosed):
        await wallet.confirm(quote.id, ana.id, PIN)
    assert (await wallet.balance(ben.id)).ledger.minor == 0


async def test_a_reset_needs_a_reason(wallet: Wallet) -> None:
    """Every administrative act names who and why; without, nothing is reset."""
    ana = await person(wallet, "Ana")
    for by, reason in (("", "lost"), ("operator", ""), ("operator", "  ")):
        with pytest.raises(BadReason):
            await wallet.reset_pin(ana.id, by=by, reason=reason)
    await wallet.check_pin(ana.id, PIN)


async def test_an_attempt_is_worth_one_comparison(wallet: Wallet) -> None:
    """Its answer, asked for again because it was lost, is the same; another attempt that was never counted has none."""
    ana = await person(wallet, "Ana")
    look = Look(ana.id)
    attempt = await wallet._counts.submit(look)
    assert attempt is not None
    right = Given(look, attempt, await wallet._hasher.hash_as(ana.id, PIN, attempt.recipe))

    assert [await wallet._comparisons.submit(right), await wallet._comparisons.submit(right)] == [True, True]
    with pytest.raises(Unavailable):
        await wallet._comparisons.submit(replace(right, attempt=replace(attempt, id=uuid4())))
    assert (await wallet.pin_state(ana.id)).tries_left == 5


async def test_a_wrong_pin_is_compared_once(wallet: Wallet) -> None:
    """Whoever has the bot's login cannot try a second PIN on one attempt."""
    ana = await person(wallet, "Ana")
    look = Look(ana.id)
    attempt = await wallet._counts.submit(look)
    assert attempt is not None
    wrong = Given(look, attempt, await wallet._hasher.hash_as(ana.id, WRONG, attempt.recipe))
    right = Given(look, attempt, await wallet._hasher.hash_as(ana.id, PIN, attempt.recipe))

    assert not await wallet._comparisons.submit(wrong)
    with pytest.raises(Unavailable):
        await wallet._comparisons.submit(right)
    assert (await wallet.pin_state(ana.id)).tries_left == 4


async def test_nobody_and_nobodys_pin_cost_as_much_as_a_wrong_one(
    wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown person, one without a PIN and a wrong PIN take the same hashing, so a stop-watch learns little."""
    ana, cleo = await person(wallet, "Ana"), await person(wallet, "Cleo", pin=None)
    costs: list[int] = []
    for who, refusal in ((ana.id, WrongPin), (cleo.id, PinNotSet), (uuid4(), PinNotSet)):
        with monkeypatch.context() as watched:
            evaluations = Evaluations(watched, wallet)
            with pytest.raises(refusal):
                await wallet.check_pin(who, WRONG)
            costs.append(evaluations.count)
    assert costs == [1, 1, 1]


async def test_a_hash_that_makes_no_sense_is_a_wrong_pin(wallet: Wallet, settings: WalletSettings) -> None:
    """A garbled row refuses like any other; it does not bring the bot down."""
    ana = await person(wallet, "Ana")
    for garbled in ("", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA", "$2b$12$abc"):
        as_owner(settings, "UPDATE wallet.pins SET failures = 0, hash = :hash", hash=garbled)
        with pytest.raises(WrongPin):
            await wallet.check_pin(ana.id, PIN)
