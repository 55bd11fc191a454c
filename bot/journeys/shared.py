"""A contact card that somebody shares: whom it names is shown and confirmed before anything is bound to that number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardMarkup

from bot import intents
from bot.cards import button
from bot.draft import Draft
from bot.identity import is_possible
from bot.journeys import asking, contacts, pay, send
from bot.messages import Face
from bot.names import clean

if TYPE_CHECKING:
    from bot.conversation import Card
    from bot.turn import Turn

_SHARED: Final = "shared"
"""The kind of our card."""


async def received(turn: Turn) -> None:
    """Ask whether this is who they mean."""
    contact = turn.message.contact if turn.message else None
    if contact is None or contact.user_id is None or not is_possible(contact.user_id):
        await turn.say(turn.t("This contact is not on Telegram, so I cannot find them. Nothing was kept."))
        return
    if contact.user_id == turn.user.id:
        await turn.say(turn.t("This is you. To let others pay you, send them your link: /me"))
        return
    waiting = await turn.context.conversations.of(turn.user.id)
    draft = waiting.facts["draft"] if waiting is not None and waiting.step == send.PAYEE else None
    name = " ".join(filter(None, (contact.first_name, contact.last_name)))
    card = await turn.context.cards.create(
        _SHARED, turn.user.id, turn.chat_id, telegram_id=contact.user_id, name=name, draft=draft
    )
    await turn.put(card, await _question(turn, card))


async def answered(turn: Turn) -> None:
    """Yes: they are a contact now, and the payee if we still ask for one. No: nothing is kept."""
    card = await pay.pressed_card(turn, _SHARED)
    if card is None or card.message_id is None:
        return
    if turn.pressed[0] == "notthem":
        await turn.edit(card.message_id, Face(turn.t("Nothing was kept.")))
        return
    user_id, name = card.facts["telegram_id"], card.facts["name"]
    person = await turn.context.people.find(user_id)
    username = person.username if person else None
    contact = await turn.context.contacts.remember(turn.user.id, user_id, person.name if person else name, username)
    draft, led_on = await _waiting_for(turn, card)
    if draft is None:
        await contacts.show_contact(turn, contact, card.message_id)
        return
    if led_on:
        await send.advance(turn, draft)
        return
    shown = clean(person.name if person else name)
    await turn.edit(card.message_id, Face(send.direction(turn, draft, shown)))
    if not await send.to(turn, draft, intents.UserId(user_id), contacts.public_name(shown, username)):
        await send.unknown_payee(turn, draft, shown)


async def _waiting_for(turn: Turn, card: Card) -> tuple[Draft | None, bool]:
    """Return the draft that the card answers, if we still wait with it, and whether this very press has led it on."""
    waiting = await turn.context.conversations.of(turn.user.id)
    if waiting is None or waiting.step not in send.STEPS or card.facts["draft"] is None:
        return None, False
    draft = Draft.of(waiting.facts["draft"])
    led_on = asking.led_on(turn, waiting)
    is_asked = draft.key == Draft.of(card.facts["draft"]).key and (led_on or waiting.step == send.PAYEE)
    return (draft if is_asked else None), led_on


async def _question(turn: Turn, card: Card) -> Face:
    """The name on the card is the sender's word; what stands below it is what we know of the number."""
    person = await turn.context.people.find(card.facts["telegram_id"])
    lines = [turn.t("<b>Is this them?</b>"), turn.t("The card says: {name}", name=clean(card.facts["name"]))]
    if person is None:
        lines.append(turn.t("They have no wallet yet."))
    elif person.username:
        lines.append(
            turn.t(
                "Here they are {name}, @{username}, and have a wallet.",
                name=clean(person.name),
                username=person.username,
            )
        )
    else:
        lines.append(turn.t("Here they are {name}, without a username, and have a wallet.", name=clean(person.name)))
    yes = button(turn.speaker.label("Yes"), "isthem", card.id)
    no = button(turn.speaker.label("No"), "notthem", card.id)
    return Face("\n".join(lines), InlineKeyboardMarkup([[yes, no]]))
