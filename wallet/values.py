"""The frozen values that pass through the wallet's face, in and out. They carry facts, never sentences."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from wallet.money import Money

PartyKind = Literal["person", "business"]
Status = Literal["open", "pending", "frozen"]
PaymentKind = Literal["payment", "deposit", "withdrawal", "refund", "reversal"]
QuoteState = Literal["open", "paid", "cancelled", "voided"]


@dataclass(frozen=True, slots=True)
class Party:
    """A person, or a business that belongs to a person (`owner_id`)."""

    id: UUID
    kind: PartyKind
    name: str
    status: Status
    owner_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PartySummary:
    """A party with its account, as an administrator sees it."""

    party: Party
    account_id: UUID
    balance: Money
    entries: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """An account of the books: a party's, or one of the system's (`name` is then its kind)."""

    id: UUID
    kind: str
    name: str
    status: Status
    balance: Money
    entries: int


@dataclass(frozen=True, slots=True)
class Balance:
    """`ledger` is the sum of all entries; `available` is what may be paid with now."""

    ledger: Money
    available: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """What a PIN will confirm, exactly: this payee, this amount, this fee, until `expires_at`.

    The payer pays `total`; `fee` is taken from what a business receives (`net`), never from a person.
    `balance_after` is the payer's available balance if nothing else happens first.
    """

    id: UUID
    payer: Party
    payee: Party
    amount: Money
    fee: Money
    note: str
    first_time: bool
    balance_after: Money
    state: QuoteState
    expires_at: datetime

    @property
    def total(self) -> Money:
        """What leaves the payer's account."""
        return self.amount

    @property
    def net(self) -> Money:
        """What stays with the payee."""
        return self.amount - self.fee


@dataclass(frozen=True, slots=True)
class Receipt:
    """A settled payment, deposit, withdrawal, refund or reversal, as one party sees it.

    `payer` or `payee` is None where the other side is the outside world (a deposit, a withdrawal).
    For a refund `fee` is the part of the fee that was returned to the business.
    `balance_after` is the viewing party's balance right after; `reference` is short and unique, for people.
    `seal` is the seal of its last transfer, shortened: a copy outside the books, which `Wallet.verify` holds them to.
    `notice_id` is the viewer's own notice of it, until delivered: a front that has just told them marks it so.
    """

    payment_id: UUID
    kind: PaymentKind
    reference: str
    seal: str
    payer: Party | None
    payee: Party | None
    amount: Money
    fee: Money
    note: str
    settled_at: datetime
    viewer: Literal["payer", "payee"]
    balance_after: Money
    refunded: Money
    notice_id: UUID | None = None

    @property
    def net(self) -> Money:
        """What stayed with the payee."""
        return self.amount - self.fee


@dataclass(frozen=True, slots=True)
class Verification:
    """A receipt held against today's books. `receipt` is what they say now.

    `matches`: the seal on the receipt is the one in the books. `checked`: so many transfers of the same account, up to
    this one, were sealed anew; of those, `broken` gave another seal than the one in the books.
    """

    receipt: Receipt
    matches: bool
    checked: int
    broken: int

    @property
    def genuine(self) -> bool:
        """Nothing that the receipt vouches for was changed."""
        return self.matches and not self.broken


@dataclass(frozen=True, slots=True)
class PaymentSummary:
    """A settled payment, deposit, withdrawal or return, as an administrator sees it. `refunded`: given back so far."""

    id: UUID
    kind: PaymentKind
    reference: str
    payer: Party | None
    payee: Party | None
    amount: Money
    fee: Money
    refunded: Money
    note: str
    settled_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of an account's history. `amount` is signed; `counterparty` is None for the outside world."""

    seq: int
    at: datetime
    kind: Literal["amount", "fee"]
    payment_kind: PaymentKind
    amount: Money
    balance_after: Money
    counterparty: str | None
    counterparty_id: UUID | None
    note: str
    reference: str
    payment_id: UUID


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Newest first. Pass `older` to get the next page; None when this was the last."""

    lines: tuple[Line, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class Statement:
    """All lines with `start <= at < end`, oldest first; opening + sum of lines = closing."""

    party: Party
    start: datetime
    end: datetime
    opening: Money
    lines: tuple[Line, ...]
    closing: Money


@dataclass(frozen=True, slots=True)
class PinState:
    """Whether a person has a PIN, and what stands in the way of using it. `locked`: only a reset helps."""

    is_set: bool
    tries_left: int
    locked_until: datetime | None
    locked: bool
    cooling_until: datetime | None


class NoticeKind(enum.StrEnum):
    """All that a person is told. Payment kinds carry a receipt; the others carry `until` or a party alone."""

    PAYMENT_SENT = "payment_sent"
    PAYMENT_RECEIVED = "payment_received"
    DEPOSITED = "deposited"
    WITHDRAWN = "withdrawn"
    REFUND_SENT = "refund_sent"
    REFUND_RECEIVED = "refund_received"
    REVERSED = "reversed"
    PIN_CHANGED = "pin_changed"
    PIN_LOCKED = "pin_locked"
    PIN_RESET = "pin_reset"
    FROZEN = "frozen"
    UNFROZEN = "unfrozen"
    BUSINESS_APPROVED = "business_approved"


@dataclass(frozen=True, slots=True)
class Notice:
    """Tell `recipient_id` about `party` (themselves, or a business of theirs). At least once, in order of `id`.

    `receipt` is there for everything that moved money; `until` for PIN_LOCKED (None: until a reset).
    """

    id: UUID
    recipient_id: UUID
    party: Party
    kind: NoticeKind
    receipt: Receipt | None
    until: datetime | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Proof:
    """One invariant, checked: `bad` rows of `checked`, worth `at_stake` minor units; `examples` name a few."""

    name: str
    claim: str
    checked: int
    bad: int
    at_stake: Money
    examples: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.bad == 0


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """All proofs over one consistent snapshot of the books, taken `at`, in `seconds`; few of them, if `quick`."""

    at: datetime
    seconds: float
    entries: int
    proofs: tuple[Proof, ...]
    quick: bool = False

    @property
    def clean(self) -> bool:
        return all(proof.holds for proof in self.proofs)


@dataclass(frozen=True, slots=True)
class AdministrativeAct:
    """Who did what, to whom, when and why."""

    at: datetime
    actor: str
    verb: str
    subject_id: UUID
    reason: str
