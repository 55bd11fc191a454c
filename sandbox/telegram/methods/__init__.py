"""The Bot API's methods, by the name a call gives; a method that is not here does not exist for the bot."""

from typing import Final

from sandbox.telegram.features import EPHEMERAL, GUESTS
from sandbox.telegram.methods import callbacks, chats, editing, ephemeral, inline, profile, sending, updates
from sandbox.telegram.methods.common import Method

_SINCE: Final = {"answerGuestQuery": GUESTS, **dict.fromkeys(ephemeral.METHODS, EPHEMERAL)}

METHODS: Final[dict[str, Method]] = {
    name.lower(): Method(name, run, _SINCE.get(name, "9.0"))
    for module in (updates, sending, editing, ephemeral, callbacks, inline, chats, profile)
    for name, run in module.METHODS.items()
}
