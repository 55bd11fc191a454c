"""People who offer money by the bot's name, in a chat that it is not told of: typed, sent, and taken by a press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.proof.simulator.phone import labels_of, note_of
from tests.proof.simulator.records import Ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.telegram.cast import Person
    from sandbox.telegram.chats import Message
    from tests.proof.simulator.books import Books
    from tests.proof.simulator.chance import Chance
    from tests.proof.simulator.phone import Phone

    Do = Callable[[Message], str]

_ITS_ME: Final = "It’s me"


class Offering:
    """What one person does about offers, their own and others'."""

    def __init__(self, person: Person, phone: Phone, books: Books, chance: Chance) -> None:
        self._person = person
        self._phone = phone
        self._books = books
        self._chance = chance

    def type(self) -> str:
        """Type an offer; the bot makes a message of it, which is theirs to send."""
        cents = self._chance.randint(1, 900)
        note = self._books.note(Ask(self._person.id, set(), {cents}))
        self._phone.types(f"{cents / 100:.2f} {note}")
        return f"types an offer of {cents} for {note}"

    def send(self) -> str:
        """Send what the bot made of it."""
        self._phone.sends_typed()
        return "sends the offer"

    def on_offer(self, message: Message) -> Do | None:
        """What an offer makes one do: to take it, unless it is one's own, which one hardly ever tries to."""
        if _ITS_ME not in labels_of(message):
            return None
        own = message.author == self._person.id
        return self._take if self._chance.happens(0.05 if own else 0.4) else None

    def _take(self, message: Message) -> str:
        ask = self._books.asks[str(note_of(message))]
        if ask.payer != self._person.id:
            ask.payees |= {self._person.id, f"@{self._person.username}"}
        return self._phone.taps(message, _ITS_ME, self._chance.presses())
