"""The wallet's settings, from the environment (prefix `SIXPENCE_`) or `.env`. A bad one is one clear sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from wallet.fees import Tariff
from wallet.money import MAX_MINOR, Currency

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

ENV_FILE, ENV_ENCODING = ".env", "utf-8-sig"
"""In the current folder; as UTF-8, with the mark before it that some editors write or without."""
MIN_PEPPER_BYTES = 32
_Amount = Annotated[int, Field(ge=1, le=MAX_MINOR)]


class SettingsError(Exception):
    """A setting is missing or malformed; the text says which, what is wrong and what to write. Never its value."""


class WalletSettings(BaseSettings):
    """Amounts are minor units of `currency` (cents for EUR). Secrets never show in a repr."""

    model_config = SettingsConfigDict(
        env_prefix="SIXPENCE_",
        env_file=ENV_FILE,
        env_file_encoding=ENV_ENCODING,
        extra="ignore",
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
    )

    database_url: SecretStr | None = None
    migration_database_url: SecretStr | None = None
    data_dir: Path = Path(".sixpence")
    pin_pepper: SecretStr | None = None
    pin_pepper_file: Path | None = None
    pin_pepper_previous: SecretStr | None = None
    pin_pepper_previous_file: Path | None = None
    currency: Annotated[Currency, NoDecode] = Currency("EUR", 2)
    limit_per_payment: _Amount = 1_000_00
    limit_day: _Amount = 2_000_00
    limit_month: _Amount = 5_000_00
    limit_payments_a_day: Annotated[int, Field(ge=1)] = 20
    hold_days: Annotated[int, Field(ge=1, le=90)] = 7
    request_days: Annotated[int, Field(ge=1, le=90)] = 7
    limit_requests_a_day: Annotated[int, Field(ge=1)] = 20
    tariff: Annotated[Tariff, NoDecode] = Tariff.parse("0.99%")
    business_approval: bool = True
    argon2_memory_kib: Annotated[int, Field(ge=8)] = 19 * 1024
    argon2_time_cost: Annotated[int, Field(ge=1)] = 2

    @field_validator("currency", mode="before")
    @classmethod
    def _read_currency(cls, value: object) -> object:
        return Currency.parse(value) if isinstance(value, str) else value

    @field_validator("tariff", mode="before")
    @classmethod
    def _read_tariff(cls, value: object) -> object:
        return Tariff.parse(value) if isinstance(value, str) else value

    @model_validator(mode="before")
    @classmethod
    def _empty_is_unset(cls, values: dict[str, object]) -> dict[str, object]:
        """As a template leaves it. An empty one in the environment still wins over `.env`."""
        return {name: value for name, value in values.items() if value != ""}

    @field_validator("database_url", "migration_database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and _ends_its_password_early(value.get_secret_value()):
            raise ValueError("an @ in its password ends it: percent-encode the password (%40 for @)")
        if value is not None and not _names_a_postgresql(value.get_secret_value()):
            raise ValueError("it must read postgresql://user@host:5432/database (the wallet runs on PostgreSQL only)")
        return value

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.pin_pepper and self.pin_pepper_file:
            raise ValueError("set SIXPENCE_PIN_PEPPER or SIXPENCE_PIN_PEPPER_FILE, not both")
        if self.pin_pepper_previous and self.pin_pepper_previous_file:
            raise ValueError("set SIXPENCE_PIN_PEPPER_PREVIOUS or SIXPENCE_PIN_PEPPER_PREVIOUS_FILE, not both")
        if self.migration_database_url and not self.database_url:
            raise ValueError(
                "SIXPENCE_MIGRATION_DATABASE_URL needs SIXPENCE_DATABASE_URL: the same database, with the bot's login"
            )
        if not self.limit_per_payment <= self.limit_day <= self.limit_month:
            raise ValueError(
                "limits must not shrink with time: "
                "SIXPENCE_LIMIT_PER_PAYMENT <= SIXPENCE_LIMIT_DAY <= SIXPENCE_LIMIT_MONTH"
            )
        return self

    @property
    def has_pepper(self) -> bool:
        """Whether one is set. The books can be kept, and read, without."""
        return bool(self.pin_pepper or self.pin_pepper_file)

    def peppers(self) -> list[bytes]:
        """The PIN pepper, 32 bytes or more, then the one being rotated out, if any.

        From the environment or a file that only its owner may read. SettingsError when there is none: without a pepper
        six digits would lie in the database all but unprotected.
        """
        peppers = [self._pepper()]
        if self.pin_pepper_previous_file:
            peppers.append(_read_pepper_file(self.pin_pepper_previous_file, "SIXPENCE_PIN_PEPPER_PREVIOUS_FILE"))
        elif self.pin_pepper_previous:
            previous = self.pin_pepper_previous.get_secret_value().encode()
            peppers.append(_long_enough(previous, "SIXPENCE_PIN_PEPPER_PREVIOUS"))
        return peppers

    def _pepper(self) -> bytes:
        if self.pin_pepper_file:
            return _read_pepper_file(self.pin_pepper_file, "SIXPENCE_PIN_PEPPER_FILE")
        if not self.pin_pepper:
            raise SettingsError(
                "SIXPENCE_PIN_PEPPER is missing: set it, or SIXPENCE_PIN_PEPPER_FILE, to 32 or more random bytes "
                "(for example: openssl rand -base64 48)."
            )
        return _long_enough(self.pin_pepper.get_secret_value().encode(), "SIXPENCE_PIN_PEPPER")


S = TypeVar("S", bound=WalletSettings)


def load(kind: type[S]) -> S:
    """Read settings of this kind from the environment. SettingsError in one sentence a setting, and no traceback."""
    try:
        return kind()
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(detail) for detail in error.errors())) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{ENV_FILE} is not UTF-8 text: save it as UTF-8.") from None
    except OSError as error:
        raise SettingsError(f"{ENV_FILE} cannot be read: {error.strerror}. Is it another user's?") from None


_RULES = {
    "int_parsing": "it is a whole number, in digits alone",
    "int_parsing_size": "it is a whole number, and not as large as that",
    "bool_parsing": "it is true or false",
    "greater_than_equal": "it is {ge} or more",
    "less_than_equal": "it is {le} or less",
}
"""What pydantic finds by itself, in our words."""


def _sentence(detail: ErrorDetails) -> str:
    rule = _RULES.get(detail["type"])
    message = rule.format_map(detail.get("ctx", {})) if rule else detail["msg"].removeprefix("Value error, ")
    if not detail["loc"]:
        return f"{message}."
    name = "SIXPENCE_" + "_".join(str(part) for part in detail["loc"]).upper()
    if detail["type"] == "missing":
        return f"{name} is missing: set it, in {ENV_FILE} for example; .env.example says where to get it."
    return f"{name} is not right: {message}."


def _names_a_postgresql(url: str) -> bool:
    try:
        return make_url(url).drivername in {"postgresql", "postgresql+psycopg", "postgres"}
    except (ArgumentError, ValueError):
        return False


def _ends_its_password_early(url: str) -> bool:
    """Whether what follows the first @ of a password would be taken for the host, and shown when it is not reached."""
    try:
        read = make_url(url)
    except (ArgumentError, ValueError):
        return url.count("@") > 1
    before, _, query = url.partition("?")
    return "@" in f"{read.host}{read.database}" or ("@" in before and "@" in query)


def _read_pepper_file(path: Path, name: str) -> bytes:
    try:
        mode = path.stat().st_mode
        content = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(f"{name}: cannot read {path}: {error.strerror}.") from None
    if mode & 0o077:
        raise SettingsError(f"{name}: others may read {path}: run chmod 600 on it.")
    return _long_enough(content, name)


def _long_enough(pepper: bytes, name: str) -> bytes:
    if len(pepper) < MIN_PEPPER_BYTES:
        raise SettingsError(f"{name} is too short: it needs {MIN_PEPPER_BYTES} bytes or more.")
    return pepper
