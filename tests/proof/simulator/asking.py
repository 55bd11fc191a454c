"""People who ask one another for money, at their phones: to ask, pay, decline, block, take it back, remind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.proof.simulator.phone import labels_of, note_of, text_of
from tests.proof.simulator.records import Ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.telegram.chats import Message
    from tests.proof.simulator.books import Books
    from tests.proof.simulator.chance import Chance
    from tests.proof.simulator.payees import Payee
    from tests.proof.simulator.phone import Phone

    Do = Callable[[Message], str]


class Asking:
    """What one person does about requests, their own and others'."""

    def __init__(self, person: int, phone: Phone, books: Books, chance: Chance) -> None:
        self._person = person
        self._phone = phone
        self._books = books
        self._chance = chance

    def ask(self, payer: Payee) -> str:
        """Ask somebody for money, in private or where everybody is."""
        cents, in_group = self._chance.randint(1, 900), self._chance.happens(0.6)
        assert payer.number is not None, "only people are asked"
        note = self._books.note(Ask(payer.number, {self._person}, {cents}, asker=self._person))
        self._phone.says(f"/request {payer.named} {cents / 100:.2f} {note}", payer.mentioned, in_group=in_group)
        return f"asks {payer.named} for {cents} for {note}{' in the group' if in_group else ''}"

    def invitation(self, message: Message) -> Do | None:
        """What a card about a request makes one do, if it is one."""
        on_it = labels_of(message)
        if "Decline" in on_it:
            return self._chance.choices([self._pay, self._decline, self._block], [14, 5, 1])[0]
        if "You asked" in text_of(message) and "Cancel" in on_it and self._chance.happens(0.2):
            return self._remind if "Remind" in on_it and self._chance.happens(0.5) else self._cancel
        return None

    def on_card_of_all(self, message: Message) -> Do | None:
        """What a card in the group makes one do: with others' nearly nothing."""
        if "Pay" not in labels_of(message):
            return None
        ask = self._asked(message)
        if ask.asker == self._person:
            return self._cancel if self._chance.happens(0.1) else None
        return self._pay if ask.payer == self._person or self._chance.happens(0.03) else None

    def _pay(self, message: Message) -> str:
        return self._phone.taps(message, "Pay", self._chance.presses())

    def _decline(self, message: Message) -> str:
        self._asked(message).declined = True
        return self._phone.taps(message, "Decline", self._chance.presses())

    def _block(self, message: Message) -> str:
        ask = self._asked(message)
        self._books.blocked |= {(self._person, who) for who in ([ask.asker] if ask.asker else ask.payees)}
        return self._phone.taps(message, "Block")

    def _cancel(self, message: Message) -> str:
        self._asked(message).cancelled = True
        return self._phone.taps(message, "Cancel", self._chance.presses())

    def _remind(self, message: Message) -> str:
        return self._phone.taps(message, "Remind", self._chance.presses())

    def _asked(self, message: Message) -> Ask:
        asked = self._books.ask(str(note_of(message)), self._person)
        assert asked is not None, "every note was written by somebody"
        return asked
