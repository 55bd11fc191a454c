"""Exceptions that reach a log, and that nothing that was broken on purpose explains."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from telegram.error import TelegramError

from tests.proof.simulator.programs import current
from wallet import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator


class Unforeseen(logging.Handler):
    """Listens to logs; `seen` is what it found."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Listen to all logs, in the place of printing them."""
        root = logging.getLogger()
        root.addHandler(self)
        try:
            yield
        finally:
            root.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what none of our faults explains. The pool of connections logs every one that we cut."""
        error = record.exc_info[1] if record.exc_info else None
        expected = isinstance(error, TelegramError | SQLAlchemyError | Unavailable)
        if not expected and not record.name.startswith("sqlalchemy") and not current().dead:
            self.seen.append(f"{record.getMessage()}: {error!r}")
