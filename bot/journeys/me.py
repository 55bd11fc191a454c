"""/me: a link and a QR code by which others pay you. Opening one pays nothing: it leads to the card, as /send does."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import messages, misread, notes, qr, units
from bot.amounts import Ambiguous, Amount, NotAnAmount, parse_amount
from bot.cards import button
from bot.draft import Draft
from bot.journeys import asking, pay, send
from bot.keypad import is_pin_given_away
from bot.messages import Face
from bot.names import clean
from wallet import MAX_NOTE, Money, NoteTooLong, clean_note

if TYPE_CHECKING:
    from bot.conversation import Waiting
    from bot.pay_links import PayLink
    from bot.turn import Turn
    from wallet import Currency

LINK: Final = "me_"
"""How the start parameter of such a link begins."""
AMOUNT: Final = "me_amount"
"""The step at which we wait for the amount that a link shall ask for."""
_QUESTION: Final = "me"
_PICTURE: Final = "me_link"
"""The kinds of our cards: a question that is open, and a link with its picture."""
_MOST_WORDS: Final = 6  # of an amount, as in "1 234 567,89 swiss francs"
_FOR: Final = re.compile(r"(?:for|pour|:|[–—-])(?=\s|$)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Wish:
    """Accounts (hex) and amounts (minor units) that may be meant; several are asked about. No amount: any."""

    parties: tuple[str, ...]
    amounts: tuple[int, ...] = ()
    note: str = ""

    @classmethod
    def of(cls, facts: dict[str, Any]) -> _Wish:
        return cls(tuple(facts["parties"]), tuple(facts["amounts"]), facts["note"])


async def show(turn: Turn) -> None:
    """Show one's link; what stands after the command is the amount, and perhaps the note, that it asks for."""
    wallet = turn.context.wallet
    businesses = await wallet.businesses(turn.person.party_id)
    own = (turn.person.party_id, *(business.id for business in businesses if business.status == "open"))
    wish = _Wish(tuple(party_id.hex for party_id in own))
    if turn.arguments:
        await _written(turn, wish, turn.arguments)
    else:
        await _advance(turn, wish)


async def chosen(turn: Turn) -> None:
    """One of the accounts, or of the amounts, that were asked about."""
    card = await pay.pressed_card(turn, _QUESTION)
    if card is None or card.message_id is None:
        return
    wish, at = _Wish.of(card.facts), turn.choice
    if len(wish.parties) > 1:
        wish = replace(wish, parties=wish.parties[at : at + 1])
        party = await turn.context.wallet.party(UUID(wish.parties[0]))
        await turn.edit(card.message_id, Face(turn.t("For {name}", name=clean(party.name))))
    else:
        wish = replace(wish, amounts=wish.amounts[at : at + 1])
        amount = Money(wish.amounts[0], turn.context.wallet.currency)
        await turn.edit(card.message_id, Face(turn.t("Amount: {amount}", amount=amount)))
    await _advance(turn, wish)


async def change_amount(turn: Turn) -> None:
    """Ask what a link to the same account shall ask for."""
    card = await pay.pressed_card(turn, _PICTURE)
    if card is not None:
        await asking.wait(turn, AMOUNT, party=card.facts["party"])
        await ask_amount(turn)


async def ask_amount(turn: Turn) -> None:
    """Ask for the amount, and offer to do without."""
    waiting = await turn.context.conversations.of(turn.user.id)
    if waiting is None:
        return
    card = await turn.context.cards.create(_PICTURE, turn.user.id, turn.chat_id, party=waiting.facts["party"])
    text = turn.t("How much shall it ask for? Write an amount, and a note if you like: 5 coffee")
    anything = button(turn.speaker.label("Any amount"), "meany", card.id)
    await turn.put(card, Face(text, InlineKeyboardMarkup([[anything]])))


async def any_amount(turn: Turn) -> None:
    """A link without an amount, after all. Another question that was asked since still waits."""
    card = await pay.pressed_card(turn, _PICTURE)
    if card is not None:
        waiting = await turn.context.conversations.of(turn.user.id)
        if waiting is not None and waiting.step == AMOUNT:
            await turn.context.conversations.end(turn.user.id)
        await _advance(turn, _Wish((card.facts["party"],)))


async def amount_written(turn: Turn, waiting: Waiting) -> None:
    """Take the answer; one that is no amount leaves the question open."""
    await _written(turn, _Wish((waiting.facts["party"],)), turn.text)


async def follow(turn: Turn, link_id: str) -> None:
    """Open the link of somebody else: the card if it asks for an amount, else the question how much."""
    link = await turn.context.pay_links.find(link_id)
    if link is None:
        await turn.say(
            turn.t(
                "This link leads to nobody I know: perhaps it was not copied whole. Nothing was paid. "
                "Ask for it again, or press /send to pay somebody."
            )
        )
    elif link.owner_id == turn.user.id:
        await turn.say(turn.t("This link is your own: others pay you with it. Send it on, or see it again with /me."))
    elif link.expires_at is not None and link.expires_at <= turn.context.clock():
        await turn.say(
            turn.t("This link was good until {time}. Nothing was paid. Ask for a new one.", time=link.expires_at)
        )
    else:
        amounts = () if link.amount is None else (link.amount,)
        draft = Draft(turn.key, payees=(link.party_id,), amounts=amounts, note=link.note, ask_note=not amounts)
        await send.advance(turn, draft)


async def _written(turn: Turn, wish: _Wish, text: str) -> None:
    currency = turn.context.wallet.currency
    reading, note = read_amount(text, currency)
    if len(note) > MAX_NOTE:
        raise NoteTooLong(MAX_NOTE)
    match reading:
        case NotAnAmount():
            await turn.say(misread.amount(turn.speaker, reading, currency, turn.t("No link was made.")))
            return
        case Amount(minor):
            wish = replace(wish, amounts=(minor,), note=note)
        case Ambiguous(readings):
            wish = replace(wish, amounts=readings, note=note)
    await _advance(turn, wish)
    await turn.context.conversations.end(turn.user.id)


def read_amount(text: str, currency: Currency) -> tuple[Amount | Ambiguous | NotAnAmount, str]:
    """Return the amount that a text begins with, and the note that follows.

    The longest run of words that is any amount counts, as in phrases: five dollars are refused, not read as five, and
    fifty cents are not read as fifty. A note that tells a PIN is none to be shown.
    """
    words = text.split()
    for end in range(min(len(words), _MOST_WORDS), 0, -1):
        found = parse_amount(" ".join(words[:end]), code=currency.code, exponent=currency.exponent)
        if found == NotAnAmount("not_a_number"):
            continue
        if isinstance(found, NotAnAmount):
            return found, ""
        note = clean_note(_FOR.sub("", " ".join(words[end:]), count=1))
        if units.length(words[end:]) or is_pin_given_away(note):
            break
        return found, note
    return NotAnAmount("not_a_number"), ""


async def _advance(turn: Turn, wish: _Wish) -> None:
    """Ask the next open question, or show the link."""
    if len(wish.parties) > 1:
        parties = [await turn.context.wallet.party(UUID(party)) for party in wish.parties]
        await _ask(turn, wish, turn.t("Which account is it for?"), [clean(party.name) for party in parties])
    elif len(wish.amounts) > 1:
        question = turn.t("That amount reads two ways. Which one do you mean?")
        labels = [turn.speaker.label("{amount}", amount=_money(turn, amount)) for amount in wish.amounts]
        await _ask(turn, wish, question, labels)
    else:
        await _show_link(turn, wish)


async def _ask(turn: Turn, wish: _Wish, text: str, labels: list[str]) -> None:
    card = await turn.context.cards.create(_QUESTION, turn.user.id, turn.chat_id, **asdict(wish))
    rows = [[button(label, f"me{at}", card.id)] for at, label in enumerate(labels)]
    await turn.put(card, Face(text, InlineKeyboardMarkup(rows)))


async def _show_link(turn: Turn, wish: _Wish) -> None:
    links, party_id = turn.context.pay_links, UUID(wish.parties[0])
    if wish.amounts:
        link = await links.asking(turn.user.id, party_id, wish.amounts[0], wish.note)
    else:
        link = await links.to(turn.user.id, party_id)
    card = await turn.context.cards.create(_PICTURE, turn.user.id, turn.chat_id, party=party_id.hex)
    face = await _face(turn, link, card.id)
    message_id = await messages.send_picture(turn.context.bot, turn.chat_id, qr.png(_address(turn, link)), face)
    await turn.context.cards.sent(card, message_id)


async def _face(turn: Turn, link: PayLink, card_id: str) -> Face:
    """What stands below the picture: in words that still fit when it has been sent on."""
    name = clean((await turn.context.wallet.party(link.party_id)).name)
    lines = [turn.t("<b>Pay {name}</b>", name=name)]
    if link.amount is not None:
        lines = [turn.t("<b>Pay {amount} to {name}</b>", amount=_money(turn, link.amount), name=name)]
    lines += [
        *notes.lines(turn.speaker, link.note),
        "",
        turn.t("Open the link or scan the code. Nothing moves until you confirm with your own PIN."),
        _address(turn, link),
    ]
    if link.expires_at is not None:
        lines.append(turn.t("Good until {time}.", time=link.expires_at))
    change = button(turn.speaker.label("Change amount"), "mechange", card_id)
    return Face("\n".join(lines), InlineKeyboardMarkup([[_send_on(turn, link)], [change]]))


def _send_on(turn: Turn, link: PayLink) -> InlineKeyboardButton:
    text = turn.speaker.label("Here you can pay me.")
    if link.amount is not None:
        text = turn.speaker.label("Here you can pay me {amount}.", amount=_money(turn, link.amount))
    query = urlencode({"url": _address(turn, link), "text": text})
    return InlineKeyboardButton(turn.speaker.label("Send it on"), url=f"https://t.me/share/url?{query}")


def _address(turn: Turn, link: PayLink) -> str:
    return f"https://t.me/{turn.context.bot.username}?start={LINK}{link.id}"


def _money(turn: Turn, minor: int) -> Money:
    return Money(minor, turn.context.wallet.currency)
