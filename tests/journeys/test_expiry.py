"""A card whose time is over says so by itself, and only such a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.journeys import expiry

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

AFTER = 120 + 30


async def test_a_forgotten_card_closes_itself_and_may_be_asked_for_again(street: Street, clock: Clock) -> None:
    """Nobody presses anything; the card says that nothing was paid, and offers to ask again."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben for lunch")
    await street.ana.reads("Send €5.00 to Ben Okafor", "Balance after")
    clock.advance(seconds=AFTER - 1)
    await expiry.close_expired(street.context)
    assert "Confirm with PIN" in await street.ana.buttons()
    clock.advance(seconds=1)
    await expiry.close_expired(street.context)
    await street.ana.reads("Send €5.00 to Ben Okafor", "No money moved")
    assert await street.ana.buttons() == ["Ask again"]
    await street.ana.presses("Ask again")
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00 to Ben Okafor")


async def test_an_abandoned_keypad_closes_too(street: Street, clock: Clock) -> None:
    """The pad stands in the card's place."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("○○○○○○")
    clock.advance(seconds=AFTER)
    await expiry.close_expired(street.context)
    await street.ana.reads("Send €5.00 to Ben Okafor", "No money moved")


async def test_what_was_paid_or_cancelled_is_left_as_it_is(street: Street, clock: Clock) -> None:
    """Time changes nothing about a receipt, and Telegram is not asked for anything."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben for lunch")
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00 to Ben Okafor")
    await street.ana.says("send 6 to @ben for dinner")
    await street.ana.presses("Cancel")
    await street.ana.reads("Send €6.00 to Ben Okafor", "cancelled")
    edits = len(await street.calls("editMessageText"))
    clock.advance(seconds=AFTER)
    await expiry.close_expired(street.context)
    assert len(await street.calls("editMessageText")) == edits


async def test_a_blocked_bot_does_not_hold_up_the_others(street: Street, clock: Clock) -> None:
    """Ana has blocked the bot; Ben's card closes all the same."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.reads("Send €5.00 to Ben Okafor", "Balance after")
    await street.ben.says("send 6 to @ana")
    await street.ben.reads("Send €6.00 to Ana Moreno", "Balance after")
    await street.blocks(street.ana, blocked=True)
    clock.advance(seconds=AFTER)
    await expiry.close_expired(street.context)
    await street.ben.reads("Send €6.00 to Ana Moreno", "No money moved")
