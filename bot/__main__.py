"""`sixpence-bot`: settings → wallet → application → run, until SIGTERM or SIGINT.

It stops in the order of the work: intake, workers, courier, connections. Exit codes: 0 stopped as asked, 1 it could not
go on, 2 a setting is missing or wrong, or the database it names is not there or not migrated.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from contextlib import suppress
from typing import Final

from telegram.error import InvalidToken

from bot import logs
from bot.assembly import assembled
from bot.settings import BotSettings
from wallet import SettingsError, Wallet, load

log = logging.getLogger("bot")

_HELP: Final = """\
environment (also read from a file .env; .env.example explains every setting):
  SIXPENCE_BOT_TOKEN          the bot's token, from @BotFather
  SIXPENCE_PIN_PEPPER         32 or more random bytes, or SIXPENCE_PIN_PEPPER_FILE
  SIXPENCE_DATABASE_URL       postgresql://…; without it an embedded PostgreSQL in SIXPENCE_DATA_DIR
  SIXPENCE_TELEGRAM_API_URL   another Bot API server than Telegram's own
  SIXPENCE_WEBHOOK_URL        be called by Telegram instead of polling; needs SIXPENCE_WEBHOOK_SECRET
  SIXPENCE_WEBHOOK_LISTEN     where to listen for that, 127.0.0.1:8080 unless set

example:
  sixpence-admin migrate
  SIXPENCE_BOT_TOKEN=123456:ABC… SIXPENCE_PIN_PEPPER_FILE=pepper sixpence-bot
"""


def main() -> None:
    """Run the bot from the command line."""
    parser = argparse.ArgumentParser(
        prog="sixpence-bot",
        description="Run the Sixpence bot until it is stopped.",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--check", action="store_true", help="look at the settings, and do nothing else: 0 right, 2 wrong"
    )
    sys.exit(_run(only_check=parser.parse_args().check))


def _run(*, only_check: bool) -> int:
    try:
        settings = load(BotSettings)
        settings.peppers()
        if only_check:
            return 0
        logs.configure(settings.secrets())
        asyncio.run(_until_stopped(settings))
    except SettingsError as error:
        return _complain(str(error), 2)
    except InvalidToken:
        return _complain("Telegram refuses SIXPENCE_BOT_TOKEN: copy it anew from @BotFather.", 2)
    except Exception:
        log.exception("the bot cannot go on")
        return 1
    return 0


def _complain(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code


async def _until_stopped(settings: BotSettings) -> None:
    """Run until SIGTERM or SIGINT, then stop cleanly; a second signal does not cut the stop short."""
    serving = asyncio.create_task(_serve(settings))

    def stop() -> None:
        if not serving.cancelling():
            serving.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    with suppress(asyncio.CancelledError):
        await serving


async def _serve(settings: BotSettings) -> None:
    async with Wallet.open(settings) as wallet, assembled(settings, wallet) as bot:
        await bot.intake.run(lambda line: print(line, flush=True))


if __name__ == "__main__":
    main()
