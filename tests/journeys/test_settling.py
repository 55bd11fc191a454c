"""Settling up in a group: fewer payments, once all agree; nobody's claim is lost, whatever happens on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.journeys import expiry
from sandbox.person import plain
from tests.journeys.boards import FLAT, bots_words, pays_share, toasts

if TYPE_CHECKING:
    from tests.journeys.conftest import Somebody, Street

pytestmark = pytest.mark.anyio


async def chain(street: Street) -> None:
    """Ana owes Ben for lunch what Ben owes Chai for the taxi."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await owes(street.ana, street.ben, "lunch")
    await owes(street.ben, street.chai, "taxi")


async def owes(payer: Somebody, payee: Somebody, what: str, euros: int = 10) -> None:
    """The whole cost is one other person's share."""
    await payee.mentions(FLAT, f"/split {euros} {what} {{}} €{euros}", payer)
    await payee.reads(f"splits €{euros}.00", f"“{what}”", "to pay", chat=FLAT)


async def all_agree(street: Street) -> None:
    """Ana proposes, and so agrees; then the others do."""
    await street.ana.says_in(FLAT, "/settle")
    for one in (street.ben, street.chai):
        await one.presses("I agree", chat=FLAT)
        await street.settled()


async def test_who_owes_in_a_chain_pays_its_end(street: Street) -> None:
    """Proposed, agreed to by all three, paid with one PIN: two splits are settled by one payment."""
    await chain(street)
    await street.ana.says_in(FLAT, "/settle")
    board = await street.ana.reads("1 payment instead of 2", "• Ana Moreno → Chai Srisuk · €10.00", chat=FLAT)
    await street.ana.reads("✓ Ana Moreno  ○ Ben Okafor  ○ Chai Srisuk", chat=FLAT)
    await street.ben.presses("I agree", chat=FLAT)
    await street.ana.reads("✓ Ben Okafor  ○ Chai Srisuk", chat=FLAT)
    await street.chai.presses("I agree", chat=FLAT)
    await street.ana.reads("Everybody agreed", "○ Ana Moreno → Chai Srisuk · €10.00 · to pay", chat=FLAT)
    await street.settled()
    lunch = next(text for text in await bots_words(street) if "lunch" in text)
    assert "– Ana Moreno · €10.00 · settled up" in lunch
    assert "€0.00 of €10.00 was paid. €10.00 was settled up." in lunch
    await street.ana.reads("Chai Srisuk asks you to pay €10.00", "From settling up in your group.")
    await pays_share(street.ana, button="Pay my part")
    done = await street.ana.reads("✓ Ana Moreno → Chai Srisuk · €10.00 · paid", "All is paid", chat=FLAT)
    assert (done["id"], done["inline_keyboard"]) == (board["id"], None)
    assert [await street.cents(one) for one in (street.ana, street.ben, street.chai)] == [40_00, 50_00, 60_00]
    street.clock.advance(seconds=20)
    await street.settled()
    assert (await street.wallet.reconcile()).clean


async def test_nothing_changes_before_the_last_of_them_agrees(street: Street) -> None:
    """One refusal, and every share stays as it was, to be paid on its own card."""
    await chain(street)
    await street.ana.says_in(FLAT, "/settle")
    await street.ben.presses("I agree", chat=FLAT)
    await street.ana.reads("✓ Ben Okafor", chat=FLAT)
    await street.chai.presses("I’d rather not", chat=FLAT)
    board = await street.ana.reads("Somebody would rather not", chat=FLAT)
    assert not board["inline_keyboard"]
    await street.ana.presses("Pay €10.00")
    await street.ana.reads("Balance after")
    await street.ana.confirms()
    await street.ana.reads("You sent €10.00 to Ben Okafor")
    await street.settled()
    lunch = next(text for text in await bots_words(street) if "lunch" in text)
    assert "✓ Ana Moreno · €10.00 · paid" in lunch


async def test_a_share_that_was_paid_meanwhile_stops_it(street: Street) -> None:
    """Nothing is counted twice: the board says so, and what to do."""
    await chain(street)
    await street.ana.says_in(FLAT, "/settle")
    await street.ben.presses("I agree", chat=FLAT)
    await street.ana.presses("Pay €10.00")
    await street.ana.reads("Balance after")
    await street.ana.confirms()
    await street.ana.reads("You sent €10.00")
    await street.chai.presses("I agree", chat=FLAT)
    await street.ana.reads("paid or ended meanwhile", "Write /settle again", chat=FLAT)
    await street.ana.reads("taxi", "○ Ben Okafor · €10.00 · to pay", chat=FLAT)


async def test_not_all_agree_in_a_day(street: Street) -> None:
    """The proposal is over, and says so by itself."""
    await chain(street)
    await street.ana.says_in(FLAT, "/settle")
    await street.ana.reads("1 payment instead of 2", chat=FLAT)
    await street.settled()
    street.clock.advance(days=1, seconds=1)
    await expiry.close_expired(street.context)
    board = await street.ana.reads("Not everybody agreed in time", chat=FLAT)
    assert not board["inline_keyboard"]


async def test_a_circle_is_settled_by_agreeing_alone(street: Street) -> None:
    """Nobody pays anybody anything."""
    await chain(street)
    await owes(street.chai, street.ana, "tickets")
    await all_agree(street)
    await street.ana.reads("nobody owes anybody anything", "Everybody agreed", chat=FLAT)
    shown = [text for text in await bots_words(street) if "splits" in text]
    assert len(shown) == 3
    assert all("settled up" in text for text in shown)


async def test_each_board_is_changed_once_when_all_agree(street: Street) -> None:
    """However many of its shares are settled: Telegram lets a group's messages change only so often."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await street.ben.mentions(FLAT, "/split 30 lunch @ana {}", street.chai)
    await street.ben.reads("splits €30.00", "Note: “lunch”", "to pay", chat=FLAT)
    await owes(street.ben, street.chai, "taxi")
    await all_agree(street)
    await street.ana.reads("Everybody agreed", chat=FLAT)
    await street.settled()
    edits = [plain(call["params"]["text"]) for call in await street.calls("editMessageText")]
    assert sum("lunch" in text and "settled up" in text and "splits" in text for text in edits) == 1


async def test_only_those_concerned_decide(street: Street) -> None:
    """Chai neither owes nor is owed: he may propose, and his press does nothing else."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await owes(street.ana, street.ben, "lunch")
    await owes(street.ben, street.ana, "taxi", euros=4)
    await street.chai.says_in(FLAT, "/settle")
    await street.chai.reads("Ana Moreno → Ben Okafor · €6.00", "○ Ana Moreno  ○ Ben Okafor", chat=FLAT)
    for button in ("I agree", "I’d rather not"):
        await street.chai.presses(button, chat=FLAT)
    assert "This button is not for you." in await toasts(street)
    await street.chai.reads("○ Ana Moreno  ○ Ben Okafor", chat=FLAT)


async def test_somebody_frozen_reads_why_they_cannot_agree(street: Street) -> None:
    """In private; the group sees that they have not agreed, and nothing else."""
    await chain(street)
    await street.ana.says_in(FLAT, "/settle")
    await street.ana.reads("1 payment instead of 2", "○ Ben Okafor", chat=FLAT)
    await street.wallet.freeze((await street.party(street.ben)).id, by="test", reason="test")
    await street.ben.presses("I agree", chat=FLAT)
    await street.ben.reads("Your account is frozen", "No money moved")
    await street.ana.reads("○ Ben Okafor  ○ Chai Srisuk", chat=FLAT)
    assert not any("frozen" in text for text in await bots_words(street))


async def test_what_was_agreed_to_can_be_paid_to_somebody_who_has_blocked_one(street: Street) -> None:
    """Chai accepts no payments from Ana, but he agreed to this one."""
    await chain(street)
    contact = await street.context.contacts.remember(street.chai.id, street.ana.id, "Ana")
    await street.context.contacts.change(contact, blocked=True)
    await all_agree(street)
    await pays_share(street.ana, button="Pay my part")
    assert await street.cents(street.chai) == 60_00


async def test_only_who_is_to_pay_can_pay(street: Street) -> None:
    """The payee's press gets a toast; after the payment the payer's does too."""
    await chain(street)
    await all_agree(street)
    await street.chai.presses("Pay my part", chat=FLAT)
    assert "This button is not for you." in await toasts(street)
    old = await street.ana.reads("Ana Moreno → Chai Srisuk", "to pay", chat=FLAT)
    await pays_share(street.ana, button="Pay my part")
    await street.forge_in(street.ana, old["inline_keyboard"][0][0]["data"], FLAT, old["id"])
    assert "You have nothing left to pay here." in await toasts(street)


async def test_what_was_netted_cannot_be_paid_any_more(street: Street) -> None:
    """A card for the old share, left open, says so itself: it asks for no PIN any more, and no money moved."""
    await chain(street)
    await street.ana.presses("Pay €10.00")
    await street.ana.reads("Balance after")
    await all_agree(street)
    card = await street.ana.reads("Send €10.00 to Ben Okafor", "was settled up in your group", "No money moved")
    assert not card["inline_keyboard"]
    assert await street.cents(street.ana) == 50_00


async def test_what_was_agreed_and_declined_is_neither_due_nor_paid(street: Street) -> None:
    """Both sides and the board are told; who is owed it asks for it again, as the card says."""
    await chain(street)
    await all_agree(street)
    await street.ana.reads("Chai Srisuk asks you to pay €10.00", "From settling up in your group.")
    await street.ana.presses("Decline")
    board = await street.chai.reads("– Ana Moreno → Chai Srisuk · €10.00 · declined", "with /request", chat=FLAT)
    assert "Nothing here waits to be paid any more" in plain(board["text"])
    assert not board["inline_keyboard"]
    await street.chai.reads("declined to pay €10.00. No money moved", "From settling up", "again in the group")
    await street.chai.says_in(FLAT, "/request 10 @ana")
    await street.ana.reads("Chai Srisuk asks Ana Moreno for €10.00", chat=FLAT)


async def test_there_must_be_something_to_settle(street: Street) -> None:
    """No open share, or as few payments as can be."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/settle")
    await street.ana.reads("No share is open here that could be moved", chat=FLAT)
    await owes(street.ana, street.ben, "lunch")
    await street.ana.says_in(FLAT, "/settle")
    await street.ana.reads("cannot be done with fewer payments", "/requests", chat=FLAT)


async def test_one_needs_a_wallet_to_propose(street: Street) -> None:
    """And is told so; nobody without one has a share that could be moved."""
    await street.ana.says_in(FLAT, "/settle")
    await street.ana.reads("You have no wallet yet, so nothing was changed", chat=FLAT)


async def test_a_message_handled_again_makes_no_second_proposal(street: Street) -> None:
    """After a crash the inbox hands it over once more."""
    await chain(street)
    await street.ana.says_in(FLAT, "/settle")
    await street.ana.reads("1 payment instead of 2", chat=FLAT)
    await street.replay("/settle")
    assert sum("Settle up" in text for text in await bots_words(street)) == 1


async def test_proposed_again_it_is_the_same_board_further_down(street: Street) -> None:
    """Whoever agreed has agreed; asking for it once more is no word of one's own."""
    await chain(street)
    await street.ana.says_in(FLAT, "/settle")
    old = await street.ana.reads("1 payment instead of 2", chat=FLAT)
    await street.settled()
    await street.ana.says_in(FLAT, "Who has not agreed?")
    await street.ben.says_in(FLAT, "/settle")
    await street.settled()
    (shown,) = [message for message in await street.ana.messages(FLAT) if "Settle up" in plain(message["text"])]
    assert shown["id"] > old["id"]
    assert "✓ Ana Moreno  ○ Ben Okafor  ○ Chai Srisuk" in plain(shown["text"])


async def test_a_new_proposal_says_on_the_old_one_that_it_took_its_place(street: Street) -> None:
    """When there is another open share: the old one has no buttons any more."""
    await chain(street)
    await street.ana.says_in(FLAT, "/settle")
    await street.ana.reads("1 payment instead of 2", chat=FLAT)
    await street.settled()
    await owes(street.chai, street.ana, "tickets", euros=3)
    await street.ben.says_in(FLAT, "/settle")
    await street.ana.reads("1 payment instead of 3", chat=FLAT)
    await street.settled()
    boards = [message for message in await street.ana.messages(FLAT) if "Settle up" in plain(message["text"])]
    assert [bool(message["inline_keyboard"]) for message in boards] == [False, True]
    assert "A newer proposal took its place" in plain(boards[0]["text"])
