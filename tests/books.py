"""A PostgreSQL of one's own with migrated databases to copy, for tests, proofs and measurements."""

from __future__ import annotations

import itertools
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import NullPool, create_engine, text

from wallet import WalletSettings
from wallet import migrate as migrations
from wallet.database import embedded, migration_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL

PEPPER = "a pepper for tests only, longer than 32 bytes"


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL, with a migrated database to copy from."""

    url: URL
    folder: Path
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @contextmanager
    def database(self) -> Iterator[URL]:
        """A fresh, migrated database, gone on leaving."""
        name = f"books_{next(self._numbers)}"
        run(self.url, f"CREATE DATABASE {name} TEMPLATE template_books STRATEGY FILE_COPY")
        try:
            yield self.url.set(database=name)
        finally:
            run(self.url, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def server(*, durable: bool = False) -> Iterator[Server]:
    """Start one in a temporary folder; `durable` keeps fsync on, as production has it."""
    with tempfile.TemporaryDirectory(prefix="sixpence-tests-") as folder:
        own = WalletSettings(data_dir=Path(folder), database_url=None)
        with embedded(own):
            url = migration_url(own)
            if not durable:
                for name in ("fsync", "full_page_writes"):  # the machine does not lose power during tests
                    run(url, f"ALTER SYSTEM SET {name} = off")
                run(url, "SELECT pg_reload_conf()")
            run(url, "CREATE DATABASE template_books")
            migrations.upgrade(settings(url.set(database="template_books")))
            yield Server(url, Path(folder))


def settings(url: URL, **changes: object) -> WalletSettings:
    """Settings for these books, with cheap hashing unless changed."""
    facts: dict[str, object] = {
        "database_url": url.render_as_string(hide_password=False),
        "pin_pepper": PEPPER,
        "argon2_memory_kib": 8,
        "argon2_time_cost": 1,
    }
    return WalletSettings.model_validate(facts | changes)


def run(url: URL, statement: str) -> None:
    """Run a statement on its own connection, outside any transaction."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))
