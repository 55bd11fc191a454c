"""Codes of quotes: `HMAC-SHA256(key, what the payer was shown)`, with keys made from the peppers.

A PIN confirms what was shown. Until then the quote lies in the database, where somebody who can write there, but does
not know the pepper, could bend it; then its code no longer fits, and it is void. (Dynamic linking: PSD2 RTS, art. 5.)
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from uuid import UUID  # noqa: TC003 - NamedTuple reads the annotations

from wallet.ids import fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Row

PURPOSE = b"quote-v1"


class Shown(NamedTuple):
    """All of a quote that the payer is shown or that decides what it does; whose accounts these are, too."""

    id: UUID
    key: UUID
    payer_id: UUID
    payer_account_id: UUID
    payee_id: UUID
    payee_account_id: UUID
    amount: int
    fee: int
    currency: str
    note: str
    created_at: datetime
    expires_at: datetime
    held_until: datetime | None
    request_id: UUID | None

    @classmethod
    def read(cls, row: Row[Any]) -> Self:
        """From a row with columns of these names."""
        return cls(*(getattr(row, field) for field in cls._fields))


def code(keys: Sequence[bytes], shown: Shown) -> bytes:
    """The code of a new quote, by the current key."""
    return _code(keys[0], shown)


def fits(keys: Sequence[bytes], shown: Shown, given: bytes) -> bool:
    """Whether this is the code of exactly this quote, by any of the keys."""
    return any(hmac.compare_digest(_code(key, shown), given) for key in keys)


def _code(key: bytes, shown: Shown) -> bytes:
    fields = (part.astimezone(UTC) if isinstance(part, datetime) else part for part in shown)
    return hmac.digest(key, fingerprint(fields), "sha256")
