"""A split, and how to settle up, as a group sees them → text and buttons. Pure.

A list says who is in, what each pays and who has paid: it is the group's own account of it. No balance is ever in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import notes
from bot.cards import button
from bot.messages import MAX_TEXT, Face, utf16_length
from bot.names import clean, shortened
from bot.text import day
from wallet import Money

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.text import Speaker
    from wallet import NetPayment, Netting, Party, Request, RequestState, Share, Split

JOIN: Final = "sin"
LEAVE: Final = "sout"
ASK: Final = "sask"
PAY: Final = "spay"
REMIND: Final = "sremind"
CLOSE: Final = "sclose"
AGREE: Final = "nagree"
REFUSE: Final = "nrefuse"
PAY_NET: Final = "npay"

_LONGEST_NAMES: Final = (24, 12, 4)
"""So many characters of each name are shown: the first of these with which the message is not too long."""
_MARKS: Final = {"open": "○", "paid": "✓"}
"""What stands before a name; – for all else that is not asked for here any more, • where nobody is asked."""


def split(speaker: Speaker, shown: Split, card_id: str, link: str) -> Face:
    """Return the card as the split stands now. `link` opens a wallet."""
    what = speaker.t("<b>{name} splits {total}</b>", name=clean(shown.starter.name), total=shown.total)
    title = notes.below(speaker, what, shown.note)
    next_step = _what_next(speaker, shown)

    def text(longest: int) -> str:
        shares = (_share(speaker, shown, share, longest) for share in shown.shares)
        return "\n".join([title, "", *shares, "", next_step])

    return Face(_fitting(text), _buttons(speaker, shown, card_id, link))


def _fitting(text: Callable[[int], str]) -> str:
    """Return the text with names as long as they may be for Telegram to take it; markup is counted, to be sure."""
    fitting = ""
    for longest in _LONGEST_NAMES:
        fitting = text(longest)
        if utf16_length(fitting) <= MAX_TEXT:
            break
    return fitting


def _share(speaker: Speaker, shown: Split, share: Share, longest: int) -> str:
    """One line: a mark, who, how much, and how it stands."""
    request = share.request
    mark = "•" if request is None else _MARKS.get(_standing(shown, request), "–")
    carried = speaker.t("{name} · {amount}", name=_short(share.party, longest), amount=share.amount)
    words = [f"{mark} {carried}"]
    if share.odd:
        words.append(speaker.t("with the odd cent"))
    if request is not None:
        words.append(_how(speaker, shown, share, request))
    elif shown.asked_at is not None:
        words.append(speaker.t("their own share"))
    return " · ".join(words)


def _how(speaker: Speaker, shown: Split, share: Share, request: Request) -> str:
    match _standing(shown, request):
        case "paid":
            return speaker.t("paid")
        case "netted":
            return speaker.t("settled up")
        case "declined":
            return speaker.t("declined")
        case "cancelled":
            return speaker.t("forgiven")
        case "expired":
            return speaker.t("out of time")
        case _ if share.party.status == "invited":
            return speaker.t("no wallet yet")
        case _:
            return speaker.t("to pay")


def _standing(shown: Split, request: Request) -> str:
    """How a share stands; past its time it is called so before it has been ended."""
    return "expired" if request.state == "open" and shown.state == "closed" else request.state


def _what_next(speaker: Speaker, shown: Split) -> str:
    name = clean(shown.starter.name)
    match shown.state:
        case "gathering":
            return speaker.t(
                "Press “I’m in” if you share this. Nobody is asked before {name} presses “Ask everybody now”, until "
                "{day}.",
                name=name,
                day=day(shown.expires_at),
            )
        case "asking":
            paid, asked = _total(shown, "paid"), _total(shown)
            how_far = speaker.t(
                "{paid} of {asked} is paid. Each pays {name} with their own PIN.", paid=paid, asked=asked, name=name
            )
            return " ".join([how_far, *_settled_up(speaker, shown)])
        case "closed" if shown.asked_at is None:
            return speaker.t("This split is over: nobody was asked, and no money moved.")
        case "closed":
            paid, asked = _total(shown, "paid"), _total(shown)
            if paid == asked:
                return speaker.t("✓ <b>All is paid.</b>")
            over = speaker.t("This split is over: {paid} of {asked} was paid.", paid=paid, asked=asked)
            return " ".join([over, *_settled_up(speaker, shown)])


def out_of_time(speaker: Speaker, shown: Split) -> Face:
    """Return what tells the starter that nobody can pay the shares that are left."""
    what = speaker.t(
        "<b>Time is over for your split of {total}: {paid} of {asked} was paid.</b>",
        total=shown.total,
        paid=_total(shown, "paid"),
        asked=_total(shown),
    )
    title = notes.below(speaker, " ".join([what, *_settled_up(speaker, shown)]), shown.note)
    left = [one for one in shown.shares if one.request is not None and one.request.state in {"open", "expired"}]
    again = speaker.t("No money moved for these. Ask again with /request, or with a new /split in the group.")

    def text(longest: int) -> str:
        return "\n".join([title, *(_share(speaker, shown, one, longest) for one in left), again])

    return Face(_fitting(text))


def _total(shown: Split, state: RequestState | None = None) -> Money:
    """Return how much was asked for in all, or how much of it stands like this now."""
    asked = [share for share in shown.shares if share.request is not None]
    counted = (one.amount for one in asked if one.request is not None and state in {None, one.request.state})
    return sum(counted, start=Money(0, shown.total.currency))


def _settled_up(speaker: Speaker, shown: Split) -> list[str]:
    """Return what is said of shares that other payments took the place of, which may be paid or not."""
    netted = _total(shown, "netted")
    return [speaker.t("{amount} was settled up.", amount=netted)] if netted.minor else []


def _buttons(speaker: Speaker, shown: Split, card_id: str, link: str) -> InlineKeyboardMarkup | None:
    wallet = InlineKeyboardButton(speaker.label("Open a wallet"), url=link)
    match shown.state:
        case "gathering":
            rows = [
                [button(speaker.label("I’m in"), JOIN, card_id), button(speaker.label("I’m out"), LEAVE, card_id)],
                [button(speaker.label("Ask everybody now"), ASK, card_id)],
                [wallet, button(speaker.label("Call it off"), CLOSE, card_id)],
            ]
        case "asking":
            rows = [
                [button(speaker.label("Pay my share"), PAY, card_id)],
                [
                    button(speaker.label("Remind those left"), REMIND, card_id),
                    button(speaker.label("Forgive the rest"), CLOSE, card_id),
                ],
            ]
            if any(share.party.status == "invited" for share in shown.shares):
                rows.append([wallet])
        case "closed":
            return None
    return InlineKeyboardMarkup(rows)


def netting(speaker: Speaker, shown: Netting, card_id: str) -> Face:
    """Return the card that proposes how to settle up, or says what became of it."""
    row = _netting_buttons(speaker, shown, card_id)
    text = _fitting(lambda longest: _netting_text(speaker, shown, longest))
    return Face(text, InlineKeyboardMarkup([row]) if row else None)


def _netting_text(speaker: Speaker, shown: Netting, longest: int) -> str:
    lines = [_proposal(speaker, shown), ""]
    if shown.payments:
        lines += [*(_payment(speaker, due, longest) for due in shown.payments), ""]
    match shown.state:
        case "proposed":
            lines += [_who_agreed(speaker, shown, longest), "", _on_agreement(speaker)]
        case "agreed":
            lines.append(_after_agreement(speaker, shown))
        case _:
            lines.append(_no_agreement(speaker, shown))
    return "\n".join(lines)


def _netting_buttons(speaker: Speaker, shown: Netting, card_id: str) -> list[InlineKeyboardButton]:
    match shown.state:
        case "proposed":
            return [
                button(speaker.label("I agree"), AGREE, card_id),
                button(speaker.label("I’d rather not"), REFUSE, card_id),
            ]
        case "agreed" if any(due.request is not None and due.request.state == "open" for due in shown.payments):
            return [button(speaker.label("Pay my part"), PAY_NET, card_id)]
        case _:
            return []


def _proposal(speaker: Speaker, shown: Netting) -> str:
    if not shown.payments:
        return speaker.t("<b>Settle up: nobody owes anybody anything on balance</b>")
    return speaker.plural(
        "<b>Settle up: {count} payment instead of {open}</b>",
        "<b>Settle up: {count} payments instead of {open}</b>",
        len(shown.payments),
        open=len(shown.claims),
    )


def _payment(speaker: Speaker, due: NetPayment, longest: int) -> str:
    payer, payee = _short(due.payer, longest), _short(due.payee, longest)
    line = speaker.t("{payer} → {payee} · {amount}", payer=payer, payee=payee, amount=due.amount)
    if due.request is None:
        return f"• {line}"
    sentences = {
        "open": speaker.t("to pay"),
        "paid": speaker.t("paid"),
        "netted": speaker.t("settled up"),
        "declined": speaker.t("declined"),
        "cancelled": speaker.t("forgiven"),
        "expired": speaker.t("out of time"),
    }
    return f"{_MARKS.get(due.request.state, '–')} {line} · {sentences[due.request.state]}"


def _who_agreed(speaker: Speaker, shown: Netting, longest: int) -> str:
    names = (speaker.t("{name}", name=_short(side.party, longest)) for side in shown.sides)
    return "  ".join(f"{'✓' if side.agreed else '○'} {name}" for side, name in zip(shown.sides, names, strict=True))


def _on_agreement(speaker: Speaker) -> str:
    return speaker.t(
        "If everybody named presses “I agree”, these payments take the place of the open shares between them. Until "
        "then nothing changes, and other shares stay as they are."
    )


def _after_agreement(speaker: Speaker, shown: Netting) -> str:
    if not shown.payments:
        return speaker.t("✓ <b>Everybody agreed</b>: the open shares are settled, and nobody pays anything.")
    states = {due.request.state for due in shown.payments if due.request is not None}
    if states == {"paid"}:
        return speaker.t("✓ <b>All is paid.</b>")
    said = speaker.t("Everybody agreed. Nothing here waits to be paid any more.")
    if "open" in states:
        said = speaker.t(
            "Everybody agreed: these payments are due in place of the open shares, each with the payer’s PIN."
        )
    if states.isdisjoint({"declined", "expired"}):
        return said
    again = speaker.t("What was declined or ran out of time moved no money. Ask for it again with /request.")
    return f"{said} {again}"


def _no_agreement(speaker: Speaker, shown: Netting) -> str:
    match shown.state:
        case "refused":
            return speaker.t("Somebody would rather not, so all shares stay as they were. Pay yours on its own card.")
        case "overtaken":
            return speaker.t(
                "A share was paid or ended meanwhile, or cannot be moved, so nothing was changed. Write /settle again."
            )
        case "replaced":
            return speaker.t(
                "A newer proposal took its place, and this one changed nothing. /settle brings the newer one here."
            )
        case _:
            return speaker.t("Not everybody agreed in time, so all shares stay as they were. Write /settle again.")


def _short(party: Party, longest: int) -> str:
    """Return a name that leaves room for those of others."""
    return shortened(clean(party.name), longest)
