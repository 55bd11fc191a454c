"""A group's board shows how things stand, is there whatever Telegram says, and knows people by their newest name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from telegram.error import BadRequest, TelegramError

from bot import messages, places
from bot.journeys import boards
from tests.journeys.boards import FLAT, all_asked, bots_words, pays_share, toasts

if TYPE_CHECKING:
    from telegram import Bot
    from telegram import Message as Sent

    from bot.context import Context
    from bot.conversation import Card
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


async def test_the_last_of_two_presses_at_once_is_what_the_board_shows(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the board with Ben is on its way to Telegram, Chai is in too, and his arrives first."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await street.ana.says_in(FLAT, "/split 90 dinner")
    await street.ana.reads("splits €90.00", chat=FLAT)
    await street.settled()
    chai, edit, overtaken = await street.party(street.chai), places.edit, list[str]()

    async def overtaken_by_chai(context: Context, card: Card, face: messages.Face) -> bool:
        if card.kind == boards.SPLIT and card.quote_id is not None and not overtaken:
            overtaken.append(card.id)
            await street.wallet.join_split(card.quote_id, chai.id)
            await boards.update(context, card)
        return await edit(context, card, face)

    monkeypatch.setattr(places, "edit", overtaken_by_chai)
    await street.ben.presses("I’m in", chat=FLAT)
    await street.settled()
    (board,) = await bots_words(street)
    assert "• Ben Okafor · €30.00\n• Chai Srisuk · €30.00" in board


@pytest.mark.parametrize(
    "refusal",
    [BadRequest("Not enough rights to send text messages to the chat"), TelegramError("Something new")],
    ids=["no rights", "unknown"],
)
async def test_a_board_that_cannot_be_shown_anew_stays_where_it_is(
    street: Street, refusal: TelegramError, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is left without one: it goes when the new one is there."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_asked(street)
    await street.settled()
    before = await bots_words(street)

    async def refused(_: Bot, chat_id: int, *__: Any, **___: Any) -> Sent:
        assert chat_id in {FLAT, street.ana.id}
        raise refusal

    async def sleep(_: float) -> None:
        """No time passes."""

    with monkeypatch.context() as for_now:
        for_now.setattr(messages, "sent", refused)
        for_now.setattr(street.inbox, "_sleep", sleep)
        await street.ana.says_in(FLAT, "/split")
        await street.settled()
    assert await bots_words(street) == before
    await pays_share(street.ben)
    await street.ana.reads("✓ Ben Okafor · €30.00 · paid", chat=FLAT)


async def test_an_old_board_that_cannot_be_taken_away_is_none_after_all(street: Street) -> None:
    """Telegram stumbles once the new one is there: nothing is shown twice, and the old one goes when it is pressed."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_asked(street)
    old = await street.ben.reads("○ Ben Okafor", chat=FLAT)
    fault = {"method": "deleteMessage", "kind": "server_error", "chat_id": str(FLAT)}
    (await street.http.post("/control/fault", json=fault)).raise_for_status()
    await street.ana.says_in(FLAT, "/split")
    await street.settled()
    assert len(await bots_words(street)) == 2
    await street.ben.taps(old, "Pay my share", chat=FLAT)
    await street.ben.reads_ephemeral("Balance after", chat=FLAT)
    await street.settled()
    assert old["id"] not in [message["id"] for message in await street.ana.messages(FLAT)]


async def test_whoever_was_named_by_a_username_that_is_new_pays_from_the_board(street: Street) -> None:
    """Ben, who has a wallet, is @ben2 today, which the bot has not seen: the share is his when he presses."""
    await street.open_wallets(street.ana, street.ben)
    street.becomes(street.ben, username="ben2")
    await street.ana.says_in(FLAT, "/split 90 dinner @ben2")
    await street.ana.reads("○ @ben2 · €45.00 · no wallet yet", chat=FLAT)
    await pays_share(street.ben)
    await street.ana.reads("✓ Ben Okafor · €45.00 · paid", chat=FLAT)
    assert "You have no share in this." not in await toasts(street)
    assert (await street.wallet.reconcile()).clean


async def test_a_share_that_was_named_so_is_told_of_as_theirs_before_they_pay(street: Street) -> None:
    """The press is enough for the board to know them; nobody else gets it by pressing."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    street.becomes(street.ben, username="ben2")
    await street.ana.says_in(FLAT, "/split 90 dinner @ben2")
    await street.ana.reads("no wallet yet", chat=FLAT)
    await street.chai.presses("Pay my share", chat=FLAT)
    assert await toasts(street) == {"You have no share in this."}
    await street.ben.presses("Pay my share", chat=FLAT)
    await street.ana.reads("○ Ben Okafor · €45.00 · to pay", chat=FLAT)
