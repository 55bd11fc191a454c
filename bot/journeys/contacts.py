"""/contacts: whom one deals with, favourites first; names of one's own for them, blocking, and who may find oneself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import intents, payees, phrases
from bot.cards import button
from bot.contacts import MAX_ALIAS, Contact
from bot.draft import Draft
from bot.journeys import asking, pay, send
from bot.messages import Face
from bot.names import clean, own_name

if TYPE_CHECKING:
    from bot.conversation import Card, Waiting
    from bot.turn import Turn

PAGE: Final = 6
ALIAS: Final = "alias"
"""The step at which we wait for what somebody calls a contact."""
_LIST: Final = "contacts"
_CONTACT: Final = "contact"
"""The kinds of our cards: the list, and one contact of it."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A contact as the list's owner sees them; the name is clean. `has_wallet` is always so for a business."""

    contact: Contact
    name: str
    username: str | None
    has_wallet: bool

    @property
    def called(self) -> str:
        """Name and @username, by which they can be told from others."""
        return f"{self.name} (@{self.username})" if self.username else self.name

    @property
    def label(self) -> str:
        """In one line; one's own name for them never stands alone."""
        star = "★ " if self.contact.favourite else ""
        alias = f"{self.contact.alias} · " if self.contact.alias else ""
        blocked = "⊘ " if self.contact.blocked else ""
        return f"{star}{blocked}{alias}{self.called}"


async def show(turn: Turn) -> None:
    """Show the list from its beginning."""
    await _learn(turn)
    await _show_list(turn, await turn.context.cards.create(_LIST, turn.user.id, turn.chat_id, skip=0, ids=[]))


async def turn_page(turn: Turn) -> None:
    """On, or back. The card notes which press turned it last: handled again, that turns no second page."""
    card = await pay.pressed_card(turn, _LIST)
    if card is None:
        return
    this, step = turn.update.update_id, PAGE if turn.pressed[0] == "further" else -PAGE
    if card.facts.get("turned_by") != this:
        card = await turn.context.cards.note(card, turned_by=this, skip=max(0, card.facts["skip"] + step))
    await _show_list(turn, card)


async def choose(turn: Turn) -> None:
    """One of the list: who they are, and what can be done, in the list's place."""
    card = await pay.pressed_card(turn, _LIST)
    if card is None:
        return
    ids, at = card.facts["ids"], turn.choice
    contact = await turn.context.contacts.find(turn.user.id, ids[at]) if at < len(ids) else None
    if contact is None or card.message_id is None:
        await _show_list(turn, card)
    else:
        await show_contact(turn, contact, card.message_id, skip=card.facts["skip"])


async def show_contact(turn: Turn, contact: Contact, message_id: int | None, *, skip: int = 0) -> None:
    """Show one contact on a card of its own, in a message that is there or in a new one."""
    card = await turn.context.cards.create(_CONTACT, turn.user.id, turn.chat_id, contact=contact.id, skip=skip)
    if message_id is not None:
        card = await turn.context.cards.sent(card, message_id)
    await turn.put(card, await _face(turn, card, contact))


async def act(turn: Turn) -> None:
    """What was pressed below a contact. Each says what shall be, so that a second press changes nothing."""
    found = await _pressed(turn)
    if found is None:
        return
    card, contact = found
    match turn.pressed[0]:
        case "payto":
            await _pay(turn, contact)
            return
        case "rename":
            await asking.wait(turn, ALIAS, contact=contact.id, card=card.id)
            await ask_alias(turn)
            return
        case "list":
            facts = {"skip": card.facts["skip"], "ids": []}
            card_of_list = await turn.context.cards.create(_LIST, turn.user.id, turn.chat_id, **facts)
            if card.message_id is not None:
                card_of_list = await turn.context.cards.sent(card_of_list, card.message_id)
            await _show_list(turn, card_of_list)
            return
        case operation:
            changes = _CHANGES[operation]
            changed = await turn.context.contacts.change(contact, **changes)
    await turn.put(card, await _face(turn, card, changed or contact))


_CHANGES: Final[dict[str, dict[str, bool | None]]] = {
    "noalias": {"alias": None},
    "star": {"favourite": True},
    "unstar": {"favourite": False},
    "block": {"blocked": True},
    "unblock": {"blocked": False},
}
OPERATIONS: Final = ("payto", "rename", "list", *_CHANGES)
"""What stands before a contact's card in the data of its buttons."""


async def ask_alias(turn: Turn) -> None:
    """Ask what they are to be called."""
    shown = await _waited_for(turn, await turn.context.conversations.of(turn.user.id))
    if shown is not None:
        await turn.say(turn.t("What do you call {name}? Nobody else sees it. Write it, or /cancel.", name=shown.called))


async def alias_written(turn: Turn, waiting: Waiting) -> None:
    """Take the answer; one that could not be used for paying leaves the question open."""
    shown = await _waited_for(turn, waiting)
    if shown is None:
        await turn.context.conversations.end(turn.user.id)
        return
    alias = clean(turn.text)
    if len(alias) > MAX_ALIAS or not phrases.can_name(alias):
        await turn.say(
            turn.t("I could not read that in “send 5 to …”. Write a name of up to four words, in letters, or /cancel.")
        )
        return
    contact = await turn.context.contacts.change(shown.contact, alias=alias)
    await turn.say(turn.t("✓ You call {name} “{alias}” now. To pay: send 5 to {alias}", name=shown.called, alias=alias))
    card = await turn.context.cards.find(waiting.facts["card"], turn.user.id, turn.chat_id)
    if card is not None and contact is not None:
        await turn.put(card, await _face(turn, card, contact))
    await turn.context.conversations.end(turn.user.id)


def public_name(name: str, username: str | None) -> str:
    """Return what others may see somebody called whom one person knows: the rest of a name in a list is its owner's."""
    return f"@{username}" if username else name.partition(" ")[0]


async def _pay(turn: Turn, contact: Contact) -> None:
    draft = Draft(turn.key, ask_note=True)
    shown = await _shown(turn, contact)
    if contact.business_id is not None:
        await send.advance(turn, Draft(turn.key, payees=(contact.business_id,), ask_note=True))
    elif contact.user_id is not None and not await send.to(
        turn, draft, intents.UserId(contact.user_id), public_name(shown.name, shown.username)
    ):
        await send.unknown_payee(turn, draft, shown.name)


async def _show_list(turn: Turn, card: Card) -> None:
    skip = card.facts["skip"]
    found = await turn.context.contacts.page(turn.user.id, skip, PAGE + 1)
    while skip and not found:  # a second tap on “More ›”, below the last page
        skip = max(0, skip - PAGE)
        found = await turn.context.contacts.page(turn.user.id, skip, PAGE + 1)
    shown = [await _shown(turn, contact) for contact in found[:PAGE]]
    card = await turn.context.cards.note(card, skip=skip, ids=[each.contact.id for each in shown])
    rows = [[button(each.label, f"contact{at}", card.id)] for at, each in enumerate(shown)]
    pages: list[InlineKeyboardButton] = []
    if skip:
        pages.append(button(turn.speaker.label("‹ Back"), "nearer", card.id))
    if len(found) > PAGE:
        pages.append(button(turn.speaker.label("More ›"), "further", card.id))
    who_may_find = button(turn.speaker.label("Who may find me"), "findme", card.id)
    lines = [turn.t("<b>Your contacts</b>")]
    if shown:
        lines.append(turn.t("Press one to pay, rename or block them."))
    else:
        lines.append(turn.t("Nobody yet: those you pay, and those who pay you, will be here."))
    lines.append(turn.t("To add somebody, share their contact card with me."))
    await turn.put(
        card, Face("\n".join(lines), InlineKeyboardMarkup([*rows, *([pages] if pages else []), [who_may_find]]))
    )


async def _face(turn: Turn, card: Card, contact: Contact) -> Face:
    shown = await _shown(turn, contact)
    lines = [turn.t("<b>{name}</b>", name=shown.name)]
    if shown.username:
        lines.append(f"@{shown.username}")
    if contact.business_id is not None:
        lines.append(turn.t("A business"))
    elif not shown.has_wallet:
        lines.append(turn.t("No wallet yet"))
    if contact.alias:
        lines.append(turn.t("You call them “{alias}”.", alias=contact.alias))
    if contact.favourite:
        lines.append(turn.t("★ A favourite"))
    if contact.blocked:
        lines.append(
            turn.t("⊘ Blocked: I refuse what they ask of you, and what they send you. You can still pay them.")
        )
    return Face("\n".join(lines), _buttons(turn, card, contact))


def _buttons(turn: Turn, card: Card, contact: Contact) -> InlineKeyboardMarkup:
    label = turn.speaker.label
    star = button(label("No favourite"), "unstar", card.id)
    if not contact.favourite:
        star = button(label("★ Favourite"), "star", card.id)
    rows = [[button(label("Pay"), "payto", card.id), star], [button(label("Rename"), "rename", card.id)]]
    if contact.alias:
        rows[1].append(button(label("Use their own name"), "noalias", card.id))
    if contact.user_id is not None:
        blocking = ("unblock", label("Unblock")) if contact.blocked else ("block", label("Block"))
        rows.append([button(blocking[1], blocking[0], card.id)])
    rows.append([button(label("‹ All contacts"), "list", card.id)])
    return InlineKeyboardMarkup(rows)


async def _shown(turn: Turn, contact: Contact) -> _Shown:
    if contact.user_id is None:
        return _Shown(contact, clean(contact.name), None, has_wallet=True)
    person = await turn.context.people.find(contact.user_id)
    if person is None:
        return _Shown(contact, own_name(contact.name), contact.username, has_wallet=False)
    return _Shown(contact, clean(person.name), person.username, has_wallet=True)


async def _pressed(turn: Turn) -> tuple[Card, Contact] | None:
    card = await pay.pressed_card(turn, _CONTACT)
    contact = await turn.context.contacts.find(turn.user.id, card.facts["contact"]) if card else None
    return None if card is None or contact is None else (card, contact)


async def _waited_for(turn: Turn, waiting: Waiting | None) -> _Shown | None:
    if waiting is None or waiting.step != ALIAS:
        return None
    contact = await turn.context.contacts.find(turn.user.id, waiting.facts["contact"])
    return None if contact is None else await _shown(turn, contact)


async def _learn(turn: Turn) -> None:
    """Take over whom the history names: those from before there was a list, and those a crash kept from it."""
    people, businesses = await payees.dealt_with(turn.context, turn.person)
    await turn.context.contacts.learn(turn.user.id, people, businesses)
