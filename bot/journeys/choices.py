"""Answers that are chosen rather than written: a contact from the list, a payee, an amount, no note."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bot import intents
from bot.draft import Draft
from bot.identity import is_possible
from bot.journeys import asking, pay, send
from bot.messages import Face
from bot.names import clean, own_name
from wallet import Money

if TYPE_CHECKING:
    from bot.turn import Turn


async def contact(turn: Turn) -> None:
    """Take a contact picked from the person's own list, in answer to "who is it for"."""
    shared = turn.message.users_shared if turn.message else None
    waiting = await turn.context.conversations.of(turn.user.id)
    if shared is None or not shared.users or waiting is None or waiting.step not in send.STEPS:
        await turn.say(turn.t("I was not waiting for a contact, so I did nothing. To pay somebody, press /send."))
        return
    draft = Draft.of(waiting.facts["draft"])
    if asking.led_on(turn, waiting):
        await send.advance(turn, draft)
        return
    chosen = shared.users[0]
    name = own_name(" ".join(filter(None, (chosen.first_name, chosen.last_name))))
    called = f"@{chosen.username}" if chosen.username else name
    if chosen.user_id != turn.user.id and is_possible(chosen.user_id):
        await turn.context.contacts.remember(turn.user.id, chosen.user_id, name, chosen.username)
    if not await send.to(turn, draft, intents.UserId(chosen.user_id), called):
        await send.unknown_payee(turn, draft, name)


async def payee(turn: Turn) -> None:
    """One of several who may be meant."""
    found = await _pressed(turn, send.PAYEE)
    if found is None:
        return
    draft, option, message_id = found
    party = await turn.context.wallet.party(UUID(option))
    await turn.edit(message_id, Face(send.direction(turn, draft, clean(party.name))))
    await send.advance(turn, replace(draft, payees=(party.id,)))


async def amount(turn: Turn) -> None:
    """One of the amounts offered."""
    found = await _pressed(turn, send.AMOUNT)
    if found is None:
        return
    draft, option, message_id = found
    chosen = Money(int(option), turn.context.wallet.currency)
    await turn.edit(message_id, Face(turn.t("Amount: {amount}", amount=chosen)))
    await send.advance(turn, replace(draft, amounts=(chosen.minor,)))


async def no_note(turn: Turn) -> None:
    """Skip the note."""
    found = await _pressed(turn, send.NOTE)
    if found is None:
        return
    draft, _, message_id = found
    await turn.edit(message_id, Face(turn.t("No note.")))
    await send.advance(turn, replace(draft, ask_note=False))


async def _pressed(turn: Turn, step: str) -> tuple[Draft, Any, int] | None:
    """Return the draft behind the button, what the button stands for, and the message it was in.

    A question that is not, or not any more, the one we wait with is over: pressing it is answered with a toast. Where
    this very press was handled up to the next question, which may not have arrived, that is asked again.
    """
    waiting = await turn.context.conversations.of(turn.user.id)
    is_asked = waiting is not None and waiting.facts.get("card") == turn.pressed[1]
    led_on = asking.led_on(turn, waiting)
    over = "" if is_asked or led_on else turn.speaker.label("This button does nothing any more.")
    card = await pay.pressed_card(turn, step, over)
    if card is None or card.message_id is None:
        return None
    if waiting is not None and led_on:
        await send.advance(turn, Draft.of(waiting.facts["draft"]))
        return None
    at, options = turn.choice, card.facts["options"]
    return (Draft.of(card.facts["draft"]), options[at], card.message_id) if is_asked and at < len(options) else None
