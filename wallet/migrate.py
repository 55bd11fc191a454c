"""Bringing the schema up to date, as the role that owns it. One history for the wallet's tables and the bot's."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine

from wallet.database import embedded, migration_url, reaching

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from wallet.settings import WalletSettings


def upgrade(settings: WalletSettings) -> tuple[str | None, str]:
    """Migrate to the newest version; the versions before and after. Safe to repeat. SettingsError if unreachable."""
    with embedded(settings), _connect(settings) as connection:
        before = _current(connection)
        command.upgrade(config(connection), "head")
        return before, newest()


def newest() -> str:
    """The newest version there is."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    assert head is not None, "there is at least one migration"
    return head


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, with the scripts where they were installed."""
    spec = find_spec("migrations")
    assert spec is not None, "installed together with this package"
    assert spec.origin is not None, "an ordinary package"
    alembic = Config()
    alembic.set_main_option("script_location", str(Path(spec.origin).parent))
    alembic.attributes["connection"] = connection
    return alembic


def _connect(settings: WalletSettings) -> Connection:
    url = migration_url(settings)
    with reaching(url):
        return create_engine(url, poolclass=NullPool).connect()


def _current(connection: Connection) -> str | None:
    with connection.begin():
        return MigrationContext.configure(connection).get_current_revision()
