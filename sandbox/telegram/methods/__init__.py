"""The Bot API's methods, by the name a call gives; a method that is not here does not exist for the bot."""

from typing import Final

from sandbox.telegram.methods import callbacks, chats, editing, profile, sending, updates
from sandbox.telegram.methods.common import Method

METHODS: Final[dict[str, Method]] = {
    name.lower(): Method(name, run)
    for module in (updates, sending, editing, callbacks, chats, profile)
    for name, run in module.METHODS.items()
}
