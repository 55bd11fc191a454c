"""A person's phone: what their chat with the bot shows them, and what they can do with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sandbox.person import plain
from sandbox.telegram import inline_acts
from sandbox.telegram import people as acts
from sandbox.telegram.errors import ImpossibleActError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sandbox.telegram.chats import Chat, Message
    from tests.proof.simulator.chance import Chance
    from tests.proof.simulator.telegram import Telegram

_IN_SIGHT: Final = 8
_NOTE: Final = re.compile(r"“(n\d+)”")
_OF_NO_NOTE: Final = "Send €", "asks you to pay €", "You asked"
_LINK: Final = re.compile(r"start(?:=|%3D)((?:claim|ask)_[\w-]+)")
_AMOUNT: Final = re.compile(r"\d+\.\d\d")


class Phone:
    """What one person sees and does. ImpossibleActError where there is nothing of the kind."""

    def __init__(self, person: int, telegram: Telegram, chance: Chance) -> None:
        self._person = person
        self._telegram = telegram
        self._world = telegram.world
        self._chance = chance
        self._read = 0
        self._touched = (0, "")
        self._typed: str | None = None

    @property
    def chat(self) -> Chat:
        """The chat with the bot."""
        return self._world.chats[self._person]

    def has_answered(self) -> bool:
        """Whether the bot has said something to what this person did last."""
        last = next(reversed(self.chat.messages.values()), None)
        touched = self.chat.messages.get(self._touched[0])
        return (last is None or last.author != self._person) and (touched is None or touched.body != self._touched[1])

    def news(self) -> list[str]:
        """What the chat has shown since the last time."""
        shown = self._telegram.shown[self._person]
        read, self._read = self._read, len(shown)
        return shown[read:]

    def in_sight(self) -> list[Message]:
        """What the bot wrote last and what is still there, oldest first."""
        messages = [message for message in self.chat.messages.values() if message.author != self._person]
        return messages[-_IN_SIGHT:]

    def newest(self, condition: Callable[[Message], bool]) -> Message:
        """The newest of these that fits."""
        found = next(filter(condition, reversed(self.in_sight())), None)
        if found is None:
            raise ImpossibleActError("no such message")
        return found

    def in_the_group(self) -> list[Message]:
        """What the bot wrote last where everybody is, and what was sent there through it."""
        return self._telegram.in_the_group()[-_IN_SIGHT:]

    def start(self, parameter: str | None = None) -> None:
        """Press Start, or follow a link, which also lets the bot in again."""
        acts.start(self._world, self._person, parameter)

    def says(self, words: str, mentioned: Sequence[tuple[str, int]] = (), *, in_group: bool = False) -> None:
        """Write to the bot; of somebody without a username, the name in it and who that is may be said."""
        mentions = [{"offset": words.index(name), "length": len(name), "user_id": who} for name, who in mentioned]
        chat = self._world.group.id if in_group else self._person
        acts.write(self._world, self._person, chat, words, acts.Manner(mentions=mentions) if mentions else acts.PLAINLY)

    def types(self, words: str) -> None:
        """Type the bot's name and some words where everybody is."""
        self._typed = inline_acts.ask(self._world, self._person, self._world.group.id, words)

    def may_send(self) -> bool:
        """Whether the bot made something of what was typed."""
        return self._typed is not None and bool(self._made(self._typed))

    def sends_typed(self) -> None:
        """Send that."""
        assert self._typed is not None, "something was typed"
        query, self._typed = self._typed, None
        inline_acts.choose(self._world, self._person, query, self._made(query)[0]["id"])

    def picks(self, user_id: int) -> None:
        """Choose somebody from the list of contacts that the bot offers."""
        acts.share_users(self._world, self._person, 1, [user_id])

    def taps(self, message: Message, label: str, times: int = 1) -> str:
        """Press a button, which may be a link."""
        chat = int(message.wire["chat"]["id"])
        for row, buttons in enumerate(_rows(message)):
            for column, button in enumerate(buttons):
                if label in plain(button["text"]):
                    if found := _LINK.search(button.get("url", "")):
                        self.start(found[1])
                        return f"follows {label}"
                    self._touched = (message.id, message.body)
                    for _ in range(times):
                        acts.press(self._world, self._person, chat, message.id, row=row, column=column)
                    return f"presses {label}{' twice' if times > 1 else ''}"
        raise ImpossibleActError(f"no button {label}")

    def blocks(self) -> str:
        """Shut the bot out."""
        acts.block(self._world, self._person, blocked=True)
        return "blocks the bot"

    def forwards(self) -> str:
        """Forward an own message to the bot."""
        message = self._own(lambda _: True)
        acts.forward(self._world, self._person, self._person, self._person, message.id)
        return "forwards an own message"

    def edits(self) -> str:
        """Make another amount of what was asked for."""
        message = self._own(lambda message: " to " in message.body)
        acts.edit(self._world, self._person, self._person, message.id, _AMOUNT.sub("66.66", message.body))
        return "edits an own message"

    def deletes(self) -> str:
        """Delete something that the bot wrote."""
        sighted = self.in_sight()
        if not sighted:
            raise ImpossibleActError("an empty chat")
        acts.delete(self._world, self._person, self._person, self._chance.choice(sighted).id)
        return "deletes a message of the bot"

    def _made(self, query: str) -> list[dict[str, Any]]:
        return inline_acts.look(self._world, self._person, query)["results"] or []

    def _own(self, condition: Callable[[Message], bool]) -> Message:
        messages = [message for message in self.chat.messages.values() if message.author == self._person]
        fitting = [message for message in messages if "text" in message.wire and condition(message)]
        if not fitting:
            raise ImpossibleActError("nothing written yet")
        return self._chance.choice(fitting[-_IN_SIGHT:])


def text_of(message: Message) -> str:
    """The words of a message."""
    return plain(message.body)


def labels_of(message: Message) -> set[str]:
    """What its buttons say."""
    return {plain(button["text"]) for row in _rows(message) for button in row}


def note_of(message: Message) -> str | None:
    """The note by which a payment is known, if it speaks of one; empty where that is to settle up, which has none."""
    shown = text_of(message)
    if found := _NOTE.search(shown):
        return found[1]
    return "" if any(words in shown for words in _OF_NO_NOTE) else None


def card_of(message: Message) -> str:
    """The id of the card that it shows, as its buttons have it."""
    return str(_rows(message)[0][0]["callback_data"]).partition(":")[2]


def links(telegram: Telegram) -> Sequence[str]:
    """The start parameters of all links that somebody may have sent on, or that stand where everybody is."""
    chats = [*telegram.shown, telegram.world.group.id]
    messages = (message for chat in chats for message in telegram.world.chats[chat].messages.values())
    urls = (str(button.get("url")) for message in messages for row in _rows(message) for button in row)
    return [found[1] for url in urls if (found := _LINK.search(url))]


def _rows(message: Message) -> list[list[dict[str, Any]]]:
    markup = message.wire.get("reply_markup") or {}
    return list(markup.get("inline_keyboard", []))
