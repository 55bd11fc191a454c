"""Opening a wallet and choosing a PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.person import plain
from wallet import PinLocked, WrongPin

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


async def test_start_opens_a_wallet_and_asks_for_a_pin_twice(street: Street) -> None:
    """Start, six keys, six keys again, done: in one message, and the PIN works."""
    await street.ana.start()
    asked = await street.ana.reads("Welcome, Ana Moreno", "choose a PIN")
    await street.ana.types_pin()
    await street.ana.reads("Once more")
    await street.ana.types_pin()
    done = await street.ana.reads("Your PIN is set")
    assert done["id"] == asked["id"]
    await street.wallet.check_pin((await street.party(street.ana)).id, street.ana.pin)


async def test_starting_again_changes_nothing(street: Street) -> None:
    """There is one wallet a person, however often Start is pressed."""
    await street.open_wallets(street.ana)
    before = await street.party(street.ana)
    await street.ana.start()
    await street.ana.reads("Welcome back, Ana Moreno", "€50.00")
    assert await street.party(street.ana) == before
    assert len(await street.wallet.parties()) == 1


async def test_a_weak_pin_is_refused_with_the_reason_and_a_better_one(street: Street) -> None:
    """123456 counts up; a random one is offered under a spoiler, and taken if it is typed."""
    await street.ana.start()
    await street.ana.reads("choose a PIN")
    await street.ana.says("123456")
    refused = await street.ana.reads("easy to guess", "counts up or down", "random one")
    spoiler = next(entity for entity in refused["entities"] if entity["type"] == "spoiler")
    offered = plain(refused["text"][spoiler["offset"] : spoiler["offset"] + spoiler["length"]])
    await street.ana.says(offered)
    await street.ana.reads("Once more")
    await street.ana.says(offered)
    await street.ana.reads("Your PIN is set")


async def test_two_different_pins_are_asked_for_again(street: Street) -> None:
    """A slip of the finger does not lock anybody out of their wallet."""
    await street.ana.start()
    await street.ana.reads("choose a PIN")
    await street.ana.says("482915")
    await street.ana.reads("Once more")
    await street.ana.says("482916")
    await street.ana.reads("not the same")
    state = await street.wallet.pin_state((await street.party(street.ana)).id)
    assert not state.is_set


async def test_a_digit_can_be_deleted(street: Street) -> None:
    """The delete key takes back the last digit, and the dots show it."""
    await street.ana.start()
    await street.ana.reads("○○○○○○")
    await street.ana.presses("1")
    await street.ana.reads("●○○○○○")
    await street.ana.presses("⌫")
    await street.ana.reads("○○○○○○")


async def test_without_a_wallet_one_is_asked_to_start(street: Street) -> None:
    """Whoever writes before Start hears how to begin."""
    await street.ana.says("/balance")
    await street.ana.reads("You have no wallet yet", "/start")


async def test_the_pin_is_changed_with_the_old_one(street: Street) -> None:
    """Old, new, repeat; then the old one is wrong, and the owner is told of the change."""
    await street.open_wallets(street.ana, cents=0)
    await street.ana.says("/pin")
    await street.ana.reads("first enter the one you have")
    await street.ana.says(street.ana.pin)
    await street.ana.reads("choose the new PIN")
    await street.ana.says("730164")
    await street.ana.reads("Once more")
    await street.ana.says("730164")
    await street.ana.reads("Your PIN was changed", "Was it not you?")
    with pytest.raises(WrongPin):
        await street.wallet.check_pin((await street.party(street.ana)).id, street.ana.pin)


async def test_a_wrong_old_pin_is_counted(street: Street) -> None:
    """Guessing somebody's PIN in order to change it is guessing."""
    await street.open_wallets(street.ana, cents=0)
    await street.ana.says("/pin")
    await street.ana.reads("first enter the one you have")
    await street.ana.says("111222")
    await street.ana.reads("Wrong PIN", "4 tries left")


async def test_a_pin_that_is_locked_is_not_asked_for(street: Street) -> None:
    """/pin says from when it can be tried again, instead of taking the old one in vain."""
    await street.open_wallets(street.ana)
    for _ in range(5):
        with pytest.raises((WrongPin, PinLocked)):
            await street.wallet.check_pin((await street.party(street.ana)).id, "111222")
    await street.ana.says("/pin")
    await street.ana.reads("Your PIN is locked", "You can try again from 22 Nov, 12:00 UTC")
    await street.settled()
    assert not any("○○○○○○" in text for text in await street.ana.texts())


async def test_after_a_reset_the_new_pin_is_told_from_when_it_pays(street: Street) -> None:
    """Nobody is invited to write a payment that would be refused."""
    await street.open_wallets(street.ana)
    await street.wallet.reset_pin((await street.party(street.ana)).id, by="test", reason="asked")
    await street.ana.says("/pin")
    for _ in range(2):
        await street.ana.types_pin("719304")
        await street.settled()
    done = await street.ana.reads("Your PIN is set", "you can pay again from 22 Nov, 12:00 UTC")
    assert "send 5" not in done["text"]
