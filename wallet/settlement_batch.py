"""A batch of orders while it is being settled: what was read of them under the locks, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from wallet.payment_rows import Settled  # noqa: TC001 - NamedTuple reads the annotations

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from wallet import holds, ledger, limits, notices, requests
    from wallet.payment_rows import PaymentState
    from wallet.values import HoldEnd, Receipt


class Done(NamedTuple):
    """An order that was settled: what its receipt is made of."""

    settled: Settled
    seal: bytes
    balance: int
    notice_id: UUID


@dataclass(slots=True)
class Rows:
    """What follows from orders that were decided: rows to be written."""

    settled: list[Settled] = field(default_factory=list)
    spending: list[limits.SpendingRow] = field(default_factory=list)
    placed: list[holds.Placed] = field(default_factory=list)
    notices: list[notices.Draft] = field(default_factory=list)


@dataclass(slots=True)
class Batch:
    """One transaction's view of all that its orders concern, `rows` not written yet, and what changes at the end."""

    page: ledger.Page
    payments: dict[UUID, PaymentState]
    quotes: dict[UUID, tuple[Any, datetime]]
    spent: dict[UUID, limits.Spent]
    requests: dict[UUID, requests.Standing]
    at: datetime
    sealed_at: bytes
    settled: dict[UUID, Done | Receipt]
    rows: Rows = field(default_factory=Rows)
    ended: dict[UUID, HoldEnd] = field(default_factory=dict)
    answered: dict[UUID, UUID] = field(default_factory=dict)
    returned: dict[UUID, PaymentState] = field(default_factory=dict)
