"""A group's boards, and what people do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.person import plain
from sandbox.telegram.cast import FLATMATES

if TYPE_CHECKING:
    from tests.journeys.conftest import Somebody, Street

FLAT, BOT = FLATMATES.id, "Sixpence"


async def bots_words(street: Street, chat: int = FLAT) -> list[str]:
    """What the bot has said in the group, as it reads now."""
    return [plain(message["text"]) for message in await street.ana.messages(chat) if message["from"]["name"] == BOT]


async def all_in(street: Street, words: str = "/split 90 dinner", chat: int = FLAT) -> None:
    """Ana starts a split; Ben and Chai press that they are in."""
    await street.ana.says_in(chat, words)
    for one in (street.ben, street.chai):
        await one.presses("I’m in", chat=chat)
        await one.reads(f"• {one.full_name}", chat=chat)


async def all_asked(street: Street, words: str = "/split 90 dinner", chat: int = FLAT) -> None:
    """And Ana asks everybody."""
    await all_in(street, words, chat)
    await street.ana.presses("Ask everybody now", chat=chat)
    await street.ana.reads("to pay", chat=chat)


async def pays_share(somebody: Somebody, chat: int = FLAT, button: str = "Pay my share") -> None:
    """From the board to the receipt, in messages of the group that nobody else sees."""
    await somebody.presses(button, chat=chat)
    await somebody.reads_ephemeral("Balance after", chat=chat)
    await somebody.presses("Confirm with PIN", chat=chat)
    await somebody.types_pin(chat=chat)
    await somebody.reads_ephemeral("You sent", chat=chat)


async def pays_share_in_private(somebody: Somebody, chat: int = FLAT) -> None:
    """The same where Telegram has no messages for one member alone: in one's own chat."""
    await somebody.presses("Pay my share", chat=chat)
    await somebody.reads("Balance after")
    await somebody.confirms()
    await somebody.reads("You sent")


async def toasts(street: Street) -> set[str]:
    """All that presses were answered with."""
    await street.settled()
    return {plain(call["params"].get("text", "")) for call in await street.calls("answerCallbackQuery")}
