"""Sending money by writing what one would say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

FORMS = {
    "send 5 to @ben for lunch": ("€5.00", "Note: “lunch”"),
    "pay @ben 5.00": ("€5.00",),
    "5 eur to ben": ("€5.00",),
    "#envoyer 10EUR @ben": ("€10.00",),
    "send 5,50 to @BEN": ("€5.50",),
    "send €7 to @ben": ("€7.00",),
    "send 5.50 € to @ben": ("€5.50",),
    "send ٥ to @ben": ("€5.00",),
    "send ๑๒ to @ben": ("€12.00",),
    "send １３ to @ben": ("€13.00",),
    "/send 6 to @ben for the bus": ("€6.00", "Note: “the bus”"),
    "/pay 6 @ben": ("€6.00",),
}


async def test_words_become_a_card_a_pin_a_receipt_and_the_payee_is_told(street: Street) -> None:
    """The whole straight line, in one message of Ana's and one of Ben's."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben for lunch")
    card = await street.ana.reads("Send €5.00 to Ben Okafor", "@ben", "Note: “lunch”", "first time you pay them")
    await street.ana.reads("Amount: €5.00", "Fee: free", "Total: €5.00", "Balance after: €45.00", "Open until")
    await street.ana.presses("Confirm with PIN")
    await street.ana.types_pin()
    receipt = await street.ana.reads("✓", "You sent €5.00 to Ben Okafor", "Your balance: €45.00", "Reference")
    assert receipt["id"] == card["id"]
    await street.ben.reads("You received €5.00 from Ana Moreno", "Note: “lunch”", "New balance: €55.00", "Reference")
    assert (await street.cents(street.ana), await street.cents(street.ben)) == (45_00, 55_00)


async def test_every_form_of_words_is_echoed_on_a_card_before_the_pin(street: Street) -> None:
    """Each of the forms people use leads to the same payee, with the amount as it was read."""
    await street.open_wallets(street.ana, street.ben)
    for words, shown in FORMS.items():
        await street.ana.says(words)
        await street.ana.reads("to Ben Okafor", "Open until", *shown)
        await street.ana.presses("Cancel")
        await street.ana.reads("cancelled")
    assert await street.cents(street.ana) == 50_00


async def test_an_amount_that_reads_two_ways_is_asked_about(street: Street) -> None:
    """`1,234` may be one euro and a bit, or more than a thousand: two buttons, and no guess."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 1,234 to @ben")
    await street.ana.reads("reads two ways")
    assert await street.ana.buttons() == ["€1.23", "€1,234.00"]
    await street.ana.presses("€1.23")
    await street.ana.reads("Send €1.23 to Ben Okafor")


async def test_the_second_payment_to_a_payee_is_no_longer_the_first(street: Street) -> None:
    """The mark is there to be noticed, so it must go away."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 1 to @ben")
    await street.ana.confirms()
    await street.ana.reads("You sent")
    await street.ana.says("send 2 to @ben")
    card = await street.ana.reads("Send €2.00")
    assert "first time" not in card["text"]


async def test_somebody_without_a_username_is_paid_by_mention(street: Street) -> None:
    """Chai has no @name; an app's mention carries the numeric id, which is better."""
    await street.open_wallets(street.ana, street.chai)
    text = "send 3 to Chai for tea"
    await street.ana.writes(text, mentions=[{"offset": 10, "length": 4, "user_id": street.chai.id}])
    await street.ana.reads("Send €3.00 to Chai Srisuk", "Note: “tea”")


async def test_someone_paid_before_is_found_by_name(street: Street) -> None:
    """`chai` is nobody's username, but Ana has paid one Chai."""
    await street.open_wallets(street.ana, street.chai)
    text = "send 3 to Chai"
    await street.ana.writes(text, mentions=[{"offset": 10, "length": 4, "user_id": street.chai.id}])
    await street.ana.confirms()
    await street.ana.reads("You sent")
    await street.ana.says("send 4 to chai")
    await street.ana.reads("Send €4.00 to Chai Srisuk")


async def test_a_payee_whom_nobody_knows_is_invited_with_a_link(street: Street) -> None:
    """A bare name may be anybody's: nothing is paid, and there is a link to send on."""
    await street.open_wallets(street.ana)
    await street.ana.says("send 5 to benjamin")
    await street.ana.reads("I know nobody called benjamin", "nothing was paid", "https://t.me/sixpence_bot?start=")
    assert await street.ana.buttons() == ["Send the link on"]
    assert await street.cents(street.ana) == 50_00


async def test_what_is_no_instruction_does_nothing(street: Street) -> None:
    """Small talk gets a hint, contradictions get a reason, and neither gets a card."""
    await street.open_wallets(street.ana, street.ben)
    for words, answer in {
        "good morning": "I did not understand that",
        "send 5 to @ben 6": "two amounts",
        "send 5 to @ben and @luna": "more than one person",
        "send 0 to @ben": "more than nothing",
        "send 5 USD to @ben": "keeps EUR, not USD",
        "send 5 to @ben tomorrow": "now or not at all",
    }.items():
        await street.ana.says(words)
        await street.settled()
        assert any(answer in text for text in (await street.ana.texts())[-4:]), words
        await street.ana.says("/cancel")
        await street.settled()


@pytest.mark.parametrize(
    "words",
    [
        "pay back ben 5",
        "pay now ben 5",
        "send 5 to ben now",
        "send 5 to ben back",
        "pay again ben 5",
        "send 5 to ben just now",
    ],
)
async def test_a_word_that_only_stresses_a_plain_name_is_no_part_of_it(street: Street, words: str) -> None:
    """Where nobody is called so, somebody called by the rest of it is found."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says(words)
    await street.ana.reads("Send €5.00 to Ben Okafor")


async def test_a_whole_name_goes_before_a_part_of_it(street: Street) -> None:
    """A business may be called Get Back; a word with a capital is a name's own, and nobody is found by the rest."""
    await street.open_wallets(street.ana, street.ben)
    await street.open_business(street.ben, "Get Back")
    await street.ana.says("send 5 to get back")
    await street.ana.reads("Send €5.00 to Get Back", "A business")
    await street.ana.says("send 5 to Ben Back")
    await street.ana.reads("I know nobody called Ben Back", "nothing was paid")
    await street.ana.says("send 5 to back")
    await street.ana.reads("I know nobody called back", "nothing was paid")
