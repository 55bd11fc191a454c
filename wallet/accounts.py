"""Accounts: who holds one, and which ones are the system's own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from wallet.money import Currency
    from wallet.values import Party


@dataclass(frozen=True, slots=True)
class PartyAccount:
    """A party and the account that its money lies in."""

    party: Party
    account_id: UUID


@dataclass(frozen=True, slots=True)
class Holder:
    """An account and whose it is; nobody's for a system account."""

    account_id: UUID
    party: Party | None = None


def system_account_id(kind: str, currency: Currency) -> UUID:
    """System accounts sort after all others, so accounts that many payments touch are locked last and shortest."""
    return UUID(bytes=b"\xff" * 8 + hashlib.sha256(f"{kind}:{currency.code}".encode()).digest()[:8])
