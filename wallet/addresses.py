"""Whether the two addresses of the database, the bot's and its owner's, lead to one database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import NullPool, create_engine, text

from wallet.database import books_url, migration_url, reaching
from wallet.settings import SettingsError

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import Row
    from sqlalchemy.engine import URL

    from wallet.settings import WalletSettings

_DIFFERENT = (
    "SIXPENCE_DATABASE_URL and SIXPENCE_MIGRATION_DATABASE_URL name different databases: "
    "set both to the same one. Nothing was done."
)
_WHICH = text("SELECT pg_postmaster_start_time(), oid FROM pg_database WHERE datname = current_database()")
"""When its server was started tells it from a copy, which has the same identifier; by any login, on any way to it."""


def require_one_database(settings: WalletSettings) -> None:
    """SettingsError if the addresses lead to different databases, or one of them to none."""
    if settings.migration_database_url is None:
        return
    if _which(books_url(settings)) != _which(migration_url(settings)):
        raise SettingsError(_DIFFERENT)


def _which(url: URL) -> Row[Any]:
    with reaching(url), create_engine(url, poolclass=NullPool, hide_parameters=True).connect() as conn:
        return conn.execute(_WHICH).one()
