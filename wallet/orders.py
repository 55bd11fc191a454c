"""Orders: what group commit settles. An order carries what never changes about it; what may is read under locks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wallet.accounts import Holder, PartyAccount, system_account_id
from wallet.errors import AmountOutOfRange, WrongCurrency
from wallet.ids import fingerprint, reference
from wallet.money import MAX_MINOR, Currency, Money

if TYPE_CHECKING:
    from uuid import UUID

    from wallet.acts import Act
    from wallet.receipts import Original
    from wallet.values import PaymentKind


@dataclass(frozen=True, slots=True)
class Order:
    """Move `amount` from `debit` to `credit`, once per `key`, which becomes the payment's id.

    `amount` None is for a refund of all that is left. `fee` is the whole fee of a payment, or of what is being undone.
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


def checked_amount(amount: Money, currency: Currency) -> int:
    """The minor units of an amount that may be moved. AmountOutOfRange, WrongCurrency."""
    if amount.currency != currency:
        raise WrongCurrency(currency.code)
    if not 1 <= amount.minor <= MAX_MINOR:
        raise AmountOutOfRange
    return amount.minor
