"""/history and /balance: what happened and what there is, for each account of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


async def test_history_is_paged_in_place(street: Street) -> None:
    """Ten deposits are two pages: Older and Newer turn them in one message."""
    await street.open_wallets(street.ana, cents=0)
    for cents in range(1, 11):
        await street.give(street.ana, cents)
    await street.ana.says("/history")
    newest = await street.ana.reads("History of Ana Moreno", "€0.10 paid in")
    assert await street.ana.buttons("History of") == ["Older ›"]
    await street.ana.presses("Older")
    oldest = await street.ana.reads("€0.01 paid in")
    assert oldest["id"] == newest["id"]
    assert await street.ana.buttons("History of") == ["‹ Newer"]
    await street.ana.presses("Newer")
    await street.ana.reads("€0.10 paid in")


async def test_a_payment_shows_on_both_sides_and_a_fee_on_the_businesss(street: Street) -> None:
    """To, from, and the fee as a line of its own; the owner sees the business at the press of a button."""
    await street.open_wallets(street.luna, street.ana)
    await street.open_business(street.luna, "Café Luna")
    await street.ana.says("pay 10 to Café Luna for cake")
    await street.ana.confirms()
    await street.ana.reads("You sent €10.00")
    await street.ana.says("/history")
    await street.ana.reads("−€10.00 to Café Luna", "Note: “cake”", "balance €40.00")
    await street.luna.says("/history")
    await street.luna.reads("History of Luna Rossi")
    await street.luna.presses("Café Luna")
    await street.luna.reads("History of Café Luna", "€10.00 from Ana Moreno", "−€0.10 fee", "balance €9.90")


async def test_an_empty_history_says_so(street: Street) -> None:
    """Nothing yet is an answer."""
    await street.open_wallets(street.ana, cents=0)
    await street.ana.says("/history")
    await street.ana.reads("Nothing yet.")
