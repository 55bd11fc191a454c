"""What the wallet refuses, and the facts of each refusal.

A refusal is never prose: a front (the bot, the command line) turns `code` and the facts into a sentence of its own.
Every refusal means that no money moved, except where its docstring says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from wallet.money import Money
    from wallet.values import HoldEnd, RequestEnd

Side = Literal["payer", "payee"]
LimitName = Literal["per_payment", "day", "month", "payments_a_day"]


@dataclass(eq=False)
class WalletError(Exception):
    """The root of all anticipated refusals. `code` is stable and may be stored or compared."""

    code: ClassVar[str] = "refused"

    def __str__(self) -> str:
        facts = ", ".join(f"{field.name}={getattr(self, field.name)}" for field in fields(self))
        return f"{self.code}({facts})"


@dataclass(eq=False)
class InsufficientFunds(WalletError):
    """The account holds less than the amount needed."""

    available: Money
    needed: Money
    code = "insufficient_funds"


@dataclass(eq=False)
class LimitExceeded(WalletError):
    """A person's limit stands in the way. `allowed` is the limit itself, in money or in payments.

    `opens_at` is when this very payment would fit; None when it never does (more than the limit itself).
    """

    limit: LimitName
    allowed: Money | int
    opens_at: datetime | None
    code = "limit_exceeded"


@dataclass(eq=False)
class AmountOutOfRange(WalletError):
    """The amount is zero, negative, or beyond 2^53 - 1 minor units, or would take a balance beyond 64 bits."""

    code = "amount_out_of_range"


@dataclass(eq=False)
class WrongCurrency(WalletError):
    """The amount is in a currency this wallet does not keep."""

    kept: str
    code = "wrong_currency"


@dataclass(eq=False)
class NoteTooLong(WalletError):
    """A note has at most `limit` characters."""

    limit: int
    code = "note_too_long"


@dataclass(eq=False)
class BadReason(WalletError):
    """Who acts, or why, is not one line of 1 to `limit` characters that are all seen."""

    limit: int
    code = "bad_reason"


@dataclass(eq=False)
class PartyUnknown(WalletError):
    """No such party."""

    code = "party_unknown"


@dataclass(eq=False)
class PartyFrozen(WalletError):
    """An administrator froze this party: nothing leaves or reaches its account."""

    side: Side
    name: str
    code = "party_frozen"


@dataclass(eq=False)
class PartyPending(WalletError):
    """A business that the operator has not approved yet."""

    side: Side
    name: str
    code = "party_pending"


@dataclass(eq=False)
class PartyInvited(WalletError):
    """A person who has no wallet yet: money can only be set aside for them."""

    side: Side
    name: str
    code = "party_invited"


@dataclass(eq=False)
class NotAPayer(WalletError):
    """Only persons pay; a business is paid, refunds through the operator and withdraws."""

    code = "not_a_payer"


@dataclass(eq=False)
class SelfPayment(WalletError):
    """Payer and payee are the same account, or the payer owns the business."""

    code = "self_payment"


@dataclass(eq=False)
class TooManyBusinesses(WalletError):
    """A person may own so many businesses and no more."""

    limit: int
    code = "too_many_businesses"


@dataclass(eq=False)
class BadName(WalletError):
    """A name is empty or longer than `limit` characters."""

    limit: int
    code = "bad_name"


@dataclass(eq=False)
class QuoteUnknown(WalletError):
    """No such quote for this payer."""

    code = "quote_unknown"


@dataclass(eq=False)
class QuoteExpired(WalletError):
    """The quote was open until `at`; a new one is needed."""

    at: datetime
    code = "quote_expired"


@dataclass(eq=False)
class QuoteClosed(WalletError):
    """The quote was cancelled, or voided by wrong PINs or by a reset of the PIN."""

    state: Literal["cancelled", "voided"]
    code = "quote_closed"


@dataclass(eq=False)
class QuotePaid(WalletError):
    """The payment went through already, so it cannot be cancelled. Money HAS moved, once."""

    code = "quote_paid"


@dataclass(eq=False)
class PinNotSet(WalletError):
    """The person has not chosen a PIN (or it was reset)."""

    code = "pin_not_set"


@dataclass(eq=False)
class PinAlreadySet(WalletError):
    """There is a PIN; it is changed with the old one, not set anew."""

    code = "pin_already_set"


@dataclass(eq=False)
class MalformedPin(WalletError):
    """A PIN is exactly six digits. No attempt was counted."""

    code = "malformed_pin"


@dataclass(eq=False)
class WeakPin(WalletError):
    """Too easily guessed; `reason` is one of `wallet.weak_pins.WEAKNESSES`."""

    reason: str
    code = "weak_pin"


@dataclass(eq=False)
class WrongPin(WalletError):
    """The PIN did not match. `tries_left` before payments lock; `quote_void`: this quote can no longer be paid."""

    tries_left: int
    quote_void: bool = False
    code = "wrong_pin"


@dataclass(eq=False)
class PinLocked(WalletError):
    """Too many wrong PINs. `until` is when one try is possible again; None: not before a reset by the operator."""

    until: datetime | None
    code = "pin_locked"


@dataclass(eq=False)
class PinCooling(WalletError):
    """After a reset nothing leaves the account until `until`."""

    until: datetime
    code = "pin_cooling"


@dataclass(eq=False)
class MalformedReceiptCode(WalletError):
    """Not the reference and the seal of a receipt."""

    code = "malformed_receipt_code"


@dataclass(eq=False)
class PaymentUnknown(WalletError):
    """No such payment, or none that this party may see."""

    code = "payment_unknown"


@dataclass(eq=False)
class NotRefundable(WalletError):
    """Only a payment can be refunded, and only up to `refundable`."""

    refundable: Money
    code = "not_refundable"


@dataclass(eq=False)
class NotReversible(WalletError):
    """It was refunded or reversed already, is itself a return, or was set aside, which has ends of its own."""

    code = "not_reversible"


@dataclass(eq=False)
class HoldUnknown(WalletError):
    """No such hold, or none of this payer's."""

    code = "hold_unknown"


@dataclass(eq=False)
class HoldClosed(WalletError):
    """The hold ended in another way; "expired" also when its time is over and its money is about to be released."""

    state: HoldEnd
    code = "hold_closed"


@dataclass(eq=False)
class RequestUnknown(WalletError):
    """No such request, or none that this person asked, or is asked."""

    code = "request_unknown"


@dataclass(eq=False)
class RequestClosed(WalletError):
    """The request ended in another way; "expired" also when its time is over. "paid": money HAS moved for it, once."""

    state: RequestEnd
    code = "request_closed"


@dataclass(eq=False)
class TooManyRequests(WalletError):
    """A person asks at most `allowed` times a day, has at most `allowed` requests open to the same other, and asks for
    at most `allowed` shares of splits a day.

    `opens_at` is when they may ask again; None when one of the open ones must end first.
    """

    limit: Literal["day", "open", "shares"]
    allowed: int
    opens_at: datetime | None
    code = "too_many_requests"


@dataclass(eq=False)
class ReminderTooSoon(WalletError):
    """The payer was asked, or reminded, less than a day ago; they may be reminded again at `opens_at`."""

    opens_at: datetime
    code = "reminder_too_soon"


@dataclass(eq=False)
class KeyConflict(WalletError):
    """This key was used for another request. The first request stands, unchanged."""

    key: UUID
    code = "key_conflict"


@dataclass(eq=False)
class Busy(WalletError):
    """Too many PINs are being checked at once. No attempt was counted; try again in a moment."""

    code = "busy"


@dataclass(eq=False)
class Unavailable(WalletError):
    """The database did not answer in time. Ask again with the same key: it will have happened once or not at all."""

    code = "unavailable"
