"""What people are told without having asked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.conftest import euros

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


async def test_the_receipt_comes_by_courier_if_the_edit_failed(street: Street) -> None:
    """The money has moved; that Telegram stumbled just then delays only the news of it."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("○○○○○○")
    fault = {"method": "editMessageText", "kind": "server_error", "times": 2}
    await street.http.post("/control/fault", json=fault)
    await street.ana.says(street.ana.pin)
    await street.ben.reads("You received €5.00")
    street.clock.advance(seconds=11)
    street.context.courier_wake()
    await street.ana.reads("You sent €5.00 to Ben Okafor")
    assert sum("You sent" in text for text in await street.ana.texts()) == 1


async def test_freezing_and_thawing_are_told(street: Street) -> None:
    """Whoever's account is frozen hears it from us first."""
    await street.open_wallets(street.ana)
    party = await street.party(street.ana)
    await street.wallet.freeze(party.id, by="test", reason="test")
    await street.ana.reads("account of Ana Moreno was frozen")
    await street.wallet.unfreeze(party.id, by="test", reason="test")
    await street.ana.reads("account of Ana Moreno is open again")


async def test_a_refund_is_told_to_both_sides(street: Street) -> None:
    """The business hears what went back, with its fee; the payer what came back."""
    await street.open_wallets(street.luna, street.ana)
    business = await street.open_business(street.luna, "Café Luna")
    await street.ana.says("pay 10 to Café Luna")
    await street.ana.confirms()
    await street.ana.reads("You sent €10.00")
    line = (await street.wallet.history(business.id)).lines[0]
    await street.wallet.refund(line.payment_id, key=uuid4(), by="test", reason="cold cake")
    why = (f"Of payment {line.reference}", "Note: “cold cake”")
    await street.luna.reads("Café Luna gave €10.00 back to Ana Moreno", *why, "Fee returned: €0.10")
    await street.ana.reads("Café Luna gave you €10.00 back", *why, "New balance: €50.00")


async def test_what_the_operator_gave_as_the_reason_stands_in_the_notice(street: Street) -> None:
    """As in the history: nobody finds out later what a payment out was for."""
    await street.open_wallets(street.ana)
    party, amount = await street.party(street.ana), euros(street.wallet, 10_00)
    paid_out = await street.wallet.withdraw(party.id, amount, key=uuid4(), by="test", reason="cash at the desk")
    street.context.courier_wake()
    await street.ana.reads("€10.00 was paid out", "Note: “cash at the desk”", "New balance: €40.00")
    await street.wallet.reverse(paid_out.payment_id, key=uuid4(), by="test", reason="nobody came")
    street.context.courier_wake()
    await street.ana.reads("corrected a booking", f"Of payment {paid_out.reference}", "Note: “nobody came”")
    await street.ana.says("/history")
    await street.ana.reads("paid out\nNote: “cash at the desk”", "by the operator\nNote: “nobody came”")


async def test_a_pin_reset_is_told(street: Street) -> None:
    """And a new PIN can be chosen; the money then rests."""
    await street.open_wallets(street.ana, street.ben)
    await street.wallet.reset_pin((await street.party(street.ana)).id, by="test", reason="asked")
    await street.ana.reads("took your PIN away", "/pin")
    await street.ana.says("/pin")
    await street.ana.reads("Choose a PIN of six digits")
    for expected in ("Once more", "PIN is set"):
        await street.ana.says("482915")
        await street.ana.reads(expected)
    await street.ana.says("send 5 to @ben")
    await street.ana.reads("your money rests for a day", "No money moved")


async def test_whoever_blocked_the_bot_is_told_on_coming_back(street: Street) -> None:
    """Parked, not lost."""
    await street.open_wallets(street.ana, street.ben)
    await street.blocks(street.ben, blocked=True)
    await street.ana.says("send 5 to @ben")
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00")
    await street.told()
    await street.blocks(street.ben, blocked=False)
    await street.ben.start()
    await street.ben.reads("You received €5.00")
