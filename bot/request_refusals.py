"""Why somebody was not asked for money, or a request not answered, in words: a part of the table in `bot.refusals`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot.contacts import BusinessAsked, NotAsked, SelfRequest
from bot.names import clean
from wallet import ReminderTooSoon, RequestClosed, RequestUnknown, TooManyRequests, WalletError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.text import Speaker


def _not_asked(speaker: Speaker, refusal: NotAsked) -> str:
    if refusal.blocked:
        return speaker.t(
            "{name} takes no requests from you. Nothing was asked. To ask somebody else, press /request.",
            name=clean(refusal.name),
        )
    return speaker.t(
        "You and {name} never paid each other, so I do not ask them in private. Nothing was asked. Send them your link "
        "(you get it with /me), or answer a message of theirs with /request in a group that you are both in.",
        name=clean(refusal.name),
    )


def _request_closed(speaker: Speaker, refusal: RequestClosed) -> str:
    sentences = {
        "paid": speaker.t("This request was paid already. No money moved just now. See /history."),
        "declined": speaker.t("This request was declined. No money moved. To pay all the same, press /send."),
        "cancelled": speaker.t("This request was taken back by who asked. No money moved. You owe nothing for it."),
        "netted": speaker.t(
            "This request was settled up in your group. No money moved just now. /requests shows what is open instead."
        ),
        "expired": speaker.t("The time of this request is over. No money moved. They can ask again with /request."),
    }
    return sentences[refusal.state]


def _too_many_requests(speaker: Speaker, refusal: TooManyRequests) -> str:
    if refusal.opens_at is None:
        return speaker.plural(
            "You have {count} open request to them already. Nothing was asked. Wait for an answer, or cancel one: "
            "/requests.",
            "You have {count} open requests to them already. Nothing was asked. Wait for an answer, or cancel one: "
            "/requests.",
            refusal.allowed,
        )
    if refusal.limit == "shares":
        return speaker.plural(
            "Your splits can ask for {count} share in 24 hours. Nothing was asked. Split again from {time}, or write "
            "/split without names: then people join by themselves.",
            "Your splits can ask for {count} shares in 24 hours. Nothing was asked. Split again from {time}, or write "
            "/split without names: then people join by themselves.",
            refusal.allowed,
            time=refusal.opens_at,
        )
    return speaker.plural(
        "You can ask for money {count} time in 24 hours. Nothing was asked. Ask again from {time}.",
        "You can ask for money {count} times in 24 hours. Nothing was asked. Ask again from {time}.",
        refusal.allowed,
        time=refusal.opens_at,
    )


SENTENCES: Final[dict[type[WalletError], Callable[[Speaker, Any], str]]] = {
    NotAsked: _not_asked,
    SelfRequest: lambda say, _: say.t(
        "You cannot ask yourself for money. Nothing was asked. Choose somebody else with /request."
    ),
    BusinessAsked: lambda say, _: say.t(
        "A business is paid, it does not pay. Nothing was asked. Choose a person with /request."
    ),
    RequestUnknown: lambda say, _: say.t("I do not know this request. No money moved. /requests shows the open ones."),
    RequestClosed: _request_closed,
    TooManyRequests: _too_many_requests,
    ReminderTooSoon: lambda say, no: say.t(
        "They heard of it less than a day ago. Nothing was sent. You can remind them from {time}.", time=no.opens_at
    ),
}
