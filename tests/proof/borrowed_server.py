"""A plugin of pytest's for runs by the hundred (`mutants`, `mutation`): they share one PostgreSQL, and start none."""

from __future__ import annotations

import itertools
import os
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from tests import books

if TYPE_CHECKING:
    from tests.books import Server

_SHARED = "TESTS_POSTGRESQL"
PLUGIN = ("-p", __name__)


def environment(server: Server) -> dict[str, str]:
    """The environment in which runs with this plugin share this server."""
    return {**os.environ, _SHARED: server.url.render_as_string(hide_password=False)}


def pytest_configure() -> None:
    """Borrow the server, with names for databases that no other run has."""
    if shared := os.environ.get(_SHARED):
        borrowed = books.Server(make_url(shared), Path(), itertools.count(os.getpid() * 10_000))
        books.server = lambda: nullcontext(borrowed)  # type: ignore[assignment, misc]
