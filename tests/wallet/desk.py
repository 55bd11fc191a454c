"""An operator's desk for tests: the command line in this process, on books of its own."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from tests.books import PEPPER
from wallet.admin import app

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


PASSWORD = "a-database-password"
TOKEN = "123456:a-bot-token"


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """The last line of stderr: what was to be done is said before it."""
        return self.err.rstrip("\n").rpartition("\n")[2]


@dataclass(frozen=True)
class Desk:
    """An operator's desk: the command line, on books with Ana, Ben, Luna and her café."""

    url: str

    def __call__(self, *words: str, typed: str | None = None, **environment: str) -> Said:
        variables: dict[str, str | None] = dict.fromkeys(name for name in os.environ if name.startswith("SIXPENCE_"))
        variables |= {
            "COLUMNS": "100",
            "SIXPENCE_DATABASE_URL": self.url,
            "SIXPENCE_PIN_PEPPER": PEPPER,
            "SIXPENCE_ARGON2_MEMORY_KIB": "8",
            "SIXPENCE_ARGON2_TIME_COST": "1",
            "SIXPENCE_BOT_TOKEN": "",
        }
        result = CliRunner().invoke(app, list(words), input=typed, env=variables | environment)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    def balance(self, name: str) -> str:
        """In minor units, by the books' own account of it."""
        found = next(party for party in self("parties", "--json").json if party["party"]["name"] == name)
        return str(found["balance"]["minor"])


def plain(url: URL) -> str:
    return url.render_as_string(hide_password=False)
