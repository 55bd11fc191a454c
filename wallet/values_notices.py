"""The values of notices: what somebody is owed to hear."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wallet.values import RELEASED

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from wallet.values import Hold, Party, Receipt, ReleaseReason, Request


class NoticeKind(enum.StrEnum):
    """All that a person is told. Payment kinds carry a receipt; the others carry `until` or a party alone.

    HOLD_PLACED, HOLD_CAPTURED and HOLD_RELEASED are for the payer, HOLD_GONE for the payee, all of them with the hold.
    REQUEST_RECEIVED, REQUEST_REMINDED and REQUEST_CANCELLED are for the payer, REQUEST_DECLINED and REQUEST_EXPIRED for
    the payee, all of them with the request.
    """

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
    HOLD_PLACED = "hold_placed"
    HOLD_CAPTURED = "hold_captured"
    HOLD_RELEASED = "hold_released"
    HOLD_GONE = "hold_gone"
    REQUEST_RECEIVED = "request_received"
    REQUEST_REMINDED = "request_reminded"
    REQUEST_CANCELLED = "request_cancelled"
    REQUEST_DECLINED = "request_declined"
    REQUEST_EXPIRED = "request_expired"


@dataclass(frozen=True, slots=True)
class Notice:
    """Tell `recipient_id` about `party` (themselves, or a business of theirs). At least once, in order of `id`.

    `receipt` is there for everything that moved this party's money; `until` for PIN_LOCKED (None: until a reset).
    `hold`, as it stands now, is there for all that has to do with money set aside.
    `request`, as it stands now, is there for all that has to do with one, also for both sides of what paid it.
    """

    id: UUID
    recipient_id: UUID
    party: Party
    kind: NoticeKind
    receipt: Receipt | None
    until: datetime | None
    attempts: int
    hold: Hold | None = None
    request: Request | None = None

    @property
    def reason(self) -> ReleaseReason | None:
        """Why the money set aside came back, if it did."""
        return next((reason for reason in RELEASED if self.hold and self.hold.state == reason), None)
