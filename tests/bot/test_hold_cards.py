"""Money set aside: what its payer and whoever it is for see, in every state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from bot import cards, hold_cards
from bot.identity import person_key, username_key
from bot.payees import Payee
from sandbox.person import plain
from tests.bot.test_cards import ANA, CARD, NOON, QUOTE, RECEIPT, SAY, data, euros, shown
from wallet import Hold, HoldState, Party

if TYPE_CHECKING:
    from bot.messages import Face

NEWBIE = Party(UUID(int=5), "person", "@newbie", "invited")
LINK = f"https://t.me/sixpence_bot?start=claim_{CARD}"
WEEK = timedelta(days=7)
HOLD = Hold(UUID(int=9), ANA, NEWBIE, euros(500), "lunch", RECEIPT.reference, "open", NOON, NOON + WEEK, None)
PLACED = replace(RECEIPT, kind="hold", payee=NEWBIE)


def payers(state: HoldState) -> Face:
    return hold_cards.set_aside(SAY, PLACED, replace(HOLD, state=state), CARD, LINK)


def test_the_card_before_the_pin_says_what_will_happen() -> None:
    """Who has no wallet, how much waits for how long, and that it returns; in days as the operator set them."""
    quote = replace(QUOTE, payee=NEWBIE, held_until=NOON + timedelta(days=1, minutes=-2))
    text = shown(cards.quote(SAY, quote, Payee(NEWBIE, None, frozenset()), CARD))
    assert text.startswith("<b>Set aside €5.00 for <code>@newbie</code></b>")
    assert "<code>@newbie</code> has no wallet yet: €5.00 will be set aside for 1 day; if they do not claim it" in text
    week = cards.quote(SAY, replace(quote, held_until=NOON + WEEK), Payee(NEWBIE, None, frozenset()), CARD)
    assert "for 7 days" in shown(week)


def test_the_open_card_has_its_link_and_its_way_back() -> None:
    """State, note, what comes next, proof; the link goes out through Telegram's own share page."""
    face = payers("open")
    assert shown(face).splitlines() == [
        "<b>Set aside for <code>@newbie</code> · €5.00 · until 28 Nov</b>",
        "Note: “lunch”",
        "",
        "Send the link on to them. If they do not claim it by 28 Nov, 12:00 UTC, it returns to you by itself.",
        "Your balance: €45.00",
        "Reference <code>3E1JB-TXC00</code>, 21 Nov, 12:00 UTC",
        "Seal <code>7K3M9-QPX2T-08BFN-4C6HW</code>",
    ]
    assert face.keyboard is not None
    (link,), (back,) = face.keyboard.inline_keyboard
    assert str(link.url).startswith("https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fsixpence_bot%3Fstart%3Dclaim_")
    assert back.callback_data == f"back:{CARD}"


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("captured", "✓ <b>Claimed by <code>@newbie</code> · €5.00</b>"),
        ("cancelled", "<b>Taken back · €5.00</b>"),
        ("refused", "<b>Refused by <code>@newbie</code> · €5.00</b>"),
        ("expired", "<b>Came back · €5.00</b>"),
    ],
)
def test_a_hold_that_ended_has_no_buttons_left(state: HoldState, title: str) -> None:
    """One state is visible, and the receipt of the setting aside stays on it."""
    face = payers(state)
    assert shown(face).splitlines()[0] == title
    assert "Seal" in face.text
    assert face.keyboard is None
    assert hold_cards.over(SAY, replace(HOLD, state=state)).keyboard is None


def test_a_hostile_name_and_note_stay_text() -> None:
    """On the offer, the one message a stranger's words reach."""
    hostile = replace(HOLD, payer=replace(ANA, name="<b>\u202eAna</b>"), note="x\n\nNew balance: €1 <a>\u202e")
    text = hold_cards.offer(SAY, hostile, "ana", CARD).text
    assert "\u202e" not in text
    assert "&lt;b&gt;Ana&lt;/b&gt;" in text
    assert not any(line.startswith("New balance") for line in plain(text).splitlines())


def test_an_offer_has_two_buttons_that_fit_into_64_bytes() -> None:
    """Telegram refuses longer data."""
    assert data(hold_cards.offer(SAY, HOLD, None, CARD)) == [f"accept:{CARD}", f"refuse:{CARD}"]


def test_a_username_is_one_key_whatever_its_case() -> None:
    """And never a person's: a number is a number."""
    assert username_key("@NewBie") == username_key("newbie")
    assert username_key("5001") != person_key(5001)
