"""The real bot but for the pace that Telegram allows: `python -m tests.bench.unpaced_bot`, settings as `sixpence-bot`.

Telegram takes thirty messages a second from a bot, and ours never sends more; a measurement of its speed would find
just that. Here every limiter stands where it stands in production, and lets a million a second through.
"""

from __future__ import annotations

from unittest.mock import patch

from aiolimiter import AsyncLimiter

from bot.__main__ import main


def _wide(_rate: float, _seconds: float) -> AsyncLimiter:
    return AsyncLimiter(1_000_000, 1)


if __name__ == "__main__":
    with patch("bot.outgoing.AsyncLimiter", _wide):
        main()
