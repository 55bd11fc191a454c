"""Orders: what group commit settles. An order carries what never changes about it; what may is read under locks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid5

from wallet.accounts import Holder, PartyAccount, system_account_id
from wallet.errors import AmountOutOfRange, WrongCurrency
from wallet.ids import fingerprint, reference
from wallet.money import MAX_MINOR, Currency, Money
from wallet.receipts import Original

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from wallet.acts import Act
    from wallet.holds import StoredHold
    from wallet.values import HoldEnd, Party, PaymentKind, ReleaseReason

QUOTED: tuple[PaymentKind, ...] = ("payment", "hold")
"""What a person confirms with a PIN, and limits count."""


@dataclass(frozen=True, slots=True)
class Held:
    """Whose money is set aside for whom, and until when; `end` in an order that ends it."""

    payer: Holder
    payee: Holder
    until: datetime
    end: HoldEnd | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """Move `amount` from `debit` to `credit`, once per `key`, which becomes the payment's id.

    `amount` None is for a refund of all that is left. `fee` is the whole fee of a payment, or of what is being undone.
    `request_id` is the request that a payment answers, if any.
    """

    key: UUID
    kind: PaymentKind
    debit: Holder
    credit: Holder
    amount: int | None
    fee: int = 0
    note: str = ""
    original: Original | None = None
    act: Act | None = None
    held: Held | None = None
    request_id: UUID | None = None
    reference: str = field(init=False)
    request_hash: bytes = field(init=False)
    """Equal for equal requests only: tells a repetition from another request under the same key."""

    def __post_init__(self) -> None:
        """What takes time is made here, by whoever asks, not while accounts are locked."""
        original_id = self.original.id if self.original else None
        sides = (self.debit.account_id, self.credit.account_id)
        request = fingerprint((self.kind, *sides, self.amount, self.note, original_id))
        object.__setattr__(self, "reference", reference(self.key))
        object.__setattr__(self, "request_hash", request)

    @property
    def payer(self) -> Party | None:
        """Who pays, as a receipt says it: whose place escrow takes, where the money comes from there."""
        if self.held is None or self.kind == "hold":
            return self.debit.party
        return self.held.payer.party if self.kind == "capture" else self.held.payee.party

    @property
    def payee(self) -> Party | None:
        """Who is paid, as a receipt says it."""
        return self.held.payee.party if self.held and self.kind == "hold" else self.credit.party

    @property
    def reason(self) -> ReleaseReason | None:
        """Why a release gives money back."""
        return self.held.end if self.held and self.held.end != "captured" else None

    @property
    def holders(self) -> tuple[Holder, ...]:
        """All whose accounts are locked: status counts, also where no money of theirs moves."""
        return (self.debit, self.credit, *((self.held.payer, self.held.payee) if self.held else ()))


def deposit_order(account: PartyAccount, amount: Money, currency: Currency, key: UUID, act: Act) -> Order:
    """Bank clearing → party."""
    return Order(
        key=key,
        kind="deposit",
        debit=Holder(system_account_id("bank_clearing", currency)),
        credit=Holder(account.account_id, account.party),
        amount=checked_amount(amount, currency),
        note=act.reason,
        act=act,
    )


def withdrawal_order(account: PartyAccount, amount: Money, currency: Currency, key: UUID, act: Act) -> Order:
    """Party → bank clearing."""
    return Order(
        key=key,
        kind="withdrawal",
        debit=Holder(account.account_id, account.party),
        credit=Holder(system_account_id("bank_clearing", currency)),
        amount=checked_amount(amount, currency),
        note=act.reason,
        act=act,
    )


def refund_order(original: Original, amount: Money | None, currency: Currency, key: UUID, act: Act) -> Order:
    """Payee → payer, up to what is left of the original; `amount` None is all that is left."""
    minor = None if amount is None else checked_amount(amount, currency)
    return _return_order("refund", original, minor, key, act)


def reversal_order(original: Original, key: UUID, act: Act) -> Order:
    """All of the original, the other way round."""
    return _return_order("reversal", original, original.amount, key, act)


def _return_order(kind: PaymentKind, original: Original, amount: int | None, key: UUID, act: Act) -> Order:
    return Order(
        key=key,
        kind=kind,
        debit=original.credit,
        credit=original.debit,
        amount=amount,
        fee=original.fee,
        note=act.reason,
        original=original,
        act=act,
    )


def capture_order(stored: StoredHold, payee: PartyAccount, currency: Currency) -> Order:
    """Escrow → payee. The key is made of hold and payee, so that asking again is the same request."""
    credit = Holder(payee.account_id, payee.party)
    return _end_order("capture", "captured", stored, credit, currency, f"capture {payee.party.id}")


def release_order(stored: StoredHold, reason: ReleaseReason, currency: Currency) -> Order:
    """Escrow → payer, once for each reason."""
    return _end_order("release", reason, stored, stored.payer, currency, reason)


def _end_order(
    kind: PaymentKind, end: HoldEnd, stored: StoredHold, credit: Holder, currency: Currency, word: str
) -> Order:
    hold, escrow = stored.hold, Holder(system_account_id("escrow", currency))
    return Order(
        key=uuid5(hold.id, word),
        kind=kind,
        debit=escrow,
        credit=credit,
        amount=hold.amount.minor,
        note=hold.note,
        original=Original(hold.id, stored.payer, escrow, hold.amount.minor, 0),
        held=Held(stored.payer, stored.payee, hold.expires_at, end),
    )


def checked_amount(amount: Money, currency: Currency) -> int:
    """The minor units of an amount that may be moved. AmountOutOfRange, WrongCurrency."""
    if amount.currency != currency:
        raise WrongCurrency(currency.code)
    if not 1 <= amount.minor <= MAX_MINOR:
        raise AmountOutOfRange
    return amount.minor
