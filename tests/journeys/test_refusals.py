"""Each refusal says what happened, that no money moved, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.conftest import euros

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

WRONG = "111222"


async def test_not_enough_money_says_how_much_there_is(street: Street) -> None:
    """With €50.00, €60.00 is refused before any card."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 60 to @ben")
    await street.ana.reads("you have €50.00", "needs €60.00", "No money moved", "Send a smaller amount")


async def test_money_spent_elsewhere_is_noticed_before_the_pin(street: Street) -> None:
    """No PIN is asked for what is not there any more; the card can be confirmed once it is."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 40 to @ben for first")
    await street.ana.reads("Note: “first”")
    await street.ana.says("send 30 to @ben for second")
    await street.ana.reads("Note: “second”")
    await street.ana.confirms()
    await street.ana.reads("You sent €30.00")
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("Note: “first”", "you have €20.00", "needs €40.00", "No money moved")
    await street.give(street.ana, 25_00)
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("Note: “first”", "○○○○○○", "Balance after: €5.00")


async def test_money_that_goes_while_the_keypad_is_open_is_noticed_at_the_pin(street: Street) -> None:
    """What the card promised is checked again when it is paid."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 40 to @ben")
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("○○○○○○")
    away = euros(street.wallet, 30_00)
    await street.wallet.withdraw((await street.party(street.ana)).id, away, key=uuid4(), by="test", reason="test")
    await street.ana.types_pin()
    await street.ana.reads("Send €40.00", "you have €20.00", "needs €40.00", "No money moved")
    assert await street.cents(street.ana) == 20_00


async def test_a_keypad_says_what_will_be_left_as_of_now(street: Street) -> None:
    """The same payment, written twice: the second card was made before the first was paid."""
    await street.open_wallets(street.ana, street.ben)
    for _ in range(2):
        await street.ana.says("send 20 to @ben for rent")
        await street.ana.reads("Balance after: €30.00")
    await street.ana.confirms()
    await street.ana.reads("You sent €20.00")
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("Send €20.00", "Balance after: €10.00", "○○○○○○")


async def test_a_limit_says_which_and_when_it_opens(street: Street) -> None:
    """The daily limit of €2,000 names the moment from which the payment fits."""
    await street.open_wallets(street.ana, street.ben, cents=3_000_00)
    await street.ana.says("send 1001 to @ben")
    await street.ana.reads("One payment is at most €1,000.00", "No money moved")
    for _ in range(2):
        await street.ana.says("send 1000 to @ben")
        await street.ana.confirms()
        await street.settled()
    await street.ana.says("send 1 to @ben")
    await street.ana.reads("your limit of €2,000.00 in 24 hours", "No money moved", "fits again from 22 Nov")


async def test_a_wrong_pin_says_how_many_tries_are_left_and_may_be_tried_again(street: Street) -> None:
    """One slip, then the right one: the same card ends in a receipt."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.confirms(WRONG)
    await street.ana.reads("Wrong PIN", "No money moved", "4 tries left")
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00")


async def test_three_wrong_pins_close_the_payment_and_five_lock(street: Street) -> None:
    """After three the card is dead; after five the PIN is locked until tomorrow, and a notice says so."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben for one")
    for left in (4, 3):
        await street.ana.confirms(WRONG)
        await street.ana.reads(f"{left} tries left")
    await street.ana.confirms(WRONG)
    dead = await street.ana.reads("2 tries left", "this payment is closed")
    assert not dead["inline_keyboard"]
    await street.ana.says("send 5 to @ben for two")
    await street.ana.reads("Note: “two”")
    await street.ana.confirms(WRONG)
    await street.ana.reads("1 try left")
    await street.ana.confirms(WRONG)
    await street.ana.reads("Note: “two”", "Your PIN is locked", "No money moved", "from 22 Nov, 12:00 UTC")
    await street.ana.reads("⚠ Your PIN is locked", "until 22 Nov, 12:00 UTC", "Was it not you?")
    await street.ana.says("send 5 to @ben for three")
    await street.ana.reads("Note: “three”")
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("Note: “three”", "Your PIN is locked")
    assert await street.cents(street.ana) == 50_00


async def test_an_expired_payment_may_be_asked_for_again(street: Street, clock: Clock) -> None:
    """After two minutes the card says so, and one button makes it fresh."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    card = await street.ana.reads("Open until 21 Nov, 12:02 UTC")
    clock.advance(minutes=3)
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("was open until 21 Nov, 12:02 UTC", "No money moved")
    await street.ana.presses("Ask again")
    fresh = await street.ana.reads("Open until 21 Nov, 12:05 UTC")
    assert fresh["id"] == card["id"]
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00")


async def test_a_keypad_left_open_too_long_gives_the_card_back(street: Street, clock: Clock) -> None:
    """The pad dies with its quote; a press on it shows the expired card."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("○○○○○○")
    clock.advance(minutes=3)
    await street.ana.presses("1")
    await street.ana.reads("was open until 21 Nov, 12:02 UTC", "No money moved")


async def test_a_frozen_payee_cannot_be_paid(street: Street) -> None:
    """Frozen between card and PIN, and frozen before: the payer hears that it does not work, and not why."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.reads("Open until")
    await street.wallet.freeze((await street.party(street.ben)).id, by="test", reason="test")
    await street.ana.confirms()
    await street.ana.reads("Ben Okafor cannot be paid at the moment", "No money moved")
    await street.ana.says("send 6 to @ben")
    await street.settled()
    assert "Ben Okafor cannot be paid" in (await street.ana.texts())[-1]
    assert not any("frozen" in text for text in await street.ana.texts())


async def test_nobody_pays_themselves(street: Street) -> None:
    """The oldest mistake."""
    await street.open_wallets(street.ana)
    await street.ana.says("send 5 to @ana")
    await street.ana.reads("cannot pay yourself", "No money moved")


async def test_without_a_pin_the_card_says_how_to_get_one(street: Street) -> None:
    """A wallet whose PIN was never chosen holds on to its money."""
    await street.open_wallets(street.ben)
    await street.ana.start()
    await street.ana.reads("choose a PIN")
    await street.give(street.ana, 10_00)
    await street.ana.says("send 5 to @ben")
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("You have no PIN yet", "/pin")
