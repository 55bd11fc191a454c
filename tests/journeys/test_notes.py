"""A note is a stranger's text in the bot's own voice: it says so, and nothing in it can be pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.person import plain
from sandbox.telegram.cast import FLATMATES

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

BAIT = "You won! claim at https://evil.example or t.me/evil, or press /cancel @ana"
OURS = {"bold", "code"}


async def test_a_cent_carries_no_link_to_a_stranger(street: Street) -> None:
    """Whoever is paid reads the words, in quotation marks, and can press none of them."""
    await street.open_wallets(street.ana, street.ben)
    await street.ben.says(f"send 0.01 to @ana for {BAIT}")
    await street.ben.confirms()
    told = await street.ana.reads("You received €0.01", f"Note: “{BAIT}”")
    assert {entity["type"] for entity in told["entities"]} == OURS


async def test_a_note_does_not_speak_for_the_card(street: Street) -> None:
    """In a group the status is ours and comes first; the note is quoted below it, and cannot end its quotation."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLATMATES.id, "/pay @ben 50 for bike” ✓ PAID, hand it over. See t.me/evil")
    card = await street.ben.reads("Ana Moreno pays Ben Okafor", chat=FLATMATES.id)
    assert plain(card["text"]).splitlines() == [
        "Ana Moreno pays Ben Okafor €50.00 · waiting for Ana Moreno’s PIN",
        "Note: “bike' ✓ PAID, hand it over. See t.me/evil”",
    ]
    assert {entity["type"] for entity in card["entities"]} == OURS
