"""Logs: whatever is logged, at whatever level, by whomever, no secret is printed."""

from __future__ import annotations

import io
import logging
import sys
import warnings
from typing import TYPE_CHECKING

import httpx
import pytest

from bot import logs

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = "7000000001:AAcanary-of-thirty-five-characters_xx"


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the bot would print to stderr; logging is put back afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root.handlers = []
    logs.configure([CANARY])
    yield stream
    root.handlers, root.level = before
    logging.captureWarnings(False)


def test_messages_and_arguments_are_redacted(printed: io.StringIO) -> None:
    """Also where a URL holds the token with its colon escaped."""
    log = logging.getLogger("bot.somewhere")
    log.warning("POST https://api.telegram.org/bot%s/getMe", CANARY)
    log.warning("GET %s", {"url": f"/bot{CANARY.replace(':', '%3A')}/getMe"})
    log.warning(CANARY)
    assert printed.getvalue().count(logs.REDACTED) == 3
    assert "canary" not in printed.getvalue()


def test_tracebacks_are_redacted(printed: io.StringIO) -> None:
    """An exception's text, its cause's text and its notes."""
    error = RuntimeError(f"cannot reach /bot{CANARY}/sendMessage")
    error.add_note(f"token {CANARY}")
    error.__cause__ = ValueError(CANARY)
    logging.getLogger("bot").error("it failed", exc_info=error)
    assert printed.getvalue().count(logs.REDACTED) == 3
    assert "canary" not in printed.getvalue()


def test_warnings_are_redacted(printed: io.StringIO) -> None:
    """A library's warning goes the same way as everything else."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"deprecated: {CANARY}", stacklevel=1)
    assert logs.REDACTED in printed.getvalue()
    assert "canary" not in printed.getvalue()


def test_http_requests_are_not_logged(printed: io.StringIO) -> None:
    """Our HTTP client prints every URL at INFO; here it prints none."""
    answer = httpx.MockTransport(lambda _: httpx.Response(200))
    with httpx.Client(transport=answer) as client:
        client.get(f"https://api.telegram.org/bot{CANARY}/getMe")
    assert printed.getvalue() == ""


@pytest.mark.parametrize("name", ["httpx", "httpcore.http11", "telegram.ext.ExtBot", "sqlalchemy.engine"])
def test_those_who_tell_too_much_are_quiet(printed: io.StringIO, name: str) -> None:
    """Below WARNING they say nothing."""
    logging.getLogger(name).info("send 5 to @ben")
    logging.getLogger(name).debug("send 5 to @ben")
    assert printed.getvalue() == ""


@pytest.mark.parametrize("name", ["httpx", "telegram.ext.ExtBot", "sqlalchemy.engine", "telegram.request.BaseRequest"])
def test_they_stay_quiet_at_any_level(printed: io.StringIO, name: str) -> None:
    """Also where somebody looks for a fault with every logger at DEBUG."""
    log = logging.getLogger(name)
    level = log.level
    log.setLevel(logging.DEBUG)
    try:
        log.debug("Here is a random one: 482915")
        log.info("Here is a random one: 482915")
    finally:
        log.setLevel(level)
    assert printed.getvalue() == ""


def test_an_answer_that_is_not_json_is_not_printed(printed: io.StringIO) -> None:
    """It may hold what people wrote, a typed PIN included."""
    logging.getLogger("telegram.request.BaseRequest").error("Can not load invalid JSON data: 482915")
    assert printed.getvalue() == ""


def test_our_own_lines_are_printed(printed: io.StringIO) -> None:
    """From INFO up, with level and name."""
    logging.getLogger("bot.inbox").info("hello")
    assert printed.getvalue().endswith("INFO bot.inbox: hello\n")
