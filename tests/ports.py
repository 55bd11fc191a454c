"""Ports for programs that have to be told theirs beforehand."""

from __future__ import annotations

import socket
from typing import Final

_KEPT: Final[list[socket.socket]] = []


def port_of_ones_own() -> int:
    """Return a port that nobody else on this machine is given while this process lives.

    It is bound here, so the system gives it to no other; and not listened on, so whoever asks for this very port may.
    """
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", 0))
    _KEPT.append(kept)
    return int(kept.getsockname()[1])
