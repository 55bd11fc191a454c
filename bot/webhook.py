"""Intake by webhook: one route, guarded by a secret, that answers 200 only when the update is stored.

Anything else Telegram delivers again, for up to a day. Whoever connects has some seconds to say what they want, and so
many may be connected at once: nobody keeps Telegram out by saying nothing.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

import uvicorn
from sqlalchemy.exc import DataError, SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram.error import BadRequest
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.inbox_table import MalformedUpdateError
from bot.intake import patiently
from wallet import SettingsError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from starlette.requests import Request
    from telegram import Bot

    from bot.intake import Receive
    from bot.redaction import Json
    from bot.settings import BotSettings

log = logging.getLogger(__name__)

HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
MOST_BYTES: Final = 1024 * 1024
"""Telegram's updates are a few kilobytes."""
PATIENCE: Final = 10.0  # seconds within which a request is to arrive whole
MOST_OPEN: Final = 100
"""So many connections at once: Telegram has forty at most, unless it is asked for more."""


def application(path: str, secret: str, receive: Receive) -> Starlette:
    """Return the web application with its one route. 403, 413, 400 store nothing; 503 asks to repeat."""

    async def deliver(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), secret.encode()):
            return PlainTextResponse("wrong secret\n", 403)
        try:
            body = await _read(request)
            if body is None:
                return PlainTextResponse("too large\n", 413)
            await receive(_update(body))
        except (ClientDisconnect, ValueError, RecursionError, DataError):
            return PlainTextResponse("not an update\n", 400)
        except (Unavailable, SQLAlchemyError) as error:
            log.warning("an update could not be stored, Telegram will repeat it: %s", type(error).__name__)
            return PlainTextResponse("try again\n", 503)
        return Response(status_code=200)

    return Starlette(routes=[Route(path, deliver, methods=["POST"])])


async def _read(request: Request) -> bytes | None:
    """Return the body, or None as soon as it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _update(body: bytes) -> Json:
    update = json.loads(body, parse_constant=_refuse)
    if not isinstance(update, dict):
        raise MalformedUpdateError("an update is a JSON object")
    return update


def _refuse(constant: str) -> NoReturn:
    raise MalformedUpdateError(f"{constant} is not JSON")


class Webhook:
    """Listens, and tells Telegram where. Made with settings that have a `webhook_url` and a secret."""

    def __init__(self, bot: Bot, kinds: Sequence[str], receive: Receive, settings: BotSettings) -> None:
        if settings.webhook_url is None or settings.webhook_secret is None:
            raise ValueError("a webhook needs its URL and its secret")
        self._bot = bot
        self._kinds = list(kinds)
        self._url = settings.webhook_url
        self._secret = settings.webhook_secret.get_secret_value()
        self._app = application(settings.webhook_path, self._secret, receive)
        self._address = settings.webhook_address

    async def run(self, announce: Callable[[str], object] = log.info) -> None:
        """Serve until cancelled, then finish what is being delivered.

        SettingsError if the address cannot be had or Telegram refuses the URL; InvalidToken for the bot.
        """
        with _listening(self._address) as listener:
            await patiently(self._register)
            announce(f"{self._bot.name} is listening (webhook)")
            await serve(self._app, listener)

    async def _register(self) -> None:
        try:
            await self._bot.set_webhook(self._url, secret_token=self._secret, allowed_updates=self._kinds)
        except BadRequest as error:
            raise SettingsError(f"SIXPENCE_WEBHOOK_URL: Telegram refuses it: {error.message}.") from None


def _listening(address: tuple[str, int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    try:
        listener = socket.create_server(address, family=family)
    except OSError as error:
        raise SettingsError(f"SIXPENCE_WEBHOOK_LISTEN: cannot listen there: {error.strerror}.") from None
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited: small answers leave at once
    return listener


async def serve(app: Starlette, listener: socket.socket) -> None:
    """Serve until cancelled, then finish what is being delivered."""
    config = uvicorn.Config(app, http=_Connection, ws="none", lifespan="off", log_config=None, access_log=False)
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: `sixpence-bot` has its own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Connection(H11Protocol):
    """A connection that is closed unless requests arrive whole in time; where there are too many, the oldest such."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()
        if len(self.connections) > MOST_OPEN:
            waiting = [one for one in self.connections if isinstance(one, _Connection) and one.waits_until]
            min(waiting, key=lambda one: one.waits_until).give_up()

    @property
    def waits_until(self) -> float:
        """When it will be closed, by the loop's time; 0 while a whole request is being answered."""
        return self._deadline.when() if self._deadline else 0.0

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Begin to wait for the next request to be whole, or go on, or stop: one is being answered."""
        if self.cycle is not None and not self.cycle.more_body and not self.cycle.response_complete:
            self._stop_watching()
        elif self._deadline is None and not self.transport.is_closing():
            self._deadline = self.loop.call_later(PATIENCE, self.give_up)

    def _stop_watching(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def give_up(self) -> None:
        """Close it at once."""
        self._stop_watching()
        self.connections.discard(self)
        self.transport.abort()
