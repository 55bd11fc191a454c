"""The yardstick of the bot: python-telegram-bot as it comes, answering each message with itself.

`python -m tests.bench.echo_bot TOKEN URL`
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters

if TYPE_CHECKING:
    from telegram import Update


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


def main(token: str, url: str) -> None:
    logging.getLogger("telegram").setLevel(logging.CRITICAL)  # when the pretend Telegram has gone home first
    application = ApplicationBuilder().token(token).base_url(f"{url}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main(*sys.argv[1:])
