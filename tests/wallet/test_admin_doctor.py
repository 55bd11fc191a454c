"""`sixpence-admin doctor`: everything wrong is found, and nothing secret is shown."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest
from sqlalchemy import NullPool, create_engine, text

from tests.books import PEPPER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.books import Server


from tests.wallet.desk import PASSWORD, TOKEN, Desk, plain


class BotApi(BaseHTTPRequestHandler):
    """As much of Telegram as the doctor asks."""

    answers: ClassVar[dict[str, tuple[int, dict[str, object]]]] = {
        f"/bot{TOKEN}/getMe": (200, {"ok": True, "result": {"username": "sixpence_bot"}})
    }

    def do_GET(self) -> None:
        code, body = self.answers.get(self.path, (401, {"ok": False, "description": "Unauthorized"}))
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def bot_api() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), BotApi) as api:
        thread = threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{api.server_port}"
        api.shutdown()
        thread.join()


def test_the_doctor_finds_nothing_wrong(desk: Desk, bot_api: str) -> None:
    """Everything is checked, and the token belongs to somebody."""
    said = desk("doctor", "--json", SIXPENCE_BOT_TOKEN=TOKEN, SIXPENCE_TELEGRAM_API_URL=bot_api)
    assert said.code == 0
    checks = {check["name"]: check["ok"] for check in said.json}
    assert checks == dict.fromkeys(
        ("settings", "pepper", "database", "version", "schema", "role", "clock", "token"), True
    )
    assert "@sixpence_bot" in said.out


@pytest.mark.parametrize(
    ("environment", "wrong"),
    [
        ({"SIXPENCE_LIMIT_DAY": "1"}, "settings"),
        ({"SIXPENCE_PIN_PEPPER": "too short"}, "pepper"),
        ({"SIXPENCE_DATABASE_URL": f"postgresql://joe:{PASSWORD}@127.0.0.1:1/x"}, "database"),
        ({"SIXPENCE_BOT_TOKEN": "999:another", "SIXPENCE_TELEGRAM_API_URL": "{bot_api}"}, "token"),
        ({"SIXPENCE_BOT_TOKEN": TOKEN, "SIXPENCE_TELEGRAM_API_URL": "http://127.0.0.1:1"}, "token"),
    ],
)
def test_the_doctor_finds_what_is_wrong(desk: Desk, bot_api: str, environment: dict[str, str], wrong: str) -> None:
    """Exactly that check fails, the exit code is 1, and no secret is shown."""
    environment = {name: value.format(bot_api=bot_api) for name, value in environment.items()}
    said = desk("doctor", "--json", **environment)
    assert said.code == 1
    assert [check["name"] for check in said.json if check["ok"] is False] == [wrong]
    shown = said.out + said.err + desk("doctor", **environment).out
    assert not [secret for secret in (PEPPER, PASSWORD, TOKEN, "999:another") if secret in shown]


def test_the_doctor_sees_that_the_database_is_not_migrated(server: Server) -> None:
    """And that the role's rights cannot be judged before."""
    said = Desk(plain(server.url.set(database="postgres")))("doctor", "--json")
    assert said.code == 1
    checks = {check["name"]: check["ok"] for check in said.json}
    assert checks["schema"] is False
    assert "role" not in checks
    assert checks["token"] is None


def test_the_doctor_sees_that_history_could_be_changed(desk: Desk) -> None:
    """A role that was given too much is a finding."""
    with create_engine(desk.url, poolclass=NullPool).begin() as conn:
        conn.execute(text("GRANT DELETE ON wallet.entries TO sixpence_app"))
    said = desk("doctor")
    assert said.code == 1
    assert "sixpence_app may change history" in said.out
