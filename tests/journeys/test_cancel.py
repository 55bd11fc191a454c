"""/cancel: of several things under way, the one that is in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.asides import escrow

if TYPE_CHECKING:
    from sandbox.person import Message
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

CANCELLED = "Cancelled. No money moved."


async def two_cards(street: Street) -> tuple[Message, Message]:
    """One for Ben, and below it one for Luna."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    await street.ana.says("send 1 to @ben")
    first = await street.ana.reads("Send €1.00")
    await street.settled()
    street.clock.advance(seconds=2)
    await street.ana.says("send 2 to @luna")
    return first, await street.ana.reads("Send €2.00")


async def shown(street: Street, card: Message) -> str:
    """What the message of this card says now."""
    await street.settled()
    return next(str(one["text"]) for one in await street.ana.messages() if one["id"] == card["id"])


async def test_the_payment_whose_keypad_is_open_is_cancelled(street: Street) -> None:
    """Not a newer one, which stays open: the keypad is what they are busy with."""
    first, second = await two_cards(street)
    await street.ana.taps(first, "Confirm with PIN")
    await street.ana.sees(lambda message: "○○○○○○" in message["text"], "a keypad", among=None)
    await street.ana.says("/cancel")
    await street.ana.reads(CANCELLED)
    assert "was cancelled" in await shown(street, first)
    assert "Open until" in await shown(street, second)


async def test_without_a_keypad_the_newest_payment_that_is_open_is_cancelled(street: Street) -> None:
    """Then the one before it, until there is none."""
    first, second = await two_cards(street)
    await street.ana.says("/cancel")
    await street.ana.reads(CANCELLED)
    assert "was cancelled" in await shown(street, second)
    assert "Open until" in await shown(street, first)
    await street.ana.says("/cancel")
    assert "was cancelled" in await shown(street, first)
    await street.ana.says("/cancel")
    await street.ana.reads("There is nothing to cancel.")


async def test_handled_again_it_cancels_no_other_payment(street: Street) -> None:
    """After a crash the same /cancel comes in once more: it has its payment."""
    first, second = await two_cards(street)
    await street.ana.says("/cancel")
    await street.ana.reads(CANCELLED)
    await street.replay("/cancel")
    assert "was cancelled" in await shown(street, second)
    assert "Open until" in await shown(street, first)


async def test_handled_again_it_takes_nothing_back_instead_of_ending_a_question(street: Street) -> None:
    """Telegram failed when it was to be said: the question is forgotten once that has been heard."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 2 to @nobodyhere")
    await street.ana.reads("Set aside €2.00")
    await street.ana.confirms()
    await street.ana.reads("Set aside for")
    await street.ana.says("/send @ben")
    await street.ana.reads("How much?")
    await street.settled()
    fault = {"method": "sendMessage", "kind": "server_error", "times": 1, "chat_id": str(street.ana.id)}
    await street.http.post("/control/fault", json=fault)
    await street.ana.says("/cancel")
    await street.ana.reads(CANCELLED)
    await street.settled()
    assert await escrow(street) == 2_00


@pytest.mark.parametrize("keypad", [False, True])
async def test_an_older_payment_that_is_open_goes_before_money_set_aside(street: Street, keypad: bool) -> None:
    """Money is taken back with nothing under way only."""
    await street.open_wallets(street.ana, street.luna)
    await street.ana.says("send 1 to @luna")
    card = await street.ana.reads("Send €1.00")
    await street.settled()
    street.clock.advance(seconds=5)
    await street.ana.says("send 2 to @nobodyhere")
    await street.ana.reads("Set aside €2.00")
    await street.ana.confirms()
    await street.ana.reads("Set aside for")
    if keypad:
        await street.ana.taps(card, "Confirm with PIN")
        await street.ana.sees(lambda message: "○○○○○○" in message["text"], "a keypad", among=None)
    await street.ana.says("/cancel")
    await street.ana.reads(CANCELLED)
    assert "was cancelled" in await shown(street, card)
    assert await escrow(street) == 2_00


async def test_with_nothing_under_way_it_shows_what_was_asked_for_since_money_was_set_aside(street: Street) -> None:
    """Days later: whatever is newer is shown with its button, and nothing else happens."""
    await street.open_wallets(street.ana, street.ben)
    await street.context.contacts.remember(street.ben.id, street.ana.id, street.ana.full_name)
    await street.ana.says("send 2 to @nobodyhere")
    await street.ana.confirms()
    await street.ana.reads("Set aside for")
    street.clock.advance(days=3)
    await street.ana.says("request 10 from @ben for oops")
    await street.ana.reads("You asked Ben Okafor for €10.00")
    await street.ana.says("/cancel")
    await street.ana.reads("Nothing is under way", "What you asked for last")
    await street.ana.reads("further down in the chat")
    assert await street.ana.buttons("You asked Ben Okafor for €10.00", "Note: “oops”") == ["Remind", "Cancel"]
    assert await escrow(street) == 2_00
