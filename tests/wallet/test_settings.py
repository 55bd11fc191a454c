"""Settings: a missing or malformed one is one clear sentence that never shows its value."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from wallet import Currency, SettingsError, WalletSettings, load
from wallet.fees import Tariff

if TYPE_CHECKING:
    from pathlib import Path

PEPPER = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine or of a .env file reaches a test."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("SIXPENCE_"):
            monkeypatch.delenv(name)


def test_the_defaults_are_the_documented_ones() -> None:
    """1,000 a payment, 2,000 a day, 5,000 a month, 20 payments a day, 0.99 %, in euro."""
    settings = load(WalletSettings)
    limits = (settings.limit_per_payment, settings.limit_day, settings.limit_month, settings.limit_payments_a_day)
    assert limits == (100_000, 200_000, 500_000, 20)
    assert settings.currency == Currency("EUR", 2)
    assert settings.tariff == Tariff.parse("0.99%")
    assert settings.business_approval
    assert settings.hold_days == 7
    assert (settings.request_days, settings.limit_requests_a_day) == (7, 20)
    assert (settings.argon2_memory_kib, settings.argon2_time_cost) == (19456, 2)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("LIMIT_DAY", "lots", "SIXPENCE_LIMIT_DAY is not right: it is a whole number, in digits alone."),
        ("LIMIT_PER_PAYMENT", "0", "SIXPENCE_LIMIT_PER_PAYMENT is not right: it is 1 or more."),
        ("LIMIT_PER_PAYMENT", "-5", "SIXPENCE_LIMIT_PER_PAYMENT"),
        ("LIMIT_PER_PAYMENT", "200001", "limits must not shrink"),
        ("LIMIT_MONTH", "9007199254740992", "SIXPENCE_LIMIT_MONTH"),
        ("LIMIT_PAYMENTS_A_DAY", "0", "SIXPENCE_LIMIT_PAYMENTS_A_DAY"),
        ("HOLD_DAYS", "0", "SIXPENCE_HOLD_DAYS"),
        ("HOLD_DAYS", "91", "SIXPENCE_HOLD_DAYS is not right: it is 90 or less."),
        ("REQUEST_DAYS", "0", "SIXPENCE_REQUEST_DAYS"),
        ("REQUEST_DAYS", "91", "SIXPENCE_REQUEST_DAYS"),
        ("LIMIT_REQUESTS_A_DAY", "0", "SIXPENCE_LIMIT_REQUESTS_A_DAY"),
        ("CURRENCY", "euro", "SIXPENCE_CURRENCY"),
        ("CURRENCY", "XYZ", "SIXPENCE_CURRENCY"),
        ("TARIFF", "a lot", "SIXPENCE_TARIFF"),
        ("DATABASE_URL", "mysql://root:s3cret@localhost/db", "SIXPENCE_DATABASE_URL"),
        ("DATABASE_URL", "postgresql://root:s3cret@localhost:port/db", "SIXPENCE_DATABASE_URL"),
        ("MIGRATION_DATABASE_URL", "s3cret", "SIXPENCE_MIGRATION_DATABASE_URL"),
        ("BUSINESS_APPROVAL", "perhaps", "SIXPENCE_BUSINESS_APPROVAL is not right: it is true or false."),
        ("ARGON2_MEMORY_KIB", "1", "SIXPENCE_ARGON2_MEMORY_KIB"),
    ],
)
def test_a_malformed_setting_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    """It names the setting, and shows no secret in it."""
    monkeypatch.setenv(f"SIXPENCE_{name}", value)
    with pytest.raises(SettingsError) as refusal:
        load(WalletSettings)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize("password", ["s3cretp@ss", "p@s3cret:x", "p@s3cret/x", "p@s3cret?x", "p@s3cret@"])
def test_a_password_with_an_at_sign_is_to_be_encoded(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    """What stands behind it would be taken for the host and shown: it is refused before, and nothing of it is shown."""
    monkeypatch.setenv("SIXPENCE_DATABASE_URL", f"postgresql://sixpence_bot:{password}@127.0.0.1:5432/e6")
    with pytest.raises(SettingsError, match="percent-encode the password") as refusal:
        load(WalletSettings)
    assert not [part for part in ("s3cret", "ss@", "x@") if part in str(refusal.value)]


@pytest.mark.parametrize("user", ["sixpence_bot:s3cret%40", "sixpence_bot:s3cret?", "joe@example:s3cret", "joe"])
def test_other_at_signs_are_no_harm(monkeypatch: pytest.MonkeyPatch, user: str) -> None:
    """An encoded one, and one in a login's name, end no password."""
    monkeypatch.setenv("SIXPENCE_DATABASE_URL", f"postgresql://{user}@127.0.0.1:5432/e6")
    assert load(WalletSettings).database_url is not None


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_in_another_encoding_is_one_sentence(tmp_path: Path, encoding: str) -> None:
    """It shows nothing of what is in it, and says what to do."""
    (tmp_path / ".env").write_text("SIXPENCE_PIN_PEPPER=s3cret-née\n", encoding=encoding)
    with pytest.raises(SettingsError, match=r"^\.env is not UTF-8 text: save it as UTF-8\.$"):
        load(WalletSettings)


def test_a_file_that_may_not_be_read_is_one_sentence() -> None:
    """Another user's, in the folder one happens to be in: no traceback, whichever program it is."""

    class Another(WalletSettings):
        def __init__(self) -> None:
            raise PermissionError(13, "Permission denied", ".env")

    with pytest.raises(SettingsError, match=r"^\.env cannot be read: Permission denied\. Is it another user's\?$"):
        load(Another)


@pytest.mark.parametrize("name", WalletSettings.model_fields)
def test_an_emptied_setting_is_as_if_not_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    """As a template leaves it; and in the environment it undoes what .env says."""
    unset = load(WalletSettings)
    (tmp_path / ".env").write_text(f"SIXPENCE_{name.upper()}=\n")
    assert load(WalletSettings) == unset
    (tmp_path / ".env").write_text(f"SIXPENCE_{name.upper()}=something\n")
    monkeypatch.setenv(f"SIXPENCE_{name.upper()}", "")
    assert load(WalletSettings) == unset


def test_a_file_may_begin_with_the_mark_of_utf_8(tmp_path: Path) -> None:
    """As some editors save it; its first setting counts like the others."""
    (tmp_path / ".env").write_text("SIXPENCE_HOLD_DAYS=9\n", encoding="utf-8-sig")
    assert load(WalletSettings).hold_days == 9


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_database_is_a_postgresql(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """In each way people write its address."""
    monkeypatch.setenv("SIXPENCE_DATABASE_URL", f"{scheme}://root:s3cret@localhost/db")
    assert load(WalletSettings).database_url is not None


def test_without_a_pepper_there_is_no_wallet() -> None:
    """Six digits are not protected by any hash alone."""
    with pytest.raises(SettingsError, match="SIXPENCE_PIN_PEPPER is missing"):
        load(WalletSettings).peppers()


def test_a_short_pepper_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """32 bytes or more."""
    monkeypatch.setenv("SIXPENCE_PIN_PEPPER", "p3pper")
    with pytest.raises(SettingsError) as refusal:
        load(WalletSettings).peppers()
    assert "p3pper" not in str(refusal.value)


def test_a_pepper_file_is_for_its_owner_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """0600, or it is refused; a missing one is a sentence."""
    file = tmp_path / "pepper"
    monkeypatch.setenv("SIXPENCE_PIN_PEPPER_FILE", str(file))
    with pytest.raises(SettingsError, match="cannot read"):
        load(WalletSettings).peppers()
    file.write_text(PEPPER + "\n")
    file.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        load(WalletSettings).peppers()
    file.chmod(0o600)
    assert load(WalletSettings).peppers() == [PEPPER.encode()]


def test_one_pepper_and_not_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two ways to say it would leave open which one counts."""
    monkeypatch.setenv("SIXPENCE_PIN_PEPPER", PEPPER)
    monkeypatch.setenv("SIXPENCE_PIN_PEPPER_FILE", "pepper")
    with pytest.raises(SettingsError, match="not both"):
        load(WalletSettings)


def test_the_owners_address_needs_the_bots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the books would be those of an embedded PostgreSQL, and the owner would migrate others."""
    monkeypatch.setenv("SIXPENCE_MIGRATION_DATABASE_URL", "postgresql://root:s3cret@localhost/db")
    with pytest.raises(SettingsError, match="needs SIXPENCE_DATABASE_URL") as refusal:
        load(WalletSettings)
    assert "s3cret" not in str(refusal.value)


def test_an_old_pepper_follows_the_current_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """For rotation."""
    monkeypatch.setenv("SIXPENCE_PIN_PEPPER", PEPPER)
    monkeypatch.setenv("SIXPENCE_PIN_PEPPER_PREVIOUS", PEPPER[::-1])
    assert load(WalletSettings).peppers() == [PEPPER.encode(), PEPPER[::-1].encode()]


def test_an_old_pepper_may_lie_in_a_file_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever keeps the current one in a file has the old one there."""
    file = tmp_path / "previous"
    file.write_text(PEPPER[::-1] + "\n")
    file.chmod(0o644)
    monkeypatch.setenv("SIXPENCE_PIN_PEPPER", PEPPER)
    monkeypatch.setenv("SIXPENCE_PIN_PEPPER_PREVIOUS_FILE", str(file))
    with pytest.raises(SettingsError, match=r"SIXPENCE_PIN_PEPPER_PREVIOUS_FILE: .* chmod 600"):
        load(WalletSettings).peppers()
    file.chmod(0o400)
    assert load(WalletSettings).peppers() == [PEPPER.encode(), PEPPER[::-1].encode()]
    monkeypatch.setenv("SIXPENCE_PIN_PEPPER_PREVIOUS", PEPPER[::-1])
    with pytest.raises(SettingsError, match="not both"):
        load(WalletSettings)


def test_secrets_are_not_in_the_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings may be logged."""
    monkeypatch.setenv("SIXPENCE_PIN_PEPPER", PEPPER)
    monkeypatch.setenv("SIXPENCE_DATABASE_URL", "postgresql://root:s3cret@localhost/db")
    settings = load(WalletSettings)
    for shown in (repr(settings), str(settings), repr(settings.model_dump())):
        assert PEPPER not in shown
        assert "s3cret" not in shown
