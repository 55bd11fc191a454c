"""What a message may ask for: the results of reading it. Values only."""

from dataclasses import dataclass
from typing import Literal

from bot.amounts import Ambiguous, Amount, NotAnAmount


@dataclass(frozen=True, slots=True)
class Mention:
    """A `text_mention` entity: Telegram's own word on who is meant. Offset and length in UTF-16 units."""

    offset: int
    length: int
    user_id: int


@dataclass(frozen=True, slots=True)
class Username:
    """A payee by @username, in lower case and without the @."""

    username: str


@dataclass(frozen=True, slots=True)
class UserId:
    """A payee by Telegram's numeric id."""

    user_id: int


@dataclass(frozen=True, slots=True)
class Name:
    """A payee as the payer calls them: to be found among the people they know, never taken as proof."""

    name: str


Payee = Username | UserId | Name


@dataclass(frozen=True, slots=True)
class Pay:
    """Everything needed to quote, once an ambiguous amount is asked about."""

    amount: Amount | Ambiguous
    payee: Payee
    note: str = ""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A payment that lacks its amount, its payee or both: ask for just that."""

    amount: Amount | Ambiguous | None = None
    payee: Payee | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A payment whose amount cannot be: say why, and ask for another."""

    amount: NotAnAmount
    payee: Payee | None = None
    note: str = ""


UnclearReason = Literal["two_amounts", "two_payees", "payee", "note_too_long", "not_now", "pin"]


@dataclass(frozen=True, slots=True)
class Unclear:
    """An instruction that contradicts itself, names no one we can make out, is for another time or tells a PIN."""

    reason: UnclearReason


@dataclass(frozen=True, slots=True)
class NoIntent:
    """Nothing here asks for a payment."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The same the other way round: the writer wants to be paid, by whoever stands as the payee."""

    wanted: Pay | Incomplete | Refused | Unclear


Intent = Pay | Incomplete | Refused | Unclear | Ask | NoIntent
