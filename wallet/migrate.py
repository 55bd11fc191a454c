"""Bringing the schema up to date, as the role that owns it. One history for the wallet's tables and the bot's.

Alembic is imported where it is used: whoever opens a wallet only asks which version is the newest.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg.errors import InsufficientPrivilege
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import ProgrammingError

from wallet.addresses import require_one_database
from wallet.database import FROM_A_NEWER, embedded, migration_url, reaching
from wallet.rights import lacking
from wallet.settings import SettingsError

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

    from wallet.money import Currency
    from wallet.settings import WalletSettings

_REVISION = re.compile(r'^(down_)?revision = "(.+)"$', re.MULTILINE)
_WITHOUT_DIGITS = text("SELECT FROM wallet.units WHERE currency = :currency AND digits IS NULL")
_NOTE_DIGITS = text("UPDATE wallet.units SET digits = :digits WHERE currency = :currency AND digits IS NULL")
_NOT_THE_OWNER = "These tables belong to another login: migrate as their owner, SIXPENCE_MIGRATION_DATABASE_URL."


def upgrade(settings: WalletSettings) -> tuple[str | None, str]:
    """Migrate to the newest version; the versions before and after. Safe to repeat.

    Books that do not say in how many digits they are kept are noted to be kept as is set. SettingsError if the database
    is unreachable or not the bot's, its books are from a newer Sixpence, or this login lacks a right that it takes.
    """
    from alembic import command  # noqa: PLC0415

    with embedded(settings), _connect(settings) as connection:
        require_one_database(settings)
        before = _current(connection)
        if before is not None and not knows(before):
            raise SettingsError(FROM_A_NEWER.format(before))
        with connection.begin():
            if before is None and (lack := lacking(connection)):
                raise SettingsError(lack)
        try:
            command.upgrade(config(connection), "head")
            _note_digits(connection, settings.currency)
        except ProgrammingError as error:
            if before is not None and isinstance(error.orig, InsufficientPrivilege):
                raise SettingsError(_NOT_THE_OWNER) from None
            raise
        return before, newest()


def newest() -> str:
    """The newest version there is: the one that no other comes after."""
    named = _named()
    (last,) = {version for down, version in named if not down} - {version for down, version in named if down}
    return last


def knows(version: str) -> bool:
    """Whether there is this version here; else a newer Sixpence brought it."""
    return ("", version) in _named()


def _named() -> list[tuple[str, str]]:
    """What the scripts name: their own versions, and those they come after."""
    scripts = (_scripts() / "versions").glob("*.py")
    return [found for script in scripts for found in _REVISION.findall(script.read_text())]


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, with the scripts where they were installed."""
    from alembic.config import Config  # noqa: PLC0415

    alembic = Config()
    alembic.set_main_option("script_location", str(_scripts()))
    alembic.attributes["connection"] = connection
    return alembic


def _scripts() -> Path:
    spec = find_spec("migrations")
    assert spec is not None, "installed together with this package"
    assert spec.origin is not None, "an ordinary package"
    return Path(spec.origin).parent


def _connect(settings: WalletSettings) -> Connection:
    url = migration_url(settings)
    with reaching(url):
        return create_engine(url, poolclass=NullPool).connect()


def _note_digits(connection: Connection, currency: Currency) -> None:
    """Where books do not say: no migration could know. Only the owner may, so only where there is something to do."""
    kept = {"currency": currency.code, "digits": currency.exponent}
    with connection.begin():
        if connection.execute(_WITHOUT_DIGITS, kept).first() is not None:
            connection.execute(_NOTE_DIGITS, kept)


def _current(connection: Connection) -> str | None:
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415

    with connection.begin():
        return MigrationContext.configure(connection).get_current_revision()
