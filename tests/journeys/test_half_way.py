"""What a failure cuts off half-way is gone on with when the update is handled again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.journeys import pay

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


async def test_a_payer_is_brought_the_card_after_a_failure_too(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ben said that it is him, and Telegram was out of reach when Ana was to be told: it is tried again."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.picks_inline(street.ben.id, "5 lunch", "Pay €5.00")
    bring, failures = pay.bring, [ConnectionError("out of reach")]

    async def at_second_try(*facts: Any) -> None:
        if failures:
            raise failures.pop()
        await bring(*facts)

    monkeypatch.setattr(pay, "bring", at_second_try)
    await street.ben.presses("It’s me", chat=street.ana.id)
    await street.ana.reads("Send €5.00 to Ben Okafor", "Balance after: €45.00")
    await street.ben.reads("Ana Moreno pays Ben Okafor €5.00 · waiting", "Note: “lunch”", chat=street.ana.id)


async def test_a_payee_who_presses_twice_brings_one_card(street: Street) -> None:
    """A double tap: the second press finds all done."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.picks_inline(street.ben.id, "5 lunch", "Pay €5.00")
    await street.ben.presses("It’s me", chat=street.ana.id, times=2)
    await street.ana.reads("Send €5.00 to Ben Okafor")
    await street.settled()
    assert sum("Send €5.00 to Ben Okafor" in text for text in await street.ana.texts()) == 1
