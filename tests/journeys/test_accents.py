"""Names are found without their accents, which many keyboards have none of; where that leaves two, one is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.person import plain
from sandbox.telegram.cast import FLATMATES

if TYPE_CHECKING:
    from tests.journeys.conftest import Somebody, Street

pytestmark = pytest.mark.anyio


async def pays(street: Street, somebody: Somebody, words: str) -> None:
    """From the words to the receipt."""
    await somebody.says(words)
    await somebody.confirms()
    await somebody.reads("You sent")
    await street.settled()


async def test_a_business_is_paid_by_its_name_without_accents(street: Street) -> None:
    """The card shows the name as the business writes it."""
    await street.open_wallets(street.ana, street.luna)
    await street.open_business(street.luna, "Café Luna")
    await street.ana.says("pay 5 to Cafe Luna")
    await street.ana.reads("Send €5.00 to Café Luna", "A business")


async def test_somebody_paid_before_is_found_without_accents(street: Street) -> None:
    """By the whole name, or by its first word."""
    street.becomes(street.chai, first_name="Renée", last_name="Ibáñez")
    await street.open_wallets(street.ana, street.chai)
    mention = {"offset": 10, "length": 5, "user_id": street.chai.id}
    await street.ana.writes("send 3 to Renée", mentions=[mention])
    await street.ana.confirms()
    await street.ana.reads("You sent")
    for amount, typed in enumerate(("renee", "RENEE IBANEZ", "Renée Ibanez"), start=4):
        await street.ana.says(f"send {amount} to {typed}")
        await street.ana.reads(f"Send €{amount}.00 to Renée Ibáñez")


async def test_an_alias_is_found_without_accents(street: Street) -> None:
    """And where the alias has none, whoever types one finds it too."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    for somebody, alias in ((street.ben, "Élise"), (street.luna, "Zoe")):
        known = await street.context.contacts.remember(street.ana.id, somebody.id, somebody.name)
        await street.context.contacts.change(known, alias=alias)
    await street.ana.says("send 3 to elise")
    await street.ana.reads("Send €3.00 to Ben Okafor", "You call them “Élise”")
    await street.ana.says("send 4 to Zoë")
    await street.ana.reads("Send €4.00 to Luna Rossi", "You call them “Zoe”")


async def test_a_group_pays_by_a_name_without_accents(street: Street) -> None:
    """The group reads the name as the business writes it."""
    await street.open_wallets(street.ana, street.luna)
    await street.open_business(street.luna, "Café Luna")
    await street.ana.says_in(FLATMATES.id, "/pay 5 to Cafe Luna")
    await street.ana.reads("Ana Moreno pays Café Luna €5.00", chat=FLATMATES.id)


@pytest.mark.parametrize("typed", ["Cafe Luna", "Café Luna"])
async def test_two_that_differ_by_accents_alone_are_asked_about(street: Street, typed: str) -> None:
    """Whichever of them is typed; the one that is known says so, and the other is warned of, as what it is not."""
    await street.open_wallets(street.ana, street.luna, street.ben)
    await street.open_business(street.luna, "Café Luna")
    await pays(street, street.ana, "pay 2 to Café Luna")
    await street.open_business(street.ben, "Cafe Luna")
    await street.ana.says(f"pay 5 to {typed}")
    await street.ana.reads("Which of these do you mean?")
    known = "Paid €2.00, 21 Nov, 12:00 UTC · Café Luna · A business"
    assert sorted(await street.ana.buttons()) == ["Cafe Luna · A business", known]
    await street.ana.presses("Cafe Luna · A business")
    shown = plain((await street.ana.reads("Send €5.00 to Cafe Luna"))["text"])
    assert "⚠ This is not the Café Luna you paid before" in shown


async def test_a_group_pays_neither_of_two_that_differ_by_accents_alone(street: Street) -> None:
    """There a name that may be two is nobody's: no card, and nothing moves."""
    await street.open_wallets(street.ana, street.luna, street.ben)
    await street.open_business(street.luna, "Café Luna")
    await street.open_business(street.ben, "Cafe Luna")
    await street.ana.says_in(FLATMATES.id, "/pay 5 to Cafe Luna")
    await street.ana.reads("I do not know for certain whom you mean", chat=FLATMATES.id)
    assert await street.cents(street.ana) == 50_00
