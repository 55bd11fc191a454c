"""What PostgreSQL would do for a statement: whether it would read a table that grows from end to end.

Connections of the wallet read no whole table where an index will do (docs/adr/0011), and here they join no whole tables
either. So what PostgreSQL plans to do nevertheless (it says "Disabled") has no index that serves it, whether tables are
small or large by now.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import NullPool, create_engine

from wallet.database import connection_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from wallet import WalletSettings

SMALL = {"units", "alembic_version"}
"""Tables that do not grow."""
WALKED = {
    "pk_inbox": "from its front, over what is deleted, to the first that is not old",
    "ix_holds_open_payee": "as good as ix_holds_payer, which serves, while there are few rows, as in tests",
    "ix_notices_in_order": "as good without its own columns while there are few rows, as in tests",
}
"""Indexes that may be read from end to end, and why."""


@dataclass
class Noted:
    """By its name, what each thing that was done asked the database: statements, with their parameters."""

    by_name: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    _now: str = ""

    @classmethod
    def of_driver(cls, monkeypatch: pytest.MonkeyPatch) -> Noted:
        """From now on, of all that the driver sends."""
        noted = cls()
        for kind in (psycopg.AsyncCursor, psycopg.AsyncServerCursor):
            monkeypatch.setattr(kind, "execute", noted._noting(kind.execute))
        return noted

    def _noting(self, execute: Any) -> Any:
        async def noting(cursor: Any, query: Any, params: Any = None, **options: Any) -> Any:
            self.by_name.setdefault(self._now, []).append((query, params))
            return await execute(cursor, query, params, **options)

        return noting

    def watch(self, thing: Any) -> Any:
        """The thing, whose verbs are noted under their names."""
        return _Watched(thing, self)

    @contextmanager
    def under(self, name: str) -> Iterator[None]:
        """Note what is asked meanwhile under this name."""
        self.by_name.setdefault(name, [])
        self._now, before = name, self._now
        try:
            yield
        finally:
            self._now = before

    def reading_whole_tables(self, settings: WalletSettings) -> list[str]:
        """What was asked that no index serves, a line each."""
        self._now = ""
        engine = create_engine(connection_url(settings), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            conn: Any = connection.connection.driver_connection
            conn.execute(_BY_INDEX_ALONE)
            return sorted(
                {
                    f"{name} reads all of {table}: {' '.join(query.split())}"
                    for name, statements in self.by_name.items()
                    for query, params in statements
                    if isinstance(query, str) and query.lstrip().startswith(_PLANNED)
                    for table in _read_whole(_plan(conn, query, params))
                }
            )


@dataclass(frozen=True)
class _Watched:
    _thing: Any
    _noted: Noted

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._thing, name)
        if not iscoroutinefunction(verb):
            return verb

        async def watched(*args: Any, **kwargs: Any) -> Any:
            with self._noted.under(name):
                return await verb(*args, **kwargs)

        return watched


def verbs(*kinds: type) -> set[str]:
    """The names of all that may be awaited of these classes."""
    return {name for kind in kinds for name in dir(kind) if iscoroutinefunction(getattr(kind, name)) and name[0] != "_"}


_PLANNED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
_BY_INDEX_ALONE = "SELECT set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false)"
_READING_ALL = ("Sort", "Aggregate", "Hash", "Materialize")
"""They read all that they stand on before they give a row."""


def _plan(conn: Any, query: str, params: Any) -> dict[str, Any]:
    plan: dict[str, Any] = conn.execute(f"EXPLAIN (FORMAT JSON) {query}", params).fetchone()[0][0]["Plan"]
    return plan


def _read_whole(plan: dict[str, Any], *, few: bool = False) -> Iterator[str]:
    """Tables read in a way that was out of the question; unless any rows will do, and a `few` of them.

    So is a condition that is tried on row after row of an index that was read from end to end instead.
    """
    kind, table, condition = plan["Node Type"], plan.get("Relation Name"), plan.get("Filter", "")
    few = kind == "Limit" or (few and kind not in _READING_ALL)
    within = plan["Plans"][0] if kind == "Bitmap Heap Scan" else plan
    is_whole = "Index Name" in within and "Index Cond" not in within
    is_tried_on_all = is_whole and ("SubPlan" in condition or (condition and within["Index Name"] not in WALKED))
    if (plan["Disabled"] or is_tried_on_all) and table not in SMALL and not (few and not condition):
        yield table or f"what it joins ({kind})"
    for part in plan.get("Plans", ()):
        yield from _read_whole(part, few=few)
