"""What the owner of the tables may see and do in the books, and no login of the bot's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import NullPool, create_engine, text

from wallet.database import migration_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Row

    from wallet import WalletSettings


def as_owner(settings: WalletSettings, statement: str, **facts: object) -> Sequence[Row[*tuple[Any, ...]]]:
    """Run a statement and commit; its rows, if it has any."""
    with create_engine(migration_url(settings), poolclass=NullPool).begin() as connection:
        result = connection.execute(text(statement), facts)
        return result.all() if result.returns_rows else ()
