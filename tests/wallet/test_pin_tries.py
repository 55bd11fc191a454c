"""PINs, tried one by one: what is said of them, and what they leave behind on quotes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from unittest.mock import AsyncMock
from uuid import uuid4

import pytest

from tests.conftest import PIN, Clock, euros, person
from tests.wallet.owner import as_owner
from tests.wallet.test_pins import BY, NEW, WHY, WRONG, guess, quotes
from wallet import (
    InsufficientFunds,
    NoticeKind,
    PinCooling,
    PinNotSet,
    PinState,
    QuoteClosed,
    Wallet,
    WalletSettings,
    WrongPin,
)
from wallet.pin_attempts import Look

if TYPE_CHECKING:
    from uuid import UUID

    from wallet.pin_hashing import HashedPin, Recipe

pytestmark = pytest.mark.anyio


async def test_the_state_of_a_pin_says_what_stands_in_its_way(wallet: Wallet, clock: Clock) -> None:
    """Never chosen, chosen, locked until tomorrow, one try again to the second, then locked for good, then reset."""
    ana = await person(wallet, "Ana", pin=None)
    free = PinState(is_set=False, tries_left=5, locked_until=None, locked=False, cooling_until=None)
    assert await wallet.pin_state(ana.id) == free
    await wallet.set_pin(ana.id, PIN)
    assert await wallet.pin_state(ana.id) == replace(free, is_set=True)
    await guess(wallet, ana, 5)
    opens = clock.now + timedelta(hours=24)
    assert await wallet.pin_state(ana.id) == replace(free, is_set=True, tries_left=1, locked_until=opens)
    clock.now = opens
    assert await wallet.pin_state(ana.id) == replace(free, is_set=True, tries_left=1)
    for _ in range(5):
        await guess(wallet, ana, 1)
        clock.advance(hours=24)
    assert await wallet.pin_state(ana.id) == replace(free, is_set=True, tries_left=0, locked=True)
    await wallet.reset_pin(ana.id, by=BY, reason=WHY)
    cools = clock.now + timedelta(hours=24)
    assert await wallet.pin_state(ana.id) == replace(free, cooling_until=cools)
    with pytest.raises(PinNotSet):
        await wallet.check_pin(ana.id, PIN)
    clock.now = cools
    assert await wallet.pin_state(ana.id) == free


async def test_a_reset_voids_ones_own_open_quotes_and_nothing_else(wallet: Wallet) -> None:
    """Neither other people's, nor what was paid or cancelled."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben", 1000)
    paid, cancelled, open_ = await quotes(wallet, ana, ben, 3)
    (bens,) = await quotes(wallet, ben, ana, 1)
    await wallet.confirm(paid.id, ana.id, PIN)
    await wallet.cancel(cancelled.id, ana.id)
    await wallet.reset_pin(ana.id, by=BY, reason=WHY)
    states = [(await wallet.find_quote(quote.id, ana.id)).state for quote in (paid, cancelled, open_)]
    assert states == ["paid", "cancelled", "voided"]
    assert (await wallet.find_quote(bens.id, ben.id)).state == "open"


async def test_whoever_is_locked_out_is_told_until_when(wallet: Wallet, clock: Clock) -> None:
    """For a day; after the tenth wrong PIN for good."""
    ana = await person(wallet, "Ana")
    untils = []
    for tries in (5, 1, 1, 1, 1, 1):
        await guess(wallet, ana, tries)
        (notice,) = await wallet.due_notices()
        assert notice.kind is NoticeKind.PIN_LOCKED
        untils.append(notice.until and notice.until - clock.now)
        await wallet.notice_delivered(notice.id)
        clock.advance(hours=24)
    assert untils == [timedelta(hours=24)] * 5 + [None]


async def test_the_right_pin_gives_its_quote_all_tries_back_and_no_other(wallet: Wallet) -> None:
    """It matters where settling refuses what the PIN confirmed: the quote stays open, and is asked for again."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    dear, other = await quotes(wallet, ana, ben, 2)
    for quote in (dear, dear, other, other):
        with pytest.raises(WrongPin) as wrong:
            await wallet.confirm(quote.id, ana.id, WRONG)
        assert not wrong.value.quote_void
    await wallet.withdraw(ana.id, euros(wallet, 1000), key=uuid4(), by=BY, reason=WHY)
    with pytest.raises(InsufficientFunds):
        await wallet.confirm(dear.id, ana.id, PIN)
    voided = []
    for quote in (dear, dear, other):
        with pytest.raises(WrongPin) as wrong:
            await wallet.confirm(quote.id, ana.id, WRONG)
        voided.append(wrong.value.quote_void)
    assert voided == [False, False, True]


async def test_a_quote_cancelled_while_its_last_pin_is_looked_at_stays_cancelled(
    wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is open is voided."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    (quote,) = await quotes(wallet, ana, ben, 1)
    for _ in range(2):
        with pytest.raises(WrongPin):
            await wallet.confirm(quote.id, ana.id, WRONG)
    hash_as = wallet._hasher.hash_as

    async def after_a_cancel(person_id: UUID, pin: str, recipe: Recipe | None) -> HashedPin:
        await wallet.cancel(quote.id, ana.id)
        return await hash_as(person_id, pin, recipe)

    monkeypatch.setattr(wallet._hasher, "hash_as", after_a_cancel)
    with pytest.raises(WrongPin):
        await wallet.confirm(quote.id, ana.id, WRONG)
    assert (await wallet.find_quote(quote.id, ana.id)).state == "cancelled"


async def test_a_fourth_look_is_refused_before_the_third_is_answered(wallet: Wallet) -> None:
    """Three attempts are counted on a quote, whether their PINs have been compared yet or not."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    (quote,) = await quotes(wallet, ana, ben, 1)

    looks = [await wallet._counts.submit(Look(ana.id, quote.id)) for _ in range(3)]
    assert [attempt and attempt.on_quote for attempt in looks] == [1, 2, 3]
    with pytest.raises(QuoteClosed) as closed:
        await wallet._counts.submit(Look(ana.id, quote.id))
    assert closed.value.state == "voided"


async def test_a_quote_closed_since_we_looked_says_how(wallet: Wallet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process cancelled or voided it before our PIN was counted."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    cancelled, void = await quotes(wallet, ana, ben, 2)
    found_open = [await wallet._stored_quote(quote.id, ana.id) for quote in (cancelled, void)]
    await wallet.cancel(cancelled.id, ana.id)
    for _ in range(3):
        with pytest.raises(WrongPin):
            await wallet.confirm(void.id, ana.id, WRONG)
    monkeypatch.setattr(wallet, "_stored_quote", AsyncMock(side_effect=found_open))
    states = []
    for quote in (cancelled, void):
        with pytest.raises(QuoteClosed) as closed:
            await wallet.confirm(quote.id, ana.id, PIN)
        states.append(closed.value.state)
    assert states == ["cancelled", "voided"]


async def test_a_new_pin_rests_even_before_a_quote_found_open(wallet: Wallet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator reset the PIN, and a new one was chosen, since we looked: it confirms nothing for a day."""
    ana, ben = await person(wallet, "Ana", 1000), await person(wallet, "Ben")
    (quote,) = await quotes(wallet, ana, ben, 1)
    found_open = await wallet._stored_quote(quote.id, ana.id)
    await wallet.reset_pin(ana.id, by=BY, reason=WHY)
    await wallet.set_pin(ana.id, NEW)
    monkeypatch.setattr(wallet, "_stored_quote", AsyncMock(return_value=found_open))
    with pytest.raises(PinCooling):
        await wallet.confirm(quote.id, ana.id, NEW)
    assert (await wallet.pin_state(ana.id)).tries_left == 5


async def test_a_pin_is_as_old_as_its_last_change(wallet: Wallet, settings: WalletSettings, clock: Clock) -> None:
    """Neither its use nor a hash made anew at another cost makes it younger."""
    ana, chosen = await person(wallet, "Ana"), clock.now

    def changed_at() -> datetime:
        ((moment,),) = as_owner(settings, "SELECT changed_at FROM wallet.pins")
        assert isinstance(moment, datetime)
        return moment

    clock.advance(hours=1)
    async with Wallet.open(settings.model_copy(update={"argon2_memory_kib": 16}), clock=clock) as costlier:
        await costlier.check_pin(ana.id, PIN)
    assert changed_at() == chosen
    await wallet.change_pin(ana.id, PIN, NEW)
    assert changed_at() == clock.now
