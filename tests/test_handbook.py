"""What the documents tell an operator to type does what they say."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[1]
TOLD = [path for folder in ("docs", "bot", "wallet", "sandbox") for path in (ROOT / folder).rglob("*.[mp][dy]")]
RECONCILING = (ROOT / "docs" / "reconciling.md").read_text()
(CRON,) = (line.strip() for line in RECONCILING.splitlines() if line.startswith("    17 3 * * *"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An operator's folder, with `.env` in it."""
    (tmp_path / ".env").touch()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    return tmp_path


def from_cron(folder: Path, admin: str) -> Mapping[str, str]:
    """Run the documents' line as cron does, from elsewhere and with few paths; what was mailed, if anything."""
    mail = folder / "bin" / "mail"
    mail.parent.mkdir()
    for program, body in ((mail, f'echo "$2" > {folder}/subject; cat > {folder}/body'), (_admin(folder), admin)):
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
    line = CRON.partition("* * *")[2].strip().replace("/srv/sixpence", str(folder))
    subprocess.run(["/bin/sh", "-c", line], cwd="/", env={"PATH": f"{mail.parent}:/usr/bin:/bin"}, check=False)
    return {name: (folder / name).read_text() for name in ("subject", "body") if (folder / name).exists()}


def _admin(folder: Path) -> Path:
    return folder / ".venv" / "bin" / "sixpence-admin"


def test_clean_books_mail_nothing(folder: Path) -> None:
    """The settings beside the line's folder are found, and the outcome is kept."""
    assert from_cron(folder, "test -f .env && echo '{}'") == {}
    assert (folder / "reconcile.json").read_text() == "{}\n"


@pytest.mark.parametrize(("code", "says"), [(1, "echo drift"), (2, "echo 'a reason' >&2")])
def test_everything_else_mails_what_was_said(folder: Path, code: int, says: str) -> None:
    """The exit code is in the subject; the reason is in the mail, though it is an error's."""
    mailed = from_cron(folder, f"test -f .env && {says}; exit {code}")
    assert mailed["subject"] == f"Sixpence: exit {code}\n"
    assert mailed["body"].strip() in {"drift", "a reason"}


def test_nobody_is_sent_to_a_package_index_for_it() -> None:
    """It is on none, and whoever took its name there would be installed beside the pepper."""
    texts = {path: path.read_text() for path in (ROOT / "README.md", *TOLD)}
    assert len(texts) > 100
    assert not [path for path, said in texts.items() if re.search(r"pip install ['\"]?sixpence", said)]
