"""The conversation: Telegram in, Telegram out. It knows the wallet by its public face only."""

import os

# python-telegram-bot's switch to durations as timedelta; without it every RetryAfter is a warning.
os.environ.setdefault("PTB_TIMEDELTA", "true")
