"""People who split a cost where everybody is: they start, join, leave, ask everybody, pay, remind and forgive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.proof.simulator.phone import labels_of, note_of
from tests.proof.simulator.records import Ask

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sandbox.telegram.chats import Message
    from tests.proof.simulator.books import Books
    from tests.proof.simulator.chance import Chance
    from tests.proof.simulator.payees import Payee
    from tests.proof.simulator.phone import Phone
    from tests.proof.simulator.records import Who

    Do = Callable[[Message], str]

_IN, _OUT, _ASK, _CALL_OFF = "I’m in", "I’m out", "Ask everybody now", "Call it off"
_PAY, _REMIND, _FORGIVE = "Pay my share", "Remind those left", "Forgive the rest"
_MOST: Final = 9


class Splitting:
    """What one person does about splits, their own and others'."""

    def __init__(self, person: int, phone: Phone, books: Books, chance: Chance) -> None:
        self._person = person
        self._phone = phone
        self._books = books
        self._chance = chance

    def start(self, others: Sequence[Payee], everybody: Collection[int]) -> str:
        """Split something with whoever joins, or with others who are asked at once."""
        cents, at_once = self._chance.randint(_MOST, 3000), self._chance.happens(0.6)
        amounts = {part for among in range(1, _MOST + 1) for part in (cents // among, -(-cents // among))}
        named = {other.number for other in others}
        shares: dict[Who, Ask] = {
            each: Ask(each, {self._person}, amounts, asker=self._person, agreed=at_once and each in named)
            for each in everybody
            if each != self._person
        }
        note = self._books.note(Ask(self._person, set(), {cents}, agreed=at_once, shares=shares))
        mentioned = [each for other in others for each in other.mentioned] if at_once else []
        whom = "".join(f" {other.named}" for other in others) if at_once else ""
        self._phone.says(f"/split {cents / 100:.2f} {note}{whom}", mentioned, in_group=True)
        return f"splits {cents} for {note}{whom}"

    def on_board(self, message: Message) -> Do | None:
        """What a board makes one do, if it is one: the starter now and then, others about their own share."""
        on_it = labels_of(message)
        if not {_IN, _PAY} & on_it:
            return None
        split, chance = self._books.asks[str(note_of(message))], self._chance
        share = split.shares.get(self._person)
        if share is None:
            often, rarely = (_ASK, _CALL_OFF) if _IN in on_it else (_REMIND, _FORGIVE)
            return self._pressing(often if chance.happens(0.8) else rarely) if chance.happens(0.25) else None
        if _IN in on_it:
            likely, label = (0.1, _OUT) if share.agreed else (0.6, _IN)
        else:
            likely, label = 0.5 if share.agreed else 0.03, _PAY
        return self._pressing(label) if chance.happens(likely) else None

    def _pressing(self, label: str) -> Do:
        def press(message: Message) -> str:
            split = self._books.asks[str(note_of(message))]
            split.agreed |= label == _ASK
            split.cancelled |= label in {_CALL_OFF, _FORGIVE}
            if label == _IN:
                split.shares[self._person].agreed = True
            return self._phone.taps(message, label, self._chance.presses())

        return press
