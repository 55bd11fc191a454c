"""The embedded PostgreSQL: shared by processes, stopped by the last one, whoever was killed meanwhile."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from wallet import WalletSettings
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
