"""What a backup says about itself: the moment it shows, how many rows and how much money of which kind, its SHA-256.

A backup is a folder: `books.dump`, made by pg_dump from one snapshot, and `manifest.json`, counted in the same one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from wallet.admin.output import plain
from wallet.admin.running import CouldNot, Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

FORMAT = 1
DUMP, MANIFEST = "books.dump", "manifest.json"

_OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'"
_TABLES = f"""
    SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND {_OURS} ORDER BY 1
"""  # noqa: S608 - constants above
_ROLES = f"""
    SELECT DISTINCT r.rolname
    FROM (SELECT nspacl, nspowner FROM pg_namespace n WHERE {_OURS}
          UNION ALL
          SELECT relacl, relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}
          UNION ALL
          SELECT attacl, relowner FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}
          UNION ALL
          SELECT proacl, proowner FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_OURS}
         ) AS things(acl, owner), aclexplode(acl) AS rights
    JOIN pg_roles r ON r.oid = rights.grantee
    WHERE r.oid <> owner AND r.rolname NOT LIKE 'pg\\_%' ORDER BY 1
"""  # noqa: S608 - constants above
_BALANCES = "SELECT kind || ' ' || currency, sum(balance) FROM wallet.accounts GROUP BY 1 ORDER BY 1"


@dataclass(frozen=True, slots=True)
class Unit:
    """What the books are kept in; `digits` is None where they do not say."""

    currency: str
    digits: int | None

    @classmethod
    def of(cls, conn: Connection) -> Unit | None:
        """As this transaction sees it; None before the first party, and in books from before it was noted down."""
        if conn.execute(text("SELECT to_regclass('wallet.units') IS NULL")).scalar_one():
            return None
        row = conn.execute(text("SELECT currency, digits FROM wallet.units")).one_or_none()
        return None if row is None else cls(*row)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds: rows by table, and balances by kind of account and currency, in minor units."""

    rows: dict[str, int]
    balances: dict[str, int]

    @classmethod
    def of(cls, conn: Connection) -> Contents:
        """As this transaction sees it."""
        tables = conn.execute(text(_TABLES)).scalars().all()
        rows = {name: int(conn.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()) for name in tables}  # noqa: S608 - names by format('%I')
        return cls(rows, {what: int(total) for what, total in conn.execute(text(_BALANCES))})


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was acknowledged before `at`, by the database's clock, is in the backup; what came later is not."""

    at: datetime
    schema: str
    postgresql: int
    roles: list[str]
    contents: Contents
    unit: Unit | None = None
    sha256: str = ""

    @classmethod
    def of(cls, conn: Connection, at: datetime) -> Manifest:
        """Of what this transaction sees."""
        return cls(
            at=at,
            schema=conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one(),
            postgresql=server_version(conn),
            roles=list(conn.execute(text(_ROLES)).scalars()),
            contents=Contents.of(conn),
            unit=Unit.of(conn),
        )

    def sealed(self, dump: Path) -> Manifest:
        """With the SHA-256 of the dump it belongs to."""
        return replace(self, sha256=_sha256(dump))

    def write(self, folder: Path) -> None:
        """Beside the dump."""
        (folder / MANIFEST).write_text(json.dumps({"format": FORMAT, **plain(self)}, indent=2) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Of this backup, whose dump is as it was written. CouldNot if it is no backup, Refusal if it was changed."""
        try:
            facts = json.loads((folder / MANIFEST).read_text())
            manifest = cls._from(facts)
            found = _sha256(folder / DUMP)
        except OSError as error:
            raise CouldNot(f"{folder} is not a backup: cannot read {error.filename} ({error.strerror}).") from None
        except (ValueError, KeyError, TypeError):
            raise CouldNot(f"{folder / MANIFEST} is not a manifest that this Sixpence can read.") from None
        if found != manifest.sha256:
            raise Refusal(f"{folder / DUMP} is not what was backed up: its SHA-256 is another than in the manifest.")
        return manifest

    @classmethod
    def _from(cls, facts: dict[str, Any]) -> Manifest:
        if facts.pop("format") != FORMAT:
            raise ValueError("another format")
        contents = Contents(**facts.pop("contents"))
        unit = facts.pop("unit", None)  # earlier ones do not state it
        return cls(
            at=datetime.fromisoformat(facts.pop("at")),
            contents=contents,
            unit=None if unit is None else Unit(**unit),
            **facts,
        )


def server_version(conn: Connection) -> int:
    """Its major version."""
    return int(conn.execute(text("SHOW server_version_num")).scalar_one()) // 10_000


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
