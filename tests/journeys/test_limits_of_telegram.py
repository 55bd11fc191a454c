"""Much of everything: what does not fit into one message of Telegram's, or on one digit, is still answered."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.conftest import euros

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


async def test_a_balance_fits_into_a_message_however_much_is_set_aside(street: Street) -> None:
    """The newest are listed, and the rest is counted."""
    await street.open_wallets(street.ana)
    ana = await street.party(street.ana)
    for number in range(30):
        payee = await street.wallet.invite(
            f"Wolfeschlegelsteinhausenbergerdorff the {number}th of that name", key=uuid4()
        )
        quote = await street.wallet.quote(ana.id, payee.id, euros(street.wallet, 1), key=uuid4())
        await street.wallet.confirm(quote.id, ana.id, street.ana.pin)
        if number == 14:
            street.clock.advance(days=1, minutes=1)
    await street.ana.says("/balance")
    await street.ana.reads("You have €49.70.", "the 29th of that name", "And 20 more, €0.20 in all.")


@pytest.mark.parametrize("note", ["x" * 141, "x" * 4096, "می\u200cخواهم " * 16], ids=["141", "4096", "joiners"])
async def test_a_note_that_is_too_long_leaves_the_question_as_it_was(street: Street, note: str) -> None:
    """With its button to skip it, however long the answer was."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send 5")
    await street.ana.reads("Who is it for?")
    await street.ana.says("@ben")
    question = await street.ana.reads("What is it for?")
    await street.ana.says(note)
    await street.ana.reads("A note has at most 140 characters")
    await street.ana.taps(question, "Skip")
    await street.ana.reads("Send €5.00 to Ben Okafor")


async def test_a_persian_note_is_kept_as_it_was_written(street: Street) -> None:
    """Its joiners are part of how its words are spelt: in the question, on the card, in the books."""
    note = "می\u200cخواهم"
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send 5")
    await street.ana.reads("Who is it for?")
    await street.ana.says("@ben")
    await street.ana.reads("What is it for?")
    await street.ana.says(note)
    await street.ana.reads("Send €5.00 to Ben Okafor", f"Note: “{note}”")
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00", f"Note: “{note}”")
    await street.ben.reads("You received €5.00", f"Note: “{note}”")


async def test_the_eleventh_of_one_name_can_be_chosen(street: Street) -> None:
    """Ten businesses are called Bakery, and Ana calls Ben so."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    for owner in [street.ben] * 5 + [street.luna] * 5:
        party = await street.wallet.open_business((await street.party(owner)).id, "Bakery", key=uuid4())
        await street.wallet.approve_business(party.id, by="test", reason="opening")
    contact = await street.context.contacts.remember(street.ana.id, street.ben.id, "Ben Okafor", "ben")
    await street.context.contacts.change(contact, alias="Bakery")
    await street.ana.says("send 5 to bakery")
    question = await street.ana.reads("Which of these do you mean?")
    assert sum(len(row) for row in question["inline_keyboard"]) == 11
    await street.ana.does("press", message_id=question["id"], row=10, column=0)
    await street.ana.reads("Send €5.00 to Bakery")


async def test_what_one_asked_for_is_listed_below_all_that_one_is_asked_for(street: Street) -> None:
    """Twelve wait for Ana's answer, and her own request has its button all the same; what has none is counted."""
    await street.open_wallets(street.ana, street.ben)
    ana, ben = await street.party(street.ana), await street.party(street.ben)

    async def asked_by(people: int) -> None:
        for number in range(people):
            asker = await street.wallet.open_person(f"Asker {number}", key=uuid4())
            for _ in range(3):
                await street.wallet.ask(asker.id, ana.id, euros(street.wallet, 1_00), key=uuid4())

    await asked_by(4)
    await street.wallet.ask(ana.id, ben.id, euros(street.wallet, 2_00), note="cinema", key=uuid4())
    await street.settled()
    await street.ana.says("/requests")
    shown = await street.ana.sees(lambda message: "Open requests" in message["text"], "the list", among=None)
    assert len(shown["inline_keyboard"]) == 13
    await street.ana.taps(shown, "cinema")
    await street.ana.sees(lambda message: "You asked" in message["text"], "her request", among=None)
    await asked_by(7)
    await street.ana.says("/requests")
    await street.ana.sees(lambda message: "no room for" in message["text"], "the rest", among=None)
