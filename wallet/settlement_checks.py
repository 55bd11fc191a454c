"""What orders are decided by, under the locks: what must be open, and how much they move. Each of these may refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wallet.errors import (
    HoldClosed,
    NotRefundable,
    NotReversible,
    PartyFrozen,
    PartyInvited,
    PartyPending,
    QuoteClosed,
    QuoteExpired,
    QuoteUnknown,
    RequestClosed,
    Side,
)
from wallet.fees import round_half_even
from wallet.money import Currency, Money
from wallet.orders import QUOTED

if TYPE_CHECKING:
    from wallet.accounts import Holder
    from wallet.ledger import Page
    from wallet.orders import Order
    from wallet.settlement_batch import Batch

REVERSIBLE = ("payment", "deposit", "withdrawal")


def require_open_quote(batch: Batch, order: Order) -> None:
    """A quote is paid once, and in time. QuoteUnknown, QuoteClosed, QuoteExpired."""
    if order.kind not in QUOTED:
        return
    quote = batch.quotes.get(order.key)
    if quote is None:
        raise QuoteUnknown
    state, expires_at = quote
    if state != "open":
        raise QuoteClosed(state)
    if expires_at <= batch.at:
        raise QuoteExpired(expires_at)


def require_open_request(batch: Batch, order: Order) -> None:
    """RequestClosed, where another end came first, be it in this very batch."""
    if order.request_id is None:
        return
    if order.request_id in batch.answered:
        raise RequestClosed("paid")
    batch.requests[order.request_id].require_open(batch.at)


def require_open_accounts(order: Order, page: Page) -> None:
    """A reversal corrects a mistake of ours, and what was set aside is its payer's own: a freeze stops neither."""
    if order.kind in ("reversal", "release"):
        return
    payer = order.held.payer if order.held else order.debit
    payee = order.held.payee if order.held and order.kind == "hold" else order.credit
    _require_open("payer", payer, page.accounts[payer.account_id].status)
    if order.kind != "hold" or page.accounts[payee.account_id].status != "invited":
        _require_open("payee", payee, page.accounts[payee.account_id].status)


def _require_open(side: Side, holder: Holder, status: str) -> None:
    if holder.party is None or status == "open":
        return
    if status == "frozen":
        raise PartyFrozen(side, holder.party.name)
    if status == "invited":
        raise PartyInvited(side, holder.party.name)
    raise PartyPending(side, holder.party.name)


def require_open_hold(batch: Batch, order: Order) -> None:
    """HoldClosed, where another end came first, or its time is over and there is only one end left."""
    if order.held is None or order.original is None:
        return
    state = batch.payments[order.original.id]
    assert state.hold is not None, "only holds are ended"
    if state.hold != "open":
        raise HoldClosed(state.hold)
    if order.kind == "capture" and order.held.until <= batch.at:
        raise HoldClosed("expired")


def amount_and_fee(batch: Batch, order: Order, currency: Currency) -> tuple[int, int]:
    """What this order moves now. A return takes at most what is left, and the fee in proportion, exact at the end."""
    if order.original is None:
        assert order.amount is not None, "only a refund may leave its amount open"
        return order.amount, order.fee
    state = batch.payments[order.original.id]
    left = state.amount - state.refunded
    amount = left if order.amount is None else order.amount
    if order.held is not None:
        return amount, 0
    if order.kind == "reversal" and (state.refunded or state.kind not in REVERSIBLE):
        raise NotReversible
    if order.kind == "refund" and (state.kind != "payment" or not 1 <= amount <= left):
        raise NotRefundable(Money(left if state.kind == "payment" else 0, currency))
    fee_due = round_half_even(order.fee * (state.refunded + amount), state.amount)
    return amount, fee_due - state.fee_refunded
