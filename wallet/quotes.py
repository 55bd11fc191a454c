"""Quotes that come to nothing: cancelled by their payer, or void. A quote is paid if there is a payment of its id.

Whoever closes a quote holds its payer's account, as settling does: so closed and paid exclude each other, and settling,
which must be fast, neither locks quotes nor changes them. Accounts are locked first here too, before PINs and quotes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sqlalchemy import text

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection


async def hold_payer(conn: AsyncConnection, *payer_ids: UUID) -> None:
    """From here to COMMIT nothing leaves these people's accounts, and nobody else closes a quote of theirs."""
    await conn.execute(_HOLD_PAYERS, {"payers": list(payer_ids)})


async def close(
    conn: AsyncConnection, payer_id: UUID, state: Literal["cancelled", "voided"], quote_id: UUID | None = None
) -> None:
    """Close this quote, or all of this payer's, unless paid or closed already. To be asked with the payer held."""
    closing = {"payer": payer_id, "state": state}
    await conn.execute(*((_CLOSE_ONE, closing | {"quote": quote_id}) if quote_id else (_CLOSE_ALL, closing)))


_HOLD_PAYERS = text("SELECT id FROM wallet.accounts WHERE party_id = ANY(:payers) ORDER BY id FOR NO KEY UPDATE")
_CLOSE = """
    UPDATE wallet.quotes q SET state = :state
    WHERE q.payer_account_id IN (SELECT id FROM wallet.accounts WHERE party_id = :payer) AND q.state = 'open'
      AND NOT EXISTS (SELECT FROM wallet.payments p WHERE p.id = q.id)
"""
_CLOSE_ALL, _CLOSE_ONE = text(_CLOSE), text(f"{_CLOSE} AND q.id = :quote")
