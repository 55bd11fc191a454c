"""Attacks by way of Telegram: buttons, messages, links, names, the webhook, and Telegram's own stumbles."""

from __future__ import annotations

from tests.proof import (
    telegram_boards,
    telegram_buttons,
    telegram_faults,
    telegram_messages,
    telegram_names,
    telegram_webhook,
)

PROVERS = (
    *telegram_webhook.PROVERS,
    *telegram_buttons.PROVERS,
    *telegram_boards.PROVERS,
    *telegram_messages.PROVERS,
    *telegram_names.PROVERS,
    *telegram_faults.PROVERS,
)
