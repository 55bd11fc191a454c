"""Cards: what a payer sees before and after the PIN."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from bot import cards
from bot.cautions import Cautions
from bot.journeys.notices import _TEXTS
from bot.keypad import Keypad, Pay
from bot.names import Reason
from bot.payees import Payee
from bot.text import Speaker
from sandbox.person import plain
from wallet import Currency, Money, NoticeKind, Party, Quote, Receipt

if TYPE_CHECKING:
    from bot.messages import Face

EUR = Currency("EUR", 2)
ANA = Party(UUID(int=1), "person", "Ana Moreno", "open")
BEN = Party(UUID(int=2), "person", "Ben Okafor", "open")
CAFE = Party(UUID(int=3), "business", "Café Luna", "open", UUID(int=4))
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CARD = "A" * 22
SAY = Speaker()


def euros(cents: int) -> Money:
    return Money(cents, EUR)


QUOTE = Quote(UUID(int=9), ANA, BEN, euros(500), euros(0), "lunch", False, euros(4_500), "open", NOON)
PAYEE = Payee(BEN, "ben", frozenset())
RECEIPT = Receipt(
    UUID(int=9),
    "payment",
    "3E1JB-TXC00",
    "7K3M9-QPX2T-08BFN-4C6HW",
    ANA,
    BEN,
    euros(500),
    euros(0),
    "lunch",
    NOON,
    "payer",
    euros(4_500),
    euros(0),
)


def shown(face: Face) -> str:
    return plain(face.text)


def data(face: Face) -> list[str]:
    assert face.keyboard is not None
    return [str(button.callback_data) for row in face.keyboard.inline_keyboard for button in row]


def test_the_card_says_all_that_the_pin_confirms() -> None:
    """Payee, amount, fee, total, balance after, expiry; and no surprise."""
    assert shown(cards.quote(SAY, QUOTE, PAYEE, CARD)).splitlines() == [
        "<b>Send €5.00 to Ben Okafor</b>",
        "@ben",
        "Note: “lunch”",
        "",
        "Amount: €5.00",
        "Fee: free",
        "Total: €5.00",
        "Balance after: €45.00",
        "",
        "Open until 21 Nov, 12:00 UTC.",
    ]


def test_the_card_has_two_buttons_that_fit_into_64_bytes() -> None:
    """Telegram refuses longer data."""
    buttons = data(cards.quote(SAY, QUOTE, PAYEE, CARD))
    assert buttons == [f"pin:{CARD}", f"cancel:{CARD}"]


def test_a_business_is_marked_and_costs_its_payer_nothing() -> None:
    """The fee is the business's; the payer's total is the price."""
    quote = replace(QUOTE, payee=CAFE, fee=euros(5))
    text = shown(cards.quote(SAY, quote, Payee(CAFE, None, frozenset()), CARD))
    assert "A business" in text
    assert "Fee: none for you" in text
    assert "Total: €5.00" in text


def test_doubts_about_a_name_are_said() -> None:
    """First payment, odd characters, and a likeness: each has its line."""
    payee = Payee(BEN, "ben", frozenset(Reason))
    text = shown(cards.quote(SAY, replace(QUOTE, first_time=True), payee, CARD, Cautions(paid_alike="Ben 0kafor")))
    assert text.count("⚠") == len(Reason) + 1
    assert "first time you pay them" in text
    assert "not the Ben 0kafor you paid before" in text


def test_a_hostile_name_and_note_stay_text() -> None:
    """Markup is escaped, direction marks are gone, and lines cannot be forged."""
    party = replace(BEN, name="<b>\u202eBen</b>")
    quote = replace(QUOTE, payee=party, note="x\n\nTotal: €0.01 <a>\u202e")
    text = cards.quote(SAY, quote, Payee(party, None, frozenset()), CARD).text
    assert "\u202e" not in text
    assert "&lt;b&gt;Ben&lt;/b&gt;" in text
    assert sum(line.startswith("Total: ") for line in plain(text).splitlines()) == 1


def test_the_receipt_has_a_reference_a_seal_and_the_new_balance() -> None:
    """In the card's place, after the money has moved."""
    assert shown(cards.receipt(SAY, RECEIPT, "ben")).splitlines() == [
        "✓ <b>You sent €5.00 to Ben Okafor</b>",
        "@ben",
        "Note: “lunch”",
        "",
        "Fee: free",
        "Your balance: €45.00",
        "Reference <code>3E1JB-TXC00</code>, 21 Nov, 12:00 UTC",
        "Seal <code>7K3M9-QPX2T-08BFN-4C6HW</code>",
    ]


def test_the_keypad_shows_dots_and_twelve_keys() -> None:
    """In the order of a telephone, with a way out and a way back."""
    names = [*"0123456789", "delete", "cancel"]
    keypad = Keypad(5001, Pay(CARD), "Send", NOON, {name: f"token-{name}" for name in names})
    keypad.press("4")
    keypad.press("8")
    face = cards.keypad(SAY, keypad)
    assert shown(face).splitlines() == ["Send", "", "PIN ●●○○○○"]
    assert face.keyboard is not None
    labels = [[button.text for button in row] for row in face.keyboard.inline_keyboard]
    assert labels == [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"], ["Cancel", "0", "⌫"]]
    assert data(face)[:2] == ["k:token-1", "k:token-2"]


def test_every_notice_has_its_sentence() -> None:
    """But for the payer's receipt, which is a card, and what `aside` tells of holds, and `requested` of requests."""
    with_cards = {kind for kind in NoticeKind if kind.name.startswith(("HOLD_", "REQUEST_"))}
    assert set(_TEXTS) == set(NoticeKind) - {NoticeKind.PAYMENT_SENT} - with_cards
