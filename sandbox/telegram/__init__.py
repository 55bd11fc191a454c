"""A pretend Telegram: the Bot API over real HTTP for a bot, and people who chat with it.

It promises that a bot cannot tell it from Telegram by the answers: same wire format, same refusals in the
same words, same delivery of updates. Nothing here imports the bot or a Telegram library.
"""
