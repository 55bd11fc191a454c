"""Privacy mode: in a group, a bot gets only what is meant for it."""

from sandbox.telegram import utf16
from sandbox.telegram.cast import BotAccount, Json
from sandbox.telegram.chats import Chat, Message


def bot_sees(bot: BotAccount, chat: Chat, message: Message) -> bool:
    """Return whether a message reaches the bot.

    All do in a private chat; in a group commands, replies to the bot and mentions of it.
    """
    if chat.is_private:
        return True
    replied = chat.messages.get(message.reply_to or 0)
    if replied is not None and replied.author == bot.id:
        return True
    return any(_addresses(bot, message.body, entity) for entity in message.entities)


def _addresses(bot: BotAccount, text: str, entity: Json) -> bool:
    covered = utf16.piece(text, entity["offset"], entity["length"]).lower()
    match entity["type"]:
        case "mention":
            return covered == f"@{bot.username}"
        case "text_mention":
            return bool(entity["user"]["id"] == bot.id)
        case "bot_command":
            return covered.partition("@")[2] in {"", bot.username}
        case _:
            return False
