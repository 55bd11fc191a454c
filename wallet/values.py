"""The frozen values that pass through the wallet's face, in and out. They carry facts, never sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from wallet.money import Money

PartyKind = Literal["person", "business"]
Status = Literal["open", "pending", "frozen", "invited"]
PaymentKind = Literal["payment", "deposit", "withdrawal", "refund", "reversal", "hold", "capture", "release"]
QuoteState = Literal["open", "paid", "cancelled", "voided"]
ReleaseReason = Literal["cancelled", "refused", "expired"]
"""Why money set aside came back: its payer took it back, its payee did not want it, or its time was over."""
HoldEnd = Literal["captured", "cancelled", "refused", "expired"]
HoldState = Literal["open", "captured", "cancelled", "refused", "expired"]
RELEASED: tuple[ReleaseReason, ...] = ("cancelled", "refused", "expired")
RequestEnd = Literal["paid", "declined", "cancelled", "expired", "netted"]
RequestState = Literal["open", "paid", "declined", "cancelled", "expired", "netted"]


@dataclass(frozen=True, slots=True)
class Party:
    """A person, or a business that belongs to a person (`owner_id`).

    `invited`: somebody wants to pay this person, who has no wallet yet.
    """

    id: UUID
    kind: PartyKind
    name: str
    status: Status
    owner_id: UUID | None = None

    @property
    def code(self) -> str:
        """The account code, as `019ab34c-7d10-7f3a`: how the id begins, as far as it takes to tell it from others.

        Unlike a name it is nobody else's, and nobody chooses it.
        """
        return str(self.id)[:18]


@dataclass(frozen=True, slots=True)
class PartySummary:
    """A party with its account, as an administrator sees it; called so since `named_at`, if that was noted."""

    party: Party
    account_id: UUID
    balance: Money
    entries: int
    created_at: datetime
    named_at: datetime | None


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
    """`available` is what may be paid with now; `ledger` is that and what is set aside for others, not theirs yet."""

    ledger: Money
    available: Money
    set_aside: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """What a PIN will confirm, exactly: this payee, this amount, this fee, until `expires_at`.

    The payer pays `total`; `fee` is taken from what a business receives (`net`), never from a person.
    `balance_after` is the payer's available balance if nothing else happens first.
    `held_until`: the payee has no wallet yet, so the money is set aside for them until then; None: they are paid.
    `request_id`: the request that paying it answers, if any.
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
    held_until: datetime | None = None
    request_id: UUID | None = None

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
    """Something settled that moved money, as one party sees it.

    `payer` or `payee` is None where the other side is the outside world (a deposit, a withdrawal).
    Money set aside: a `hold` is from its payer to the payee it waits for, and only the payer sees it; a `capture` is
    from that payer to whoever claimed it, who sees it; a `release` is from the payee back to the payer, who sees it
    (`payee` and `viewer`), and `reason` says why.
    For a refund `fee` is the part of the fee that was returned to the business.
    `balance_after` is the viewing party's balance right after; `reference` is short and unique, for people.
    `seal` is the seal of its last transfer, shortened: a copy outside the books, which `Wallet.verify` holds them to.
    `original` is the reference of the payment that a refund or a reversal returns, or of the hold that is at its end.
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
    reason: ReleaseReason | None = None
    original: str | None = None

    @property
    def net(self) -> Money:
        """What stayed with the payee."""
        return self.amount - self.fee


@dataclass(frozen=True, slots=True)
class Hold:
    """Money set aside, once, for `payee`: the party it waits for, or whoever captured it. `id` is the payment's.

    It ends by itself at `expires_at`; `reminded_at` is when it was last taken to remind the payer of it.
    """

    id: UUID
    payer: Party
    payee: Party
    amount: Money
    note: str
    reference: str
    state: HoldState
    created_at: datetime
    expires_at: datetime
    reminded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Request:
    """`payer` is asked to pay `payee`, who is, or belongs to, the person who asks. No money has moved unless `paid`.

    It ends by itself at `expires_at`; `reminded_at` is when the payer was last reminded; `payment_id` what paid it.
    """

    id: UUID
    payee: Party
    payer: Party
    amount: Money
    note: str
    state: RequestState
    created_at: datetime
    expires_at: datetime
    reminded_at: datetime | None
    payment_id: UUID | None

    @property
    def asker_id(self) -> UUID:
        """The person who asks: the payee, or the owner of that business."""
        return self.payee.owner_id or self.payee.id


@dataclass(frozen=True, slots=True)
class Verification:
    """A receipt held against today's books. `receipt` is what they say now.

    `matches`: the seal on the receipt is the one in the books. `checked`: so many transfers of the same account, up to
    this one, were sealed anew; of those, `broken` gave another seal than the one in the books, or are not what their
    payment says, which is what receipts are read from. `as_shown`: it was paid as its quote was shown, by the quote's
    code; False also where that was made with a pepper that is not set here. None where there is nothing to tell by: no
    quote, as of a deposit or a refund, or no pepper.
    """

    receipt: Receipt
    matches: bool
    checked: int
    broken: int
    as_shown: bool | None

    @property
    def genuine(self) -> bool:
        """Nothing that the receipt vouches for was changed, and nothing says that it was never shown."""
        return self.matches and not self.broken and self.as_shown is not False


@dataclass(frozen=True, slots=True)
class PaymentSummary:
    """Something settled that moved money, as an administrator sees it. `refunded`: given back so far."""

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
    """One entry of an account's history. `amount` is signed; `counterparty` is None for the outside world.

    Of money set aside, it is whom it waits for, who has accepted it, or who had set it aside. `paid`: money reached
    one from the other, by a payment or set aside and accepted.
    """

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
    paid: bool


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Newest first. Pass `older` to get the next page; None when this was the last."""

    lines: tuple[Line, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class Statement:
    """All lines with `start <= at < end`, oldest first; opening + sum of lines = closing.

    `name` is the account's: its party's, or the kind of a system account, which has no party.
    """

    name: str
    party: Party | None
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

    @property
    def is_open(self) -> bool:
        """Neither locked for a while nor for good."""
        return self.locked_until is None and not self.locked


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
