"""Settings: each mistake is one clear sentence that names the setting and never its value."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import BotSettings
from wallet import SettingsError, load

TOKEN = "7000000001:sandbox"
SECRET = "a-secret-of-some-length"
WEBHOOK = {"SIXPENCE_WEBHOOK_URL": "https://pay.example/telegram", "SIXPENCE_WEBHOOK_SECRET": SECRET}


@pytest.fixture(autouse=True)
def _only_a_token(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))  # no .env file
    for name in BotSettings.model_fields:
        monkeypatch.delenv(f"SIXPENCE_{name.upper()}", raising=False)
    monkeypatch.setenv("SIXPENCE_BOT_TOKEN", TOKEN)


def test_a_token_is_enough() -> None:
    """Without more, the bot polls Telegram itself."""
    settings = load(BotSettings)
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.webhook_url is None


def test_a_missing_token_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the variable."""
    monkeypatch.delenv("SIXPENCE_BOT_TOKEN")
    with pytest.raises(
        SettingsError, match=r"^SIXPENCE_BOT_TOKEN is missing: .*\.env\.example says where to get it\.$"
    ):
        load(BotSettings)


def test_an_empty_webhook_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a template leaves it when it is not filled in."""
    monkeypatch.setenv("SIXPENCE_WEBHOOK_URL", "")
    monkeypatch.setenv("SIXPENCE_WEBHOOK_SECRET", "")
    assert load(BotSettings).webhook_secret is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIXPENCE_BOT_TOKEN", "not a token"),
        ("SIXPENCE_BOT_TOKEN", ""),
        ("SIXPENCE_TELEGRAM_API_URL", "api.telegram.org"),
        ("SIXPENCE_TELEGRAM_API_URL", "ftp://api.telegram.org"),
        ("SIXPENCE_WEBHOOK_SECRET", "has spaces, and dots."),
        ("SIXPENCE_WEBHOOK_SECRET", "short"),
        ("SIXPENCE_WEBHOOK_URL", "http://pay.example/telegram"),
        ("SIXPENCE_WEBHOOK_URL", "pay.example"),
        ("SIXPENCE_STRANGER_AMOUNT", "-1"),
        ("SIXPENCE_STRANGER_AMOUNT", "100.50"),
        ("SIXPENCE_WEBHOOK_LISTEN", "8080"),
        ("SIXPENCE_WEBHOOK_LISTEN", "localhost:http"),
        ("SIXPENCE_WEBHOOK_LISTEN", "localhost:70000"),
    ],
)
def test_a_malformed_setting_is_one_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """One line that names the setting and does not repeat what it was set to."""
    for variable, right in (WEBHOOK | {name: value}).items():
        monkeypatch.setenv(variable, right)
    with pytest.raises(SettingsError) as caught:
        load(BotSettings)
    sentence = str(caught.value)
    assert sentence.startswith(name)
    assert "\n" not in sentence
    assert not value or value not in sentence.removeprefix(name).replace("127.0.0.1:8080", "")


def test_a_webhook_without_a_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot does not start where anybody could pose as Telegram."""
    monkeypatch.setenv("SIXPENCE_WEBHOOK_URL", WEBHOOK["SIXPENCE_WEBHOOK_URL"])
    with pytest.raises(SettingsError, match="SIXPENCE_WEBHOOK_SECRET"):
        load(BotSettings)


def test_a_local_bot_api_server_may_call_over_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram itself delivers over HTTPS only; a server of one's own need not."""
    for name, value in WEBHOOK.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SIXPENCE_WEBHOOK_URL", "http://127.0.0.1:8080/telegram")
    monkeypatch.setenv("SIXPENCE_TELEGRAM_API_URL", "http://127.0.0.1:8081/")
    settings = load(BotSettings)
    assert settings.webhook_path == "/telegram"
    assert settings.telegram_api_url == "http://127.0.0.1:8081"


def test_an_address_may_be_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its brackets are for the eye only."""
    monkeypatch.setenv("SIXPENCE_WEBHOOK_LISTEN", "[::1]:8443")
    assert load(BotSettings).webhook_address == ("::1", 8443)


def test_every_setting_is_in_the_example() -> None:
    """And nothing else is."""
    lines = (Path(__file__).parents[2] / ".env.example").read_text().splitlines()
    named = {line.lstrip("# ").partition("=")[0] for line in lines if line.lstrip("# ").startswith("SIXPENCE_")}
    assert named == {f"SIXPENCE_{name.upper()}" for name in BotSettings.model_fields}


def test_no_secret_shows_in_a_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither token nor webhook secret nor pepper."""
    for name, value in WEBHOOK.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SIXPENCE_PIN_PEPPER", "p" * 40)
    settings = load(BotSettings)
    assert set(settings.secrets()) == {TOKEN, SECRET, "p" * 40}
    assert not any(secret in repr(settings) for secret in settings.secrets())
