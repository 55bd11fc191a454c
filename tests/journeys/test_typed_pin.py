"""PINs typed into the chat: deleted at once, and of use only while a keypad is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("typed", ["482915", "482 915", "４８２９１５"])
async def test_a_typed_pin_counts_while_the_keypad_is_open_and_is_deleted(street: Street, typed: str) -> None:
    """In any digits: it pays, and it is no longer in the chat."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.confirms(typed)
    await street.ana.reads("You sent €5.00")
    assert typed not in await street.ana.texts()


async def test_a_pin_typed_at_any_other_time_is_deleted(street: Street) -> None:
    """Nobody asked for it: it goes, with a sentence on why."""
    await street.open_wallets(street.ana)
    await street.ana.says("482915")
    await street.ana.reads("I deleted what looked like a PIN", "keys only")
    assert "482915" not in await street.ana.texts()


async def test_a_forwarded_pin_is_deleted_and_confirms_nothing(street: Street) -> None:
    """Even while the keypad is open, only what is written now counts."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("○○○○○○")
    origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 1}
    await street.inject(street.ana, "482915", forward_origin=origin)
    await street.settled()
    assert await street.cents(street.ana) == 50_00


async def test_a_pin_that_cannot_be_deleted_is_pointed_out(street: Street) -> None:
    """Telegram refuses to delete some messages: then the owner must, and change the PIN."""
    await street.open_wallets(street.ana)
    await street.inject(street.ana, "482915")  # a message that the chat does not hold
    await street.ana.reads("I could not delete it", "/pin")


async def test_a_pin_redacted_before_a_restart_is_deleted_too(street: Street) -> None:
    """Of a typed PIN the inbox keeps dots only; the message in the chat still has to go."""
    await street.open_wallets(street.ana)
    await street.ana.says("••••••")
    await street.ana.reads("I deleted what looked like a PIN")
