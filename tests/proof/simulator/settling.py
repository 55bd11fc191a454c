"""People who settle up where everybody is: they propose it, agree or not, and pay what takes the place of shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.proof.simulator.phone import card_of, labels_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.telegram.chats import Message
    from tests.proof.simulator.books import Books
    from tests.proof.simulator.chance import Chance
    from tests.proof.simulator.phone import Phone

    Do = Callable[[Message], str]

_AGREE, _REFUSE, _PAY = "I agree", "I’d rather not", "Pay my part"


class Settling:
    """What one person does about settling up."""

    def __init__(self, person: int, full_name: str, phone: Phone, books: Books, chance: Chance) -> None:
        self._person = person
        self._full_name = full_name
        self._phone = phone
        self._books = books
        self._chance = chance

    def propose(self) -> str:
        """Propose it."""
        self._books.nettings.proposed.add(self._person)
        self._phone.says("/settle", in_group=True)
        return "proposes to settle up"

    def is_worth_it(self) -> bool:
        """Whether shares of several splits seem to be open, and nobody has proposed to settle them yet."""
        shown = [labels_of(message) for message in self._phone.in_the_group()]
        return sum("Pay my share" in on_it for on_it in shown) > 1 and not any(_AGREE in on_it for on_it in shown)

    def answer(self) -> Callable[[], str] | None:
        """Answer the newest proposal that waits for this person, if there is one: they nearly always agree."""
        waiting = [message for message in self._phone.in_the_group() if self._is_waiting(message)]
        if not waiting or self._chance.happens(0.1):
            return None
        answer = self._says(*_WORDS[self._chance.happens(0.04)])
        return lambda: answer(waiting[-1])

    def on_board(self, message: Message) -> Do | None:
        """What a board makes one do, if it is one: to pay one's part; with others' nearly nothing."""
        on_it, chance = labels_of(message), self._chance
        if _AGREE in on_it and chance.happens(0.02):
            return self._says(*_WORDS[False])
        if _PAY in on_it:
            likely = 0.6 if f"○ {self._full_name} →" in text_of(message) else 0.02
            return self._pay if chance.happens(likely) else None
        return None

    def _is_waiting(self, message: Message) -> bool:
        return _AGREE in labels_of(message) and f"○ {self._full_name}" in text_of(message)

    def _says(self, label: str, word: str) -> Do:
        def press(message: Message) -> str:
            self._books.nettings.says(self._person, card_of(message), word)
            return self._phone.taps(message, label, self._chance.presses())

        return press

    def _pay(self, message: Message) -> str:
        return self._phone.taps(message, _PAY)


_WORDS: Final = {False: (_AGREE, "agreed"), True: (_REFUSE, "refused")}
