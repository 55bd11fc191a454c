"""What is said of a split, or of settling up, that was not started or not changed. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wallet import (
    MAX_PEOPLE,
    NettingClosed,
    NettingTooLarge,
    NettingUnknown,
    NothingToNet,
    PartsUnequalTotal,
    SplitClosed,
    SplitEmpty,
    SplitFull,
    SplitTooSmall,
    SplitUnknown,
    WalletError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.split_phrases import Unsplit
    from bot.text import Speaker


def why(speaker: Speaker, refusal: SplitClosed | SplitEmpty | SplitFull | SplitTooSmall) -> str:
    """Return what everybody may hear, in the few words that a toast has room for."""
    match refusal:
        case SplitClosed("asking"):
            return speaker.label("Everybody was asked already, so the shares are fixed.")
        case SplitClosed():
            return speaker.label("This split is over.")
        case SplitEmpty():
            return speaker.label("Nobody else is in yet, so there is nobody to ask.")
        case SplitFull(limit):
            return speaker.label("A split has room for {count} people, and they are all in.", count=limit)
        case SplitTooSmall(total):
            return speaker.label("{total} is too little to be split among more people.", total=total)


def question(speaker: Speaker, unsure: Unsplit) -> str:
    """Return what is asked back: nothing that reads two ways is guessed."""
    sentences = {
        "no_total": speaker.t("How much is to be split? Nothing was asked. Write “/split 90 dinner”."),
        "ambiguous": speaker.t("That amount reads two ways, so nothing was asked. Write it like “1234.50”."),
        "two_amounts": speaker.t(
            "There are two amounts before the words, so nothing was asked. Write the total first, then what for, then "
            "who: “/split 90 dinner @ben @chai”."
        ),
        "people": speaker.t(
            "I do not know which words say what for, so nothing was asked. Write “/split 90 dinner @ben @chai”."
        ),
        "shares_or_amounts": speaker.t(
            "Do you mean shares or amounts? Nothing was asked. Write shares as “@ben x2”, amounts as “@ben €20” or "
            "“@ben 20.00”."
        ),
        "mixed": speaker.t("Shares and amounts do not mix, so nothing was asked. Write either for everybody."),
        "parts_missing": speaker.t(
            "Some have an amount and some have not, so nothing was asked. Write one for each; what is left is yours."
        ),
        "twice": speaker.t("Somebody is named twice, so nothing was asked. Name everybody once."),
        "too_many": _full(speaker, MAX_PEOPLE),
        "note_too_long": speaker.t("What it is for is too long, so nothing was asked. Write at most 140 characters."),
        "pin": speaker.t(
            "Those six digits could be a PIN, and everybody reads what it is for, so nothing was asked. If they are "
            "your PIN, delete your message, then change it: send me /pin in our private chat."
        ),
    }
    return sentences[unsure.reason]


def _full(speaker: Speaker, limit: int) -> str:
    return speaker.plural(
        "A split has room for {count} person. Nothing was asked. Name fewer.",
        "A split has room for {count} people. Nothing was asked. Name fewer.",
        limit,
    )


REFUSALS: Final[dict[type[WalletError], Callable[[Speaker, Any], str]]] = {
    SplitUnknown: lambda say, _: say.t("I do not know this split. No money moved. /split in its group shows its own."),
    SplitClosed: lambda say, _: say.t("It is too late for that. No money moved. The split’s card says how it stands."),
    SplitEmpty: lambda say, _: say.t("Nobody but you is in this split. Nothing was asked. Name others too."),
    SplitFull: lambda say, no: _full(say, no.limit),
    SplitTooSmall: lambda say, no: say.plural(
        "{total} is too little for {count} person. Nothing was asked. Name fewer, or a larger sum.",
        "{total} is too little for {count} people. Nothing was asked. Name fewer, or a larger sum.",
        no.people,
        total=no.total,
    ),
    PartsUnequalTotal: lambda say, no: say.t(
        "The parts add up to {parts}, and the total is {total}. Nothing was asked. Change one of them.",
        parts=no.parts,
        total=no.total,
    ),
    NettingUnknown: lambda say, _: say.t(
        "I do not know this proposal, or it does not concern you. No money moved. /settle in its group shows its own."
    ),
    NettingClosed: lambda say, _: say.t("This proposal is over. Nothing was changed. Write /settle once more."),
    NettingTooLarge: lambda say, no: say.plural(
        "More than {count} person has open shares here. Nothing was changed. Try again when fewer have.",
        "More than {count} people have open shares here. Nothing was changed. Try again when fewer have.",
        no.limit,
    ),
    NothingToNet: lambda say, _: say.t(
        "There is nothing to settle up. Nothing was changed. /requests lists what you are asked to pay."
    ),
}
"""A sentence each, as `bot.refusals` has them."""
