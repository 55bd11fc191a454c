"""What the tests of money set aside have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.person import plain
from sandbox.tour import start_parameter

if TYPE_CHECKING:
    from tests.journeys.conftest import Somebody, Street

LUNCH = "send 5 to @ben for lunch"
OFFER = ("Ana Moreno has set aside €5.00 for you", "@ana", "Note: “lunch”", "by 28 Nov, 12:00 UTC")
"""Words of what Ben, or whoever it is for, is shown."""


async def set_aside(street: Street, words: str = LUNCH) -> str:
    """Ana, who has a wallet, sets money aside; returns the start parameter of the link she can send on."""
    await street.ana.says(words)
    await street.ana.reads("Set aside €", "will be set aside for 7 days")
    await street.ana.confirms()
    return start_parameter(await street.ana.reads("Set aside for", "until 28 Nov"))


def data(message: dict[str, Any]) -> dict[str, str]:
    """What each button of a message calls the bot with."""
    buttons = (button for row in message["inline_keyboard"] for button in row)
    return {plain(button["text"]): button["data"] for button in buttons if button.get("data")}


async def chooses_pin(somebody: Somebody) -> None:
    """The PIN of a newcomer, twice."""
    for expected in ("Once more", "PIN is set"):
        await somebody.says(somebody.pin)
        await somebody.reads(expected)


async def escrow(street: Street) -> int:
    """Cents that wait for somebody, by the books."""
    accounts = await street.wallet.accounts()
    return sum(account.balance.minor for account in accounts if account.kind == "escrow")


async def in_chat(somebody: Somebody, text: str) -> int:
    """How many of the messages in the chat contain this."""
    return sum(text in each for each in await somebody.texts())
