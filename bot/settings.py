"""The bot's settings beside the wallet's, from the same environment. A bad one is one clear sentence."""

from __future__ import annotations

import re
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from wallet import WalletSettings

_TOKEN: Final = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{16,256}")
_TELEGRAM: Final = "https://api.telegram.org"


class BotSettings(WalletSettings):
    """How we reach Telegram, and how it reaches us: long polling, or a webhook if `webhook_url` is set.

    `stranger_amount`: minor units; above it, a first payment to somebody unknown to the payer carries a warning.
    """

    bot_token: SecretStr
    telegram_api_url: str = _TELEGRAM
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    webhook_listen: str = "127.0.0.1:8080"
    stranger_amount: Annotated[int, Field(ge=0)] = 100_00

    @field_validator("bot_token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr) -> SecretStr:
        if not _TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("it is digits, a colon and letters, exactly as @BotFather gives it")
        return token

    @field_validator("telegram_api_url")
    @classmethod
    def _is_a_base(cls, url: str) -> str:
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
            raise ValueError("it starts with https:// or http:// and names a host")
        return url.rstrip("/")

    @field_validator("webhook_secret")
    @classmethod
    def _fits_the_header(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and not _SECRET.fullmatch(secret.get_secret_value()):
            raise ValueError("it is 16 to 256 of A-Z a-z 0-9 _ - (for example: openssl rand -hex 32)")
        return secret

    @field_validator("webhook_listen")
    @classmethod
    def _is_an_address(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
            raise ValueError("it is a host and a port, for example 127.0.0.1:8080")
        return listen

    @model_validator(mode="after")
    def _webhook_is_guarded(self) -> Self:
        if self.webhook_url is None:
            return self
        if self.webhook_secret is None:
            raise ValueError("SIXPENCE_WEBHOOK_URL needs SIXPENCE_WEBHOOK_SECRET: it proves that Telegram is calling")
        schemes = {"https"} if self.telegram_api_url == _TELEGRAM else {"https", "http"}
        if urlsplit(self.webhook_url).scheme not in schemes or not urlsplit(self.webhook_url).netloc:
            raise ValueError("SIXPENCE_WEBHOOK_URL must start with https:// (Telegram delivers nowhere else)")
        return self

    @property
    def webhook_path(self) -> str:
        """The path at which Telegram's deliveries arrive."""
        return urlsplit(self.webhook_url or "").path or "/"

    @property
    def webhook_address(self) -> tuple[str, int]:
        """The host and port to listen on."""
        host, _, port = self.webhook_listen.rpartition(":")
        return host.strip("[]"), int(port)

    def secrets(self) -> list[str]:
        """All that must never be printed."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
