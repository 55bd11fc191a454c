"""A bot's webhook: where updates are pushed, with which secret, and what went wrong last."""

import re
import time
from typing import Final
from urllib.parse import urlsplit

import httpx

from sandbox.telegram.cast import Json
from sandbox.telegram.errors import bad_request

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]*")


def check_url(url: str) -> None:
    """Refuse what Telegram would: anything but HTTPS; plain HTTP to this machine is let through for tests."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise bad_request("bad webhook: invalid webhook URL specified")
    local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.scheme != "https" and not local:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")


def check_secret(secret: str) -> None:
    """Refuse a secret token that is not 0 to 256 characters of A-Z, a-z, 0-9, _ and -."""
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")


class Webhook:
    """Where updates go instead of getUpdates; `url` is empty where there is no webhook."""

    def __init__(self) -> None:
        self.url = ""
        self.max_connections = 40
        self.last_error: Json = {}
        self._secret = ""

    def set(self, url: str, secret: str, max_connections: int) -> bool:
        """Take a new place for updates; return whether anything is different now."""
        before = (self.url, self._secret, self.max_connections)
        self.url, self._secret, self.max_connections = url, secret, max_connections
        self.last_error = {}
        return before != (url, secret, max_connections)

    def delete(self) -> bool:
        """Forget the webhook; return whether there was one."""
        had, self.url, self._secret, self.last_error = bool(self.url), "", "", {}
        return had

    def info(self, pending: int) -> Json:
        """Return the Bot API `WebhookInfo`."""
        info: Json = {"url": self.url, "has_custom_certificate": False, "pending_update_count": pending}
        if self.url:
            info |= {"max_connections": self.max_connections, "ip_address": "127.0.0.1", **self.last_error}
        return info

    async def send(self, client: httpx.AsyncClient, update: Json) -> bool:
        """Push one update; return whether it was taken with a 2xx."""
        headers = {SECRET_HEADER: self._secret} if self._secret else {}
        try:
            response = await client.post(self.url, json=update, headers=headers)
        except httpx.HTTPError:
            return self._failed("Connection failed")
        if not response.is_success:
            return self._failed(f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}")
        return True

    def _failed(self, message: str) -> bool:
        self.last_error = {"last_error_date": int(time.time()), "last_error_message": message}
        return False

    def to_json(self) -> Json:
        """Return everything that `from_json` needs."""
        return {"url": self.url, "secret": self._secret, "max_connections": self.max_connections}

    @classmethod
    def from_json(cls, data: Json) -> "Webhook":
        """Rebuild from what `to_json` gave."""
        webhook = cls()
        webhook.set(data["url"], data["secret"], data["max_connections"])
        return webhook
