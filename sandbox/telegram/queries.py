"""Callback queries: a press waits for one answer, for a while.

Telegram takes one answer a query and forgets a query after a quarter of an hour.
"""

import secrets
import time
from dataclasses import dataclass
from typing import Final

from sandbox.telegram.cast import Json

LIFETIME: Final = 15 * 60
KEPT: Final = 1_000


@dataclass(frozen=True)
class Query:
    """Who pressed, and when (Unix seconds)."""

    person_id: int
    pressed_at: float


class Queries:
    """The presses that nobody answered yet; the oldest beyond `KEPT` are forgotten."""

    def __init__(self) -> None:
        self._waiting: dict[str, Query] = {}

    def open(self, person_id: int) -> str:
        """Return the id of a new query by a person."""
        query_id = str(secrets.randbits(63))
        self._waiting[query_id] = Query(person_id, time.time())
        while len(self._waiting) > KEPT:
            del self._waiting[next(iter(self._waiting))]
        return query_id

    def answer(self, query_id: str) -> Query | None:
        """Return the query and forget it; None if it is unknown, answered or too old."""
        query = self._waiting.pop(query_id, None)
        if query is None or time.time() - query.pressed_at > LIFETIME:
            return None
        return query

    def to_json(self) -> Json:
        """Return everything that `from_json` needs."""
        return {query_id: [query.person_id, query.pressed_at] for query_id, query in self._waiting.items()}

    @classmethod
    def from_json(cls, data: Json) -> "Queries":
        """Rebuild from what `to_json` gave."""
        queries = cls()
        queries._waiting = {query_id: Query(*fields) for query_id, fields in data.items()}
        return queries
