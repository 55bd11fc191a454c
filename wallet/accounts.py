"""Accounts: who holds one, which ones are the system's own, and how the two sides of a payment are read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from wallet.values import Party

if TYPE_CHECKING:
    from sqlalchemy.engine import Row

    from wallet.money import Currency

SIDES = """
    da.id AS debit_id, dp.id AS payer_id, dp.kind AS payer_kind, dp.name AS payer_name, da.status AS payer_status,
    dp.owner_id AS payer_owner,
    ca.id AS credit_id, cp.id AS payee_id, cp.kind AS payee_kind, cp.name AS payee_name, ca.status AS payee_status,
    cp.owner_id AS payee_owner
"""
"""The columns of both sides: accounts `da` and `ca`, parties `dp` and `cp`."""


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


def payer(row: Row[Any]) -> Party | None:
    """The party that a row with `SIDES` names as payer."""
    if row.payer_id is None:
        return None
    return Party(row.payer_id, row.payer_kind, row.payer_name, row.payer_status, row.payer_owner)


def payee(row: Row[Any]) -> Party | None:
    """The party that a row with `SIDES` names as payee."""
    if row.payee_id is None:
        return None
    return Party(row.payee_id, row.payee_kind, row.payee_name, row.payee_status, row.payee_owner)
