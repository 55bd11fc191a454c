"""Callback queries: a press waits for one answer, for a while.

Telegram takes one answer a query and forgets a query after a quarter of an hour. For a few seconds, answered or
not, a press in a group lets the bot send an ephemeral message to whoever pressed.
"""

import secrets
import time
from dataclasses import astuple, dataclass
from typing import Final

from sandbox.telegram.cast import Json

LIFETIME: Final = 15 * 60
EPHEMERAL_SECONDS: Final = 15
KEPT: Final = 1_000


@dataclass
class Query:
    """Who pressed, when (Unix seconds), in which chat and under which message as screens number it."""

    person_id: int
    pressed_at: float
    chat_id: int = 0
    shown_id: int = 0
    answered: bool = False


class Queries:
    """The newest presses; the oldest beyond `KEPT` are forgotten."""

    def __init__(self) -> None:
        self._pressed: dict[str, Query] = {}

    def open(self, person_id: int, chat_id: int, shown_id: int) -> str:
        """Return the id of a new query by a person."""
        query_id = str(secrets.randbits(63))
        self._pressed[query_id] = Query(person_id, time.time(), chat_id, shown_id)
        while len(self._pressed) > KEPT:
            del self._pressed[next(iter(self._pressed))]
        return query_id

    def answer(self, query_id: str) -> Query | None:
        """Return the query, answered from now on; None if it is unknown, answered or too old."""
        query = self._pressed.get(query_id)
        if query is None or query.answered or time.time() - query.pressed_at > LIFETIME:
            return None
        query.answered = True
        return query

    def fresh(self, query_id: str) -> Query | None:
        """Return a query, answered or not, for which an ephemeral message may still be sent."""
        query = self._pressed.get(query_id)
        recent = query is not None and time.time() - query.pressed_at <= EPHEMERAL_SECONDS
        return query if recent else None

    def to_json(self) -> Json:
        """Return everything that `from_json` needs."""
        return {query_id: list(astuple(query)) for query_id, query in self._pressed.items()}

    @classmethod
    def from_json(cls, data: Json) -> "Queries":
        """Rebuild from what `to_json` gave."""
        queries = cls()
        queries._pressed = {query_id: Query(*fields) for query_id, fields in data.items()}
        return queries
