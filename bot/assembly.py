"""The bot put together: every part made once, started in the order it is needed, stopped in the reverse."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from telegram.ext import ExtBot

from bot import application
from bot.connection import Connection
from bot.context import Context
from bot.courier import Courier
from bot.ephemeral import Ephemeral
from bot.inbox import Inbox, Secrets
from bot.intake import LongPolling, patiently
from bot.journeys import expiry, notices
from bot.keypad import Keypads
from bot.outgoing import Outgoing
from bot.reading import read
from bot.typings import Typings
from wallet import Database, connection_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from telegram.ext import BaseRateLimiter

    from bot.redaction import Json
    from bot.settings import BotSettings
    from bot.webhook import Webhook
    from wallet import Wallet


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Assembly:
    """The bot, with everything started but its intake, which is to be run."""

    context: Context
    inbox: Inbox
    intake: LongPolling | Webhook


@asynccontextmanager
async def assembled(
    settings: BotSettings,
    wallet: Wallet,
    *,
    clock: Callable[[], datetime] = _now,
    pace: BaseRateLimiter[Any] | None = None,
) -> AsyncIterator[Assembly]:
    """Put the bot together on an open wallet. Raises SQLAlchemy's errors without a schema `bot`, and InvalidToken."""
    settings.peppers()  # said now, rather than when the first PIN is chosen
    async with AsyncExitStack() as parts:
        store = Database(connection_url(settings))
        parts.push_async_callback(store.close)
        bot = _telegram(settings, pace or Outgoing())
        parts.push_async_callback(bot.shutdown)
        await patiently(bot.initialize)

        context = Context(
            wallet=wallet,
            bot=bot,
            store=store,
            settings=settings,
            clock=clock,
            keypads=Keypads(clock),
            secrets=Secrets(),
            typings=Typings(clock),
            ephemeral=Ephemeral(bot, clock),
            courier_wake=lambda: courier.wake(),  # noqa: PLW0108 - the courier comes after its context
        )
        courier = Courier(context, notices.tell)
        await courier.start()
        parts.push_async_callback(courier.stop)
        inbox = _inbox(context)
        await inbox.start()
        parts.push_async_callback(inbox.stop)
        for beside in (application.introduce(context), expiry.run(context)):
            parts.push_async_callback(_end, asyncio.create_task(beside))
        yield Assembly(context, inbox, _intake(settings, bot, inbox))


async def _end(task: asyncio.Task[object]) -> None:
    """Stop a task and see it out: a connection it is using goes back before the pool is closed."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _intake(settings: BotSettings, bot: ExtBot[Any], inbox: Inbox) -> LongPolling | Webhook:
    kinds = application.ALLOWED_UPDATES
    if settings.webhook_url:
        from bot.webhook import Webhook  # noqa: PLC0415 - only here, and slow to import

        return Webhook(bot, kinds, inbox.receive, settings)
    return LongPolling(bot, kinds, inbox.receive)


class _Telegram(ExtBot[Any]):
    """Telegram, as our library speaks to it, but for a repr that does not tell the token."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Telegram()"


def _telegram(settings: BotSettings, pace: BaseRateLimiter[Any]) -> ExtBot[Any]:
    return _Telegram(
        settings.bot_token.get_secret_value(),
        base_url=f"{settings.telegram_api_url}/bot",
        base_file_url=f"{settings.telegram_api_url}/file/bot",
        # What is not answered may have taken effect, and a message sent again is seen twice: wait long.
        request=Connection(read_timeout=20.0),
        get_updates_request=Connection(),  # never used: intake has one of its own
        rate_limiter=pace,
    )


def _inbox(context: Context) -> Inbox:
    """Make the inbox, with handlers that read Telegram's JSON as our library's values."""
    answer = application.build(context)

    async def handle(update: Json) -> None:
        if parsed := read(update, context.bot):
            await answer(parsed)

    async def apologise(update: Json) -> None:
        if parsed := read(update, context.bot):
            await application.apologise(context, parsed)

    return Inbox(context.store, handle, context.clock, context.secrets, apologise=apologise)
