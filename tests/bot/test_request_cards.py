"""Requests: what both sides and others see, in every state."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from bot import request_cards
from bot.cards import button
from tests.bot.test_cards import ANA, CARD, NOON, SAY, data, euros, shown
from wallet import Party, Request, RequestState

BEN = Party(UUID(int=4), "person", "Ben\u202e <b>", "open")
LINK = f"https://t.me/sixpence_bot?start=ask_{CARD}"
REQUEST = Request(
    UUID(int=9), ANA, BEN, euros(1000), "cinema\u202e", "open", NOON, NOON + timedelta(days=7), None, None
)
ENDS: tuple[RequestState, ...] = ("paid", "declined", "cancelled", "expired")


def test_the_payer_sees_that_they_will_pay_whom_and_why() -> None:
    """In plain words, with all three answers."""
    face = request_cards.payer(SAY, REQUEST, "ana", CARD)
    assert shown(face).splitlines() == [
        f"<b>{ANA.name} asks you to pay €10.00</b>",
        "@ana",
        "Note: “cinema”",
        "",
        f"If you pay, €10.00 goes from you to {ANA.name}. Nothing moves before your PIN.",
        "Open until 28 Nov, 12:00 UTC.",
    ]
    assert data(face) == [f"askpay:{CARD}", f"askno:{CARD}", f"askblock:{CARD}"]


def test_a_business_that_asks_is_called_one() -> None:
    """Who owns it is not said."""
    cafe = Party(UUID(int=7), "business", "Café Luna", "open", ANA.id)
    assert "A business" in shown(request_cards.payer(SAY, replace(REQUEST, payee=cafe), None, CARD))


def test_the_asker_sees_for_whom_they_wait() -> None:
    """With a reminder and a way back; where the payer has no wallet, with a link to send on instead."""
    face = request_cards.asker(SAY, REQUEST, "ben", CARD, LINK)
    assert "Waiting for Ben" in shown(face)
    assert data(face) == [f"askremind:{CARD}", f"askcancel:{CARD}"]
    newbie = replace(REQUEST, payer=replace(BEN, name="@newbie", status="invited"))
    invited = request_cards.asker(SAY, newbie, None, CARD, LINK)
    assert "<code>@newbie</code> has no wallet yet" in shown(invited)
    assert invited.keyboard is not None
    assert "https%3A%2F%2Ft.me" in str(invited.keyboard.inline_keyboard[0][0].url)


@pytest.mark.parametrize("state", ENDS)
def test_what_is_over_has_no_buttons_and_says_how_it_ended(state: RequestState) -> None:
    """On every card, each end in words of its own; to others only whether it was paid."""
    over = replace(REQUEST, state=state)
    faces = [
        request_cards.payer(SAY, over, "ana", CARD),
        request_cards.asker(SAY, over, "ben", CARD, LINK),
        request_cards.group(SAY, over, CARD, LINK),
    ]
    assert [face.keyboard for face in faces] == [None, None, None]
    for face in faces:
        assert "cinema" in shown(face)
        assert ("✓" in shown(face)) == (state == "paid")
        assert state == "paid" or "No money moved" in shown(face)


@pytest.mark.parametrize("state", ["open", *ENDS])
def test_names_and_notes_stay_text(state: RequestState) -> None:
    """Nobody writes markup or turns text around on somebody else's card."""
    request = replace(REQUEST, state=state, payee=replace(ANA, name="<i>Ana\u202e"))
    for face in (
        request_cards.payer(SAY, request, "ana", CARD),
        request_cards.asker(SAY, request, "ben", CARD, LINK),
        request_cards.group(SAY, request, CARD, LINK),
        request_cards.news(SAY, request),
    ):
        assert "<i>" not in face.text
        assert "\u202e" not in face.text


def test_a_full_list_of_requests_fits_below_one_message() -> None:
    """Thirty buttons with the longest names and notes are less than Telegram takes; each still says how much."""
    other = Party(UUID(int=4), "person", "😀" * 64, "open")
    long = replace(REQUEST, payee=other, payer=other, note="😀" * 140, amount=euros(1_000_000_00))
    for asked in (True, False):
        line = request_cards.line(SAY, long, asked=asked)
        assert "€1,000,000.00" in line
        rows = [[button(line, f"asked{at}", CARD).to_dict()] for at in range(30)]
        assert len(json.dumps(rows, ensure_ascii=False).encode()) < 10_000
