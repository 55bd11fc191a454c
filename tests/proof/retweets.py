"""The retweet rule as one table: every way to come of what nobody wrote just now, crossed with everything that pays.

A manner is what makes a message not somebody's own and fresh. A trigger is a message that starts something when it is:
an instruction, an answer, a call of the bot, a contact. Crossed, each is an update that must change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.proof import forgery
from tests.proof.forgery import CHANNEL, GROUP, OTHER_BOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journeys.conftest import Street

Json = dict[str, Any]

PAYING: Final = (
    "/send 5 to @ben",
    "/pay @ben 5 for lunch",
    "send 5 to @ben for lunch",
    "pay @ben 5.00",
    "#envoyer 10EUR @ben",
    "pay 5 to Café Luna",
)
WORDS: Final = (
    "/start",
    "/start pay_{business}",
    "/start claim_{business}",
    "/start me_{business}",
    "/help",
    "/balance",
    "/history",
    "/send",
    "/pin",
    "/business",
    "/business Evil Shop",
    "/cancel",
    "5 eur to ben",
    "@ben",
    "Café Luna",
    "5",
    "a note",
    "482915",
    "4 8 2 9 1 5",
)
"""In the private chat: every other command, links, every answer to a question of ours, and the PIN."""
IN_A_GROUP: Final = (
    "/pay @ben 5 lunch",
    "/send @ben 5",
    "/pay@sixpence_bot @ben 5",
    "@sixpence_bot 5 to @ben for lunch",
)
SPLITTING: Final = ("/split 90 dinner", "/split 90 dinner @ben", "/settle")
"""In a group whose members owe one another; see `debts`."""
AS_A_GUEST: Final = ("@sixpence_bot 5 to @ben for lunch", "@sixpence_bot 5 lunch")


@dataclass(frozen=True)
class Trigger:
    """A message that starts something when somebody writes it: its text, its other fields, its kind of update.

    `starts`: a payment, a split, or a proposal to settle up, at once.
    """

    text: str | None
    fields: Json = field(default_factory=dict)
    kind: str = "message"
    starts: bool = False


@dataclass(frozen=True)
class Manner:
    """How a message may come that is not somebody's own and fresh: its fields, and the kind of its update if another.

    `quotes`: the words stand in what is answered, and in the quote of it; the message itself says nothing.
    """

    name: str
    fields: Json = field(default_factory=dict)
    kind: str | None = None
    quotes: bool = False


_STRANGER: Final = {"id": 5999, "is_bot": False, "first_name": "Stranger"}
_ANONYMOUS: Final = {**OTHER_BOT, "id": 1087968824}
_THIS_BOT: Final = {"id": 7000000001, "is_bot": True, "first_name": "Sixpence", "username": "sixpence_bot"}
_HIDDEN: Final = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 1}
MANNERS: Final = (
    Manner("a forward from a person", {"forward_origin": {"type": "user", "sender_user": _STRANGER, "date": 1}}),
    Manner("a forward from a hidden person", {"forward_origin": _HIDDEN}),
    Manner("a forward from a group", {"forward_origin": {"type": "chat", "sender_chat": GROUP, "date": 1}}),
    Manner(
        "a forward from a channel", {"forward_origin": {"type": "channel", "chat": CHANNEL, "message_id": 1, "date": 1}}
    ),
    Manner("an edit", {"edit_date": 2}, "edited_message"),
    Manner("sent by a channel", {"sender_chat": CHANNEL}),
    Manner("sent by an anonymous administrator", {"sender_chat": GROUP, "from": _ANONYMOUS}),
    Manner("an administrator's disguise with their own number", {"sender_chat": GROUP}),
    Manner("via another bot", {"via_bot": OTHER_BOT}),
    Manner("via this bot: an inline result", {"via_bot": _THIS_BOT}),
    Manner("scheduled, or an automatic answer", {"is_from_offline": True}),
    Manner("sent by a business's bot", {"sender_business_bot": OTHER_BOT}),
    Manner("over a business connection", {"business_connection_id": "connection"}),
    Manner("written by a bot", {"from": OTHER_BOT}),
    Manner("written by nobody", {"from": None}),
    Manner("a channel's post", {"chat": CHANNEL, "sender_chat": CHANNEL, "from": None}, "channel_post"),
    Manner("an edited post", {"chat": CHANNEL, "sender_chat": CHANNEL, "from": None}, "edited_channel_post"),
    Manner("a message in a channel", {"chat": CHANNEL}),
    Manner("a business message", {"business_connection_id": "connection"}, "business_message"),
    Manner("an edited business message", {"business_connection_id": "connection"}, "edited_business_message"),
    Manner("a quote of somebody else's command", quotes=True),
    Manner("typed after the bot's name, and not sent", {"id": "1", "query": "5 @ben", "offset": ""}, "inline_query"),
    Manner("a result that was never offered", {"result_id": "x", "query": "5 @ben"}, "chosen_inline_result"),
)


def table(street: Street, business: str) -> Iterator[tuple[str, Json]]:
    """Every manner with every trigger: the name of the manner, and the update."""
    for manner in MANNERS:
        for trigger in triggers(street, business):
            yield manner.name, _crossed(street, manner, trigger)


def honest(street: Street, trigger: Trigger) -> Json:
    """The trigger as it is, written by Ana just now."""
    return {trigger.kind: forgery.message(street.world, street.ana, trigger.text, **trigger.fields)}


def triggers(street: Street, business: str) -> Iterator[Trigger]:
    """Everything that may start something: in private, in groups of both kinds, and in chats the bot is not in."""
    ben = street.world.people[street.ben.id]
    answered = {"message_id": 6_999_999, "date": 1, "chat": GROUP, "from": ben.user(), "text": "I paid"}
    yield from (Trigger(words, starts=True) for words in PAYING)
    yield from (Trigger(words.format(business=business)) for words in WORDS)
    yield Trigger(None, {"contact": {"phone_number": "1", "first_name": "Ben", "user_id": ben.id}})
    yield Trigger(None, {"users_shared": {"request_id": 1, "users": [{"user_id": ben.id}]}})
    for group in (GROUP, {**GROUP, "type": "group"}):
        yield from (Trigger(words, {"chat": group}, starts=True) for words in IN_A_GROUP + SPLITTING)
        reply = {"reply_to_message": {**answered, "chat": group}}
        yield Trigger("/pay 5 lunch", {"chat": group} | reply, starts=True)
        yield Trigger("/pay Ben 5", {"chat": group, "entities": _pay_ben(ben.user())}, starts=True)
    for chat in (ben.chat(), GROUP):
        guest = {"chat": chat, "guest_query_id": "1"}
        yield from (Trigger(words, guest, "guest_message", starts=True) for words in AS_A_GUEST)
        reply = {"reply_to_message": {**answered, "chat": chat}}
        yield Trigger("@sixpence_bot 5 lunch", guest | reply, "guest_message", starts=True)


def debts(street: Street) -> list[Json]:
    """What makes Ana owe Ben, and Ben owe Luna, where all three have wallets: there is something to settle up."""
    owed = ((street.ben, "/split 10 lunch @ana €10"), (street.luna, "/split 10 taxi @ben €10"))
    return [{"message": forgery.message(street.world, payee, words, chat=GROUP)} for payee, words in owed]


def _pay_ben(user: Json) -> list[Json]:
    command = {"type": "bot_command", "offset": 0, "length": len("/pay")}
    return [command, {"type": "text_mention", "offset": len("/pay "), "length": len("Ben"), "user": user}]


def _crossed(street: Street, manner: Manner, trigger: Trigger) -> Json:
    kind = manner.kind or trigger.kind
    if trigger.kind == "guest_message" and kind == "edited_message":
        kind = trigger.kind  # a guest's edit has no kind of its own: it comes, if at all, as what a guest writes
    fields = trigger.fields | manner.fields
    if not manner.quotes:
        return {kind: forgery.message(street.world, street.ana, trigger.text, **fields)}
    said = {**forgery.message(street.world, street.ben, trigger.text, **fields), "reply_to_message": None}
    places = {name: fields[name] for name in ("chat", "guest_query_id") if name in fields}
    quote = {"reply_to_message": said, "quote": {"text": trigger.text or "", "position": 0}}
    return {kind: forgery.message(street.world, street.ana, None, **places, **quote)}
