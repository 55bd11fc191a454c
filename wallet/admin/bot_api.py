"""What the doctor asks Telegram: whose token it is, and what became of the deliveries to a webhook."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from wallet.admin.checks import Check
from wallet.admin.output import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECONDS = 5.0


def examine(api: str, token: str, webhook: str | None) -> Iterator[Check]:
    """Neither the token nor a URL that holds it is ever shown."""
    import httpx  # noqa: PLC0415 - only here, and slow to import

    host = urlsplit(api).netloc

    def ask(method: str) -> dict[str, Any] | None:
        """None if it is refused."""
        answer = httpx.get(f"{api.rstrip('/')}/bot{token}/{method}", timeout=_SECONDS)
        said = answer.json()
        return said["result"] if answer.is_success and said.get("ok") else None

    try:
        if (me := ask("getMe")) is None:
            yield Check("token", False, f"{host} refuses it", "copy SIXPENCE_BOT_TOKEN anew from @BotFather")
            return
        yield Check("token", True, f"it is @{me['username']}'s")
        if webhook is not None:
            yield _webhook(ask("getWebhookInfo") or {}, webhook)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        yield Check("token", False, f"no answer from {host}", "check SIXPENCE_TELEGRAM_API_URL and the network")


def _webhook(info: dict[str, Any], url: str) -> Check:
    """An error of the past stays with Telegram for a while: it is to be looked at, and no fault."""
    if info.get("url") != url:
        return Check("webhook", None, "Telegram does not deliver to SIXPENCE_WEBHOOK_URL yet", "start the bot")
    if not (error := info.get("last_error_message")):
        return Check("webhook", True, "Telegram met no error there")
    when = datetime.fromtimestamp(info.get("last_error_date", 0), UTC)
    says = f"at {when:%Y-%m-%d %H:%M:%S} UTC Telegram met: {safe(str(error))}"
    return Check("webhook", None, says, "if that is after the bot's start, see Webhook in docs/operating.md")
