"""What people do at their phones: they look at what their chat shows, and chance decides what they make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.person import PIN_LENGTH
from sandbox.telegram.errors import ImpossibleActError
from tests.proof.simulator.asking import Asking
from tests.proof.simulator.offering import Offering
from tests.proof.simulator.payees import PAYEES, others
from tests.proof.simulator.phone import Phone, labels_of, links, note_of, text_of
from tests.proof.simulator.records import CAFE, Ask
from tests.proof.simulator.settling import Settling
from tests.proof.simulator.splitting import Splitting

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.telegram.cast import Person
    from sandbox.telegram.chats import Message
    from tests.proof.simulator.books import Books
    from tests.proof.simulator.chance import Chance
    from tests.proof.simulator.payees import Payee
    from tests.proof.simulator.records import Who
    from tests.proof.simulator.telegram import Telegram

PINS: Final = ("482915", "915248", "854192", "219584", "518429")
"""Five strong ones. None shares a digit with `WRONG`, so that no mixture of both is right."""
WRONG: Final = "730673"


class Somebody:
    """A person, and their own record of what they asked for. Without a wallet they have no `pin`."""

    def __init__(self, cast: Person, pin: str, telegram: Telegram, books: Books, chance: Chance) -> None:
        self.id = cast.id
        self.name = cast.first_name
        self.pin = pin
        self._wished = pin
        self._telegram = telegram
        self._phone = Phone(cast.id, telegram, chance)
        self._books = books
        self._chance = chance
        self._asking = Asking(cast.id, self._phone, books, chance)
        self._splitting = Splitting(cast.id, self._phone, books, chance)
        self._settling = Settling(cast.id, cast.full_name, self._phone, books, chance)
        self._offering = Offering(cast, self._phone, books, chance)
        self._confirmed: set[str] = set()
        self._typed = 0
        self._answers: tuple[set[Who], set[int]] = (set(), set())

    @property
    def is_free(self) -> bool:
        """Whether there is something for them to do: who waits for an answer is not always patient."""
        return self._phone.has_answered() or self._chance.happens(0.2)

    def act(self) -> str:
        """Do something; returns it in words."""
        self._notice_changes()
        if self._phone.chat.blocked:
            return self.start() if self._chance.happens(0.8) else "waits, having blocked the bot"
        try:
            return self._choice()()
        except ImpossibleActError as refusal:
            return f"cannot: {refusal}"

    def start(self) -> str:
        """Press Start, which also lets the bot in again."""
        self._phone.start()
        return "starts"

    def come_back(self) -> None:
        """Let the bot in again, if it was blocked."""
        if self._phone.chat.blocked:
            self.start()

    def ask(self) -> str:
        """Ask for a payment in one sentence."""
        payee = self._payee()
        cents = self._chance.randint(1, self._chance.choice([900, 900, 9000]))
        note = self._new_note(set(payee.who), {cents})
        if payee.named != CAFE and self._chance.happens(0.2):
            self._phone.says(f"/pay {payee.named} {cents / 100:.2f} {note}", payee.mentioned, in_group=True)
            return f"asks in the group to pay {cents} to {payee.named} for {note}"
        verb = "pay" if payee.named == CAFE else "send"
        self._phone.says(f"{verb} {cents / 100:.2f} to {payee.named} for {note}", payee.mentioned)
        return f"asks to send {cents} to {payee.named} for {note}"

    def request(self) -> str:
        """Ask somebody for money."""
        return self._asking.ask(*others(self._chance, self.id, 1))

    def split(self) -> str:
        """Split a cost among everybody, or with somebody."""
        return self._splitting.start(others(self._chance, self.id, self._chance.randint(1, 2)), self._telegram.shown)

    def ask_for(self, payee: Who, named: str, cents: int) -> str:
        """Ask for this payment; returns its note."""
        note = self._new_note({payee}, {cents})
        self._phone.says(f"send {cents / 100:.2f} to {named} for {note}")
        return note

    def go_on(self, wanted: str) -> None:
        """Do what brings this payment on. ImpossibleActError when there is nothing to press."""
        message = self._phone.newest(lambda message: f"Note: “{wanted}”" in text_of(message))
        if "○" in text_of(message):
            self._press_digits(message, self.pin, PIN_LENGTH)
        elif "Ask again" in labels_of(message):
            self._ask_again(message)
        else:
            self._confirm(message)

    def _choice(self) -> Callable[[], str]:
        return self._reaction() if self._chance.happens(0.86) else self._whim()

    # -- reacting to what the chat shows ------------------------------------------------------------------------------

    def _reaction(self) -> Callable[[], str]:
        """Choose one of the things that the chat invites to."""
        found = [(message, self._on_card_of_all(message)) for message in self._phone.in_the_group()]
        found += [(message, self._invitation(message)) for message in self._phone.in_sight()]
        invited: list[Callable[[], str]] = [self._about(do, message) for message, do in found if do is not None]
        if self._settling.is_worth_it() and self._chance.happens(0.3):
            invited.append(self._settling.propose)
        if (asked := self._question()) is not None:
            invited.append(asked)
        if self._phone.may_send():
            invited.append(self._offering.send)
        if (answer := self._settling.answer()) is not None:
            invited.append(answer)
        if not invited:
            return self._chance.choices([self.ask, self.request, self._offering.type, self.split], [7, 2, 1, 1])[0]
        return invited[-1] if self._chance.happens(0.8) else self._chance.choice(invited)

    def _invitation(self, message: Message) -> Callable[[Message], str] | None:
        """What this message makes one do, if anything."""
        on_it = labels_of(message)
        if "○" in text_of(message):
            return self._on_pad
        if "Confirm with PIN" in on_it:
            return self._cancel if self._chance.happens(0.1) else self._confirm
        if "Ask again" in on_it:
            return self._ask_again
        if "Accept" in on_it:
            return self._refuse if self._chance.happens(0.2) else self._accept
        if "Take it back" in on_it and self._chance.happens(0.15):
            return self._take_back
        return self._asking.invitation(message)

    def _on_card_of_all(self, message: Message) -> Callable[[Message], str] | None:
        """What a card in the group makes one do: with one's own what it asks for, with others' nearly nothing."""
        if "Confirm with PIN" not in labels_of(message):
            kinds = (
                self._splitting.on_board,
                self._settling.on_board,
                self._offering.on_offer,
                self._asking.on_card_of_all,
            )
            return next((do for kind in kinds if (do := kind(message)) is not None), None)
        if self._asked_by(message).payer != self.id and not self._chance.happens(0.03):
            return None
        return self._cancel if self._chance.happens(0.1) else self._confirm

    def _about(self, do: Callable[[Message], str], message: Message) -> Callable[[], str]:
        return lambda: do(message)

    def _confirm(self, message: Message) -> str:
        if (found := note_of(message)) is not None:
            self._confirmed.add(found)
            if self._typed in self._phone.chat.messages:  # nobody has read that PIN yet, and this may overtake it
                self._wanted_by(found).digits += PIN_LENGTH
        return self._phone.taps(message, "Confirm with PIN", self._chance.presses())

    def _cancel(self, message: Message) -> str:
        return self._phone.taps(message, "Cancel", self._chance.presses())

    def _ask_again(self, message: Message) -> str:
        return self._phone.taps(message, "Ask again", self._chance.presses())

    def _accept(self, message: Message) -> str:
        self._asked_by(message).accepted.add(self.id)
        return self._phone.taps(message, "Accept", self._chance.presses())

    def _refuse(self, message: Message) -> str:
        self._asked_by(message).refused.add(self.id)
        return self._phone.taps(message, "Refuse", self._chance.presses())

    def _take_back(self, message: Message) -> str:
        self._asked_by(message).taken_back = True
        return self._phone.taps(message, "Take it back", self._chance.presses())

    def _asked_by(self, message: Message) -> Ask:
        return self._wanted_by(str(note_of(message)))

    def _wanted_by(self, note: str) -> Ask:
        asked = self._books.ask(note, self.id)
        assert asked is not None, "every note was written by somebody"
        return asked

    def _on_pad(self, message: Message) -> str:
        chance, shown = self._chance, text_of(message)
        if chance.happens(0.05):
            return self._cancel(message)
        if chance.happens(0.05):
            return self._phone.taps(message, "⌫")
        if chance.happens(0.25):
            return self._type_pin(self._wanted(shown))
        wrong = chance.happens(0.12) and "choose" not in shown.lower()
        digits = chance.choice([PIN_LENGTH, PIN_LENGTH, PIN_LENGTH, chance.randint(1, PIN_LENGTH)])
        return self._press_digits(message, WRONG if wrong else self._wanted(shown), digits)

    def _wanted(self, shown: str) -> str:
        """The PIN that this pad asks for."""
        if "choose" in shown.lower() and "●" not in shown:
            self._wished = self._chance.choice([pin for pin in PINS if pin != self.pin])
            return self._wished
        return self._wished if "choose" in shown.lower() or "Once more" in shown else self.pin

    def _press_digits(self, message: Message, pin: str, most: int) -> str:
        entered = text_of(message).count("●")
        digits = pin[entered : entered + most]
        for place, digit in enumerate(digits, start=entered + 1):
            self._phone.taps(message, digit, self._chance.presses() if place == PIN_LENGTH else 1)
        if pin != WRONG and (found := note_of(message)) is not None:
            self._wanted_by(found).digits += len(digits)
        return f"presses {'wrong' if pin == WRONG else 'right'} digits {entered} to {entered + len(digits)}"

    def _type_pin(self, pin: str) -> str:
        self._phone.says(pin)
        self._typed = next(reversed(self._phone.chat.messages))
        for each in self._confirmed:
            self._wanted_by(each).digits += PIN_LENGTH
        return "types a PIN into the chat"

    def _question(self) -> Callable[[], str] | None:
        """How to answer what the bot asked last, if it asked something and has no answer yet."""
        newest = next(reversed(self._phone.in_sight()), None)
        asked = text_of(newest) if newest and self._phone.has_answered() else ""
        if "Who is it for?" in asked:
            return self._answer_who
        if "How much?" in asked:
            return self._answer_how_much
        if "What is it for?" in asked:
            return self._answer_what_for
        return None

    def _answer_who(self) -> str:
        payee = self._payee()
        self._answers[0].update(payee.who)
        if payee.number and (not payee.named.startswith("@") or self._chance.happens(0.5)):
            self._phone.picks(payee.number)
            return f"picks {payee.named}"
        self._phone.says(payee.named)
        return f"answers {payee.named}"

    def _answer_how_much(self) -> str:
        cents = self._chance.randint(1, 900)
        self._answers[1].add(cents)
        self._phone.says(f"{cents / 100:.2f}")
        return f"answers {cents}"

    def _answer_what_for(self) -> str:
        note = self._new_note(*self._answers)
        self._phone.says(note)
        return f"answers {note}"

    # -- what comes to mind -------------------------------------------------------------------------------------------

    def _whim(self) -> Callable[[], str]:
        say = self._saying
        whims = [
            (self.ask, 4),
            (self.split, 4),
            (self._settling.propose, 1),
            (self._offering.type, 2),
            (say("/send"), 2),
            (say("/balance"), 2),
            (say("/history"), 1),
            (say("/requests"), 1),
            (say("/cancel"), 2),
            (say("/pin"), 1),
            (self.start, 1),
            (self.follow_a_link, 1),
            (self._phone.blocks, 1),
            (self._phone.forwards, 1),
            (self._phone.edits, 1),
            (self._phone.deletes, 1),
            (lambda: self._type_pin(self.pin), 1),
        ]
        return self._chance.choices([whim for whim, _ in whims], [weight for _, weight in whims])[0]

    def follow_a_link(self) -> str:
        """Follow a link that came to them from somebody who set money aside, be it for them or not."""
        if not (found := links(self._telegram)):
            raise ImpossibleActError("nobody sent a link on")
        self._phone.start(self._chance.choice(found))
        return "follows a link"

    def _saying(self, words: str) -> Callable[[], str]:
        def say() -> str:
            self._phone.says(words)
            return f"writes {words}"

        return say

    # -- the means ----------------------------------------------------------------------------------------------------

    def _payee(self) -> Payee:
        """Somebody else, and no business of their own."""
        own: set[Who] = {self.id, CAFE} if self.id == self._books.owner else {self.id}
        return self._chance.choice([payee for payee in PAYEES if own.isdisjoint(payee.who)])

    def _new_note(self, payees: set[Who], amounts: set[int]) -> str:
        return self._books.note(Ask(self.id, payees, amounts))

    def _notice_changes(self) -> None:
        """Read what is new: whether a new PIN holds."""
        told = ("✓ Done", "PIN was changed", "PIN is set")
        if any(words in shown for shown in self._phone.news() for words in told):
            self.pin = self._wished


class Newcomer(Somebody):
    """Somebody who has not begun yet: a link or curiosity brings them here, and with money they are like all others."""

    @property
    def is_free(self) -> bool:
        """Once they have begun, or somebody has a link for them; or now and then by chance."""
        is_here = self._phone.chat.started or bool(links(self._telegram)) or self._chance.happens(0.02)
        return is_here and super().is_free

    def ask(self) -> str:
        """Ask for a payment, or, without any money, for some, or see whether there is some to be had."""
        told = self._telegram.shown[self.id]
        has_money = any(words in shown for shown in told for words in ("You received", "was paid in"))
        if has_money:
            return super().ask()
        return self.request() if self._chance.happens(0.4) else self.start()

    def _choice(self) -> Callable[[], str]:
        if self._phone.chat.started:
            return super()._choice()
        return self.follow_a_link if links(self._telegram) else self.start
