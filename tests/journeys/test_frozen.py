"""An account that is frozen: its owner hears it wherever they would otherwise find out later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.conftest import Somebody, Street

pytestmark = pytest.mark.anyio

FROZEN = "Your account is frozen"


async def freeze(street: Street, somebody: Somebody) -> None:
    """The operator freezes the account, and its owner has read so."""
    await street.wallet.freeze((await street.party(somebody)).id, by="test", reason="test")
    street.context.courier_wake()
    await somebody.reads("was frozen", "but for what was set aside and comes back")


@pytest.mark.parametrize("written", ["/balance", "/start"])
async def test_what_one_has_is_said_with_that_it_is_frozen(street: Street, written: str) -> None:
    """As long as it is, and no longer."""
    await street.open_wallets(street.ana)
    await freeze(street, street.ana)
    await street.ana.says(written)
    await street.ana.reads("€50.00", FROZEN)
    ana = await street.party(street.ana)
    await street.wallet.unfreeze(ana.id, by="test", reason="test")
    await street.ana.says(written)
    await street.settled()
    assert FROZEN not in (await street.ana.texts())[-1]


@pytest.mark.parametrize("written", ["/send", "/send @ben", "/send 5", "/request @ben"])
async def test_nobody_frozen_is_led_through_questions(street: Street, written: str) -> None:
    """They hear it at once; what they write next answers nothing."""
    await street.open_wallets(street.ana, street.ben)
    await street.context.contacts.remember(street.ben.id, street.ana.id, street.ana.full_name)
    await freeze(street, street.ana)
    await street.ana.says(written)
    await street.ana.reads(FROZEN, "No money moved")
    await street.ana.says("5")
    await street.ana.reads("I did not understand that")


async def test_a_business_is_said_to_wait_or_to_be_frozen(street: Street) -> None:
    """Whichever it is, to its owner."""
    await street.open_wallets(street.luna)
    await street.luna.says("/business Café Luna")
    await street.luna.presses("Open")
    await street.luna.reads("Café Luna is registered")
    await street.luna.says("/business")
    await street.luna.reads("Café Luna", "waits for the operator’s approval")
    business = await street.approve("Café Luna")
    await street.wallet.freeze(business.id, by="test", reason="test")
    await street.luna.says("/business")
    await street.luna.reads("Café Luna", "It is frozen")
    await street.luna.says("/balance")
    await street.luna.reads("Café Luna: €0.00 (frozen)")
