"""What every journey may reach, made once in `assembly` and passed down: no globals, no hidden state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.contacts import Contacts
from bot.conversation import Cards, Conversations
from bot.identity import People
from bot.pay_links import PayLinks

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from telegram import Bot

    from bot.ephemeral import Ephemeral
    from bot.inbox import Secrets
    from bot.keypad import Keypads
    from bot.settings import BotSettings
    from bot.typings import Typings
    from wallet import Database, Wallet


def _nobody_waits() -> None:
    """No courier runs: notices wait until one does."""


@dataclass(frozen=True, slots=True)
class Context:
    """The wallet, Telegram, and the bot's own memory. `courier_wake` says that a notice is due now."""

    wallet: Wallet
    bot: Bot
    store: Database
    settings: BotSettings
    clock: Callable[[], datetime]
    keypads: Keypads
    secrets: Secrets
    typings: Typings
    ephemeral: Ephemeral
    courier_wake: Callable[[], None] = _nobody_waits

    @property
    def people(self) -> People:
        """Who is who."""
        return People(self.store, self.clock)

    @property
    def contacts(self) -> Contacts:
        """Whom each person deals with, and blocks."""
        return Contacts(self.store, self.clock)

    @property
    def pay_links(self) -> PayLinks:
        """What "pay me" links stand for."""
        return PayLinks(self.store, self.clock)

    @property
    def cards(self) -> Cards:
        """The messages with buttons that we have shown."""
        return Cards(self.store, self.clock)

    @property
    def conversations(self) -> Conversations:
        """What we are waiting for from whom."""
        return Conversations(self.store, self.clock)
