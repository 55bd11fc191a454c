"""`sixpence-admin doctor`: everything wrong is found, and nothing secret is shown."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest
from sqlalchemy import NullPool, create_engine, text

from bot.settings import BotSettings
from tests.books import PEPPER, run
from wallet.admin import client_programs
from wallet.admin.doctor import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.books import Server


from tests.wallet.desk import PASSWORD, TOKEN, Desk, plain

WEBHOOK = {
    "SIXPENCE_WEBHOOK_URL": "https://pay.example.org/telegram",
    "SIXPENCE_WEBHOOK_SECRET": "a-secret-of-some-length",
}


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
        (
            *("settings", "pepper", "database", "version", "schema", "role"),
            *("currency", "PINs", "clock", "backup", "bot", "token"),
        ),
        True,
    )
    assert "@sixpence_bot" in said.out


@pytest.mark.parametrize(
    ("environment", "wrong"),
    [
        ({"SIXPENCE_LIMIT_DAY": "1"}, "settings"),
        ({"SIXPENCE_CURRENCY": "HOUR:2"}, "currency"),
        ({"SIXPENCE_PIN_PEPPER": PEPPER[::-1]}, "PINs"),
        ({"SIXPENCE_BOT_TOKEN": "abc"}, "bot"),
        ({"SIXPENCE_BOT_TOKEN": TOKEN, "SIXPENCE_WEBHOOK_URL": "https://pay.example.org/telegram"}, "bot"),
        ({"SIXPENCE_BOT_TOKEN": TOKEN, "SIXPENCE_STRANGER_AMOUNT": "a lot"}, "bot"),
        ({"SIXPENCE_DATABASE_URL": f"postgresql://joe:{PASSWORD}@127.0.0.1:1/x"}, "database"),
        ({"SIXPENCE_DATABASE_URL": f"postgresql://joe:{PASSWORD}@127.0.0.1:1/x?bogus=1"}, "database"),
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


def test_a_pepper_that_is_too_short_is_said_with_the_pins_that_it_leaves_out(desk: Desk) -> None:
    """Without one nobody's PIN works, and they are counted as restoring counts them."""
    said = desk("doctor", "--json", SIXPENCE_PIN_PEPPER="too short")
    assert said.code == 1
    assert [check["name"] for check in said.json if check["ok"] is False] == ["pepper", "PINs"]
    assert "3 PINs" in said.out


def test_what_the_bot_refuses_is_said_in_its_words(desk: Desk) -> None:
    """A token's form, not that Telegram does not answer to it; a setting of the bot's by its name."""
    assert "digits, a colon and letters" in desk("doctor", "--json", SIXPENCE_BOT_TOKEN="abc").out
    webhook = {"SIXPENCE_BOT_TOKEN": TOKEN, "SIXPENCE_WEBHOOK_URL": "https://pay.example.org/telegram"}
    assert "SIXPENCE_WEBHOOK_URL needs SIXPENCE_WEBHOOK_SECRET" in desk("doctor", "--json", **webhook).out


def test_the_doctor_knows_every_setting_of_the_bot() -> None:
    """So that none of them is taken for a misspelt one."""
    assert Environment.model_fields.keys() == BotSettings.model_fields.keys()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SIXPENCE_LIMIT_DYA", "SIXPENCE_LIMIT_DAY"),
        ("SIXPENCE_TARRIF", "SIXPENCE_TARIFF"),
        ("SIXPENCE_WEBHOK_URL", "SIXPENCE_WEBHOOK_URL"),
        ("SIXPENCE_XYZZY", ""),
    ],
)
@pytest.mark.parametrize("in_file", [True, False], ids=[".env", "environment"])
def test_a_misspelt_setting_is_named_with_the_one_that_was_meant(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, meant: str, *, in_file: bool
) -> None:
    """It has no effect, which is worth a look and no fault; its value is not shown."""
    monkeypatch.chdir(tmp_path)
    if in_file:
        (tmp_path / ".env").write_text(f"{name}=s3cret\nPOSTGRES_BOT_PASSWORD=x\n")
    said = desk("doctor", "--json", **({} if in_file else {name: "s3cret"}))
    assert said.code == 0
    (row,) = (check for check in said.json if check["name"] == "settings" and check["ok"] is None)
    assert row["says"].startswith(f"{name} is no setting")
    assert row["do"] == (f"did you mean {meant}?" if meant else "")
    assert "s3cret" not in said.out


@pytest.mark.parametrize(("login", "says"), [("postgres", None), ("only_the_bot", "may not read everything")])
def test_the_doctor_looks_at_the_owners_address_too(desk: Desk, server: Server, login: str, says: str | None) -> None:
    """Where it is set: it leads to the same database, and backups can be made by it."""
    run(server.url, "CREATE ROLE only_the_bot LOGIN IN ROLE sixpence_app")
    try:
        owner = desk.url.replace("//postgres", f"//{login}")
        said = desk("doctor", "--json", SIXPENCE_MIGRATION_DATABASE_URL=owner)
    finally:
        run(server.url, "DROP ROLE only_the_bot")
    (row,) = (check for check in said.json if check["name"] == "owner")
    assert (row["ok"], said.code) == ((False, 1) if says else (True, 0))
    assert not says or says in row["says"]


@pytest.mark.parametrize("migrated", [True, False])
def test_the_doctor_sees_that_the_two_addresses_disagree(desk: Desk, server: Server, *, migrated: bool) -> None:
    """Else the bot asks for a migration, and migrating says that all is done, for ever."""
    elsewhere = plain(server.url.set(database="postgres"))
    here, there = (desk.url, elsewhere) if migrated else (elsewhere, desk.url)
    said = Desk(here)("doctor", "--json", SIXPENCE_MIGRATION_DATABASE_URL=there)
    (row,) = (check for check in said.json if check["name"] == "owner")
    assert (row["ok"], said.code) == (False, 1)
    assert "name different databases" in row["says"]


def test_the_doctor_counts_the_pins_that_need_the_previous_pepper(desk: Desk) -> None:
    """When that pepper may be thrown away is then known."""
    new = "another pepper, as long as it has to be"
    rotated = {"SIXPENCE_PIN_PEPPER": new, "SIXPENCE_PIN_PEPPER_PREVIOUS": PEPPER}
    (row,) = (check for check in desk("doctor", "--json", **rotated).json if check["name"] == "PINs")
    assert (row["ok"], row["says"]) == (True, "3 PINs still need SIXPENCE_PIN_PEPPER_PREVIOUS: keep it")


@pytest.mark.parametrize(
    ("info", "ok", "says"),
    [
        ({"url": WEBHOOK["SIXPENCE_WEBHOOK_URL"]}, True, "met no error"),
        ({"url": ""}, None, "does not deliver"),
        (
            {"url": WEBHOOK["SIXPENCE_WEBHOOK_URL"], "last_error_date": 1, "last_error_message": "502 Bad Gateway"},
            None,
            "1970-01-01 00:00:01 UTC Telegram met: 502 Bad Gateway",
        ),
    ],
)
def test_the_doctor_says_what_telegram_met_at_the_webhook(
    desk: Desk, bot_api: str, monkeypatch: pytest.MonkeyPatch, info: dict[str, object], ok: bool | None, says: str
) -> None:
    """Where one is set; an unreachable one is silent otherwise."""
    monkeypatch.setitem(BotApi.answers, f"/bot{TOKEN}/getWebhookInfo", (200, {"ok": True, "result": info}))
    said = desk("doctor", "--json", SIXPENCE_BOT_TOKEN=TOKEN, SIXPENCE_TELEGRAM_API_URL=bot_api, **WEBHOOK)
    (row,) = (check for check in said.json if check["name"] == "webhook")
    assert (row["ok"], said.code) == (ok, 0)
    assert says in row["says"]


def test_the_doctor_says_what_a_backup_lacks(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot does without, so it is to be looked at and no fault."""
    monkeypatch.setattr(client_programs, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    said = desk("doctor", "--json")
    (row,) = (check for check in said.json if check["name"] == "backup")
    assert (row["ok"], said.code) == (None, 0)
    assert "pg_dump is not on PATH" in row["says"]


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
