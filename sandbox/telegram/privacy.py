"""Privacy mode: in a group, a bot gets only what is meant for it, unless it is an administrator there."""

from typing import Final

from sandbox.telegram import utf16
from sandbox.telegram.cast import BotAccount, Json
from sandbox.telegram.chats import Chat, Message

# What tells of the group itself reaches every bot in it.
_SERVICE: Final = ("new_chat_members", "left_chat_member", "migrate_to_chat_id", "migrate_from_chat_id")


def bot_sees(bot: BotAccount, chat: Chat, message: Message) -> bool:
    """Return whether a message reaches the bot as a message of its own chats.

    All do in a private chat and where it is an administrator; in another group commands, replies to the bot,
    mentions of it, what was sent through it, and what tells of the group itself; nothing where it is not.
    """
    if not chat.has_bot:
        return False
    if chat.is_private or chat.bot_status == "administrator" or any(name in message.wire for name in _SERVICE):
        return True
    replied = chat.messages.get(message.reply_to or 0)
    if _is_of(bot, message) or (replied is not None and _is_of(bot, replied)):
        return True
    return any(addresses(bot, message.body, entity) for entity in message.entities)


def addresses(bot: BotAccount, text: str, entity: Json) -> bool:
    """Return whether an entity of a text speaks to the bot: a mention of it, or a command that may be its own."""
    if entity["type"] == "bot_command":
        return utf16.piece(text, entity["offset"], entity["length"]).lower().partition("@")[2] in {"", bot.username}
    return mentions(bot, text, entity)


def mentions(bot: BotAccount, text: str, entity: Json) -> bool:
    """Return whether an entity of a text names the bot."""
    if entity["type"] == "text_mention":
        return bool(entity["user"]["id"] == bot.id)
    covered = utf16.piece(text, entity["offset"], entity["length"]).lower()
    return bool(entity["type"] == "mention") and covered == f"@{bot.username}"


def _is_of(bot: BotAccount, message: Message) -> bool:
    return message.author == bot.id or bool(message.wire.get("via_bot", {}).get("id") == bot.id)
