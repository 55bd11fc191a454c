"""Money set aside, on the side of whoever it is for: the link leads to an offer, the offer is accepted or refused.

A link, a /start or a forward never moves money; only the two buttons do, pressed by whoever it is for. That is the
Telegram user the payer chose by number, or whoever has the username the payer wrote, by Telegram's word of now.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot import hold_cards, payees, places, refusals
from bot.identity import username_key
from bot.journeys import pay, payment_card
from bot.journeys.aside import OFFER
from bot.messages import Face
from bot.names import clean
from wallet import Hold, HoldClosed, HoldUnknown, PartyFrozen, WalletError

if TYPE_CHECKING:
    from uuid import UUID

    from bot.conversation import Card
    from bot.turn import Turn
    from wallet import Party, Receipt

SHOWN_AT_ONCE: Final = 3
"""So much of what others offer, or ask for, comes by itself: few enough that a chat takes it all in one burst."""


async def follow(turn: Turn, code: str) -> None:
    """Answer a link that was sent on: an offer to whoever it is for, a sentence to everybody else."""
    hold = await _linked(turn, code)
    if hold is None:
        await turn.say(
            turn.t("This link leads to nothing I know. No money moved. Ask whoever sent it to you to send it again.")
        )
    elif hold.payer.id == turn.person.party_id:
        called = clean(hold.payee.name)
        await turn.say(turn.t("This is your own link, for {name}: send it on to them. No money moved.", name=called))
    elif not await _is_for(turn, hold):
        await turn.say(not_for_you(turn, hold.payee))
    else:
        await _offer(turn, hold)


async def greet(turn: Turn, code: str) -> None:
    """Answer the same link for somebody who is yet to choose a PIN: what is for them comes after that."""
    hold = await _linked(turn, code)
    if hold is not None and await _is_for(turn, hold):
        await turn.say(turn.t("Money is waiting for you. Choose a PIN first, then you see it. Nothing has moved yet."))
    else:
        await follow(turn, code)


async def offer_all(turn: Turn) -> None:
    """Show what is set aside for this person and still to be had: as much as they can answer, and how to see the rest.

    Others say how much that is, so it may neither fill the chat nor keep the bot from anybody else.
    """
    waiting = [
        hold
        for party_id in await names_of(turn)
        for hold in await turn.context.wallet.open_holds_for(party_id)
        if hold.payer.id != turn.person.party_id and _as_of_now(turn, hold).state == "open"
    ]
    for hold in waiting[:SHOWN_AT_ONCE]:
        await _offer(turn, hold)
    if len(waiting) > SHOWN_AT_ONCE:
        await turn.say(
            turn.speaker.plural(
                "{count} more offer is waiting for you. Accept or refuse these first, then send /start again.",
                "{count} more offers are waiting for you. Accept or refuse these first, then send /start again.",
                len(waiting) - SHOWN_AT_ONCE,
            )
        )


async def accept(turn: Turn) -> None:
    """Take the money. Pressed again, it shows the same receipt."""
    found = await _pressed(turn)
    if found is None:
        return
    card, hold = found
    try:
        receipt = await turn.context.wallet.capture(hold.id, turn.person.party_id)
    except HoldClosed:  # by a claim, a refusal or a taking back that was faster, or by time
        await turn.put(card, await _face(turn, card, await turn.context.wallet.hold(hold.id)))
    except WalletError as refusal:
        await turn.put(card, await _face(turn, card, hold, _why_not(turn, hold, refusal)))
    else:
        await _show_receipt(turn, card, receipt)
        await payees.remember_payment(turn.context, receipt)
    turn.context.courier_wake()


async def refuse(turn: Turn) -> None:
    """Send the money back to its payer."""
    found = await _pressed(turn)
    if found is None:
        return
    card, hold = found
    try:
        await turn.context.wallet.refuse_hold(hold.id, turn.person.party_id)
    except HoldClosed:
        await turn.put(card, await _face(turn, card, await turn.context.wallet.hold(hold.id)))
    except WalletError as refusal:
        await turn.put(card, await _face(turn, card, hold, refusals.sentence(turn.speaker, refusal)))
    else:
        await turn.put(card, hold_cards.over(turn.speaker, replace(hold, state="refused")))
    turn.context.courier_wake()


async def _linked(turn: Turn, code: str) -> Hold | None:
    """Return the hold that this link leads to; what is no link of ours leads nowhere."""
    card = await turn.context.cards.linked(code)
    if card is None or card.kind != payment_card.PAYMENT or card.quote_id is None:
        return None
    with suppress(HoldUnknown):
        return await turn.context.wallet.hold(card.quote_id)
    return None


async def names_of(turn: Turn) -> list[UUID]:
    """Return the parties that are this person now: their own, and the one invited by the username they have."""
    parties = [turn.person.party_id]
    if turn.user.username:
        invited = await turn.context.wallet.named_by(username_key(turn.user.username))
        parties += [invited.id] if invited else []
    return parties


async def _is_for(turn: Turn, hold: Hold) -> bool:
    return hold.payee.id in await names_of(turn)


async def _offer(turn: Turn, hold: Hold) -> None:
    """Show the offer at the end of the chat. There is one."""
    card = await turn.context.cards.of_quote(hold.id, turn.user.id)
    if card is None:
        card = await turn.context.cards.create(OFFER, turn.user.id, turn.chat_id, quote_id=hold.id)
    card = await places.to_the_end(turn.context, card, turn.speaker)
    await turn.put(card, await _face(turn, card, hold))


async def _pressed(turn: Turn) -> tuple[Card, Hold] | None:
    """Return the offer whose button was pressed and its hold, if it is still for this person; otherwise say so."""
    card = await pay.pressed_card(turn, OFFER)
    if card is None or card.quote_id is None:
        return None
    hold = await turn.context.wallet.hold(card.quote_id)
    if await _is_for(turn, hold):
        return card, hold
    await turn.put(card, Face(not_for_you(turn, hold.payee)))
    return None


async def _face(turn: Turn, card: Card, hold: Hold, why: str = "") -> Face:
    """Return the offer as the hold stands now. `why` says what stood in the way just now."""
    hold = _as_of_now(turn, hold)
    if hold.state == "captured" and hold.payee.id == turn.person.party_id:
        receipt = await turn.context.wallet.capture(hold.id, turn.person.party_id)  # again: the same receipt
        return hold_cards.accepted(turn.speaker, receipt)
    if hold.state != "open":
        return hold_cards.over(turn.speaker, hold)
    payer = await turn.context.people.of_party(hold.payer.id)
    return hold_cards.offer(turn.speaker, hold, payer.username if payer else None, card.id, why)


def _as_of_now(turn: Turn, hold: Hold) -> Hold:
    """Return the hold as the wallet will judge it: one whose time is over goes back any moment."""
    is_over = hold.state == "open" and turn.context.clock() >= hold.expires_at
    return replace(hold, state="expired") if is_over else hold


async def _show_receipt(turn: Turn, card: Card, receipt: Receipt) -> None:
    """Turn the offer into the receipt. Should that fail, the courier does it."""
    await turn.put(card, hold_cards.accepted(turn.speaker, receipt))
    if receipt.notice_id is not None:
        await turn.context.wallet.notice_delivered(receipt.notice_id)


def not_for_you(turn: Turn, meant: Party) -> str:
    """Say whom it is for, and nothing else: neither how much, nor from whom, nor what for."""
    return turn.t(
        "This is meant for {name}, not for you, so I did nothing. No money moved. "
        "If it should be yours, ask whoever sent it to you.",
        name=clean(meant.name),
    )


def _why_not(turn: Turn, hold: Hold, refusal: WalletError) -> str:
    """Return the refusal in words for the payee: it is the other side whom most of them speak of."""
    if not isinstance(refusal, PartyFrozen):
        return refusals.sentence(turn.speaker, refusal)
    if refusal.side == "payee":
        return refusals.sentence(turn.speaker, PartyFrozen("payer", refusal.name))
    return turn.t(
        "⚠ This cannot be accepted at the moment. No money moved: it stays set aside until {time}. "
        "Try again later, or ask {name}.",
        name=clean(refusal.name),
        time=hold.expires_at,
    )
