"""What people do at their phones: they look at what their chat shows, and chance decides what they make of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sandbox.person import PIN_LENGTH, plain
from sandbox.telegram import people as acts
from sandbox.telegram.errors import ImpossibleActError
from tests.proof.simulator.books import CAFE, Ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.telegram.cast import Person as Cast
    from sandbox.telegram.chats import Message
    from tests.proof.simulator.books import Books, Who
    from tests.proof.simulator.chance import Chance
    from tests.proof.simulator.telegram import Telegram

PINS: Final = ("482915", "915248", "854192", "219584", "518429")
"""Five strong ones. None shares a digit with `WRONG`, so that no mixture of both is right."""
WRONG: Final = "730673"
_IN_SIGHT: Final = 8
_NOTE: Final = re.compile(r"Note: (n\d+)\b")


class Somebody:
    """A person with a wallet, and their own record of what they asked for."""

    def __init__(self, cast: Cast, pin: str, telegram: Telegram, books: Books, chance: Chance) -> None:
        self.id = cast.id
        self.name = cast.first_name
        self.pin = pin
        self._wished = pin
        self._telegram = telegram
        self._world = telegram.world
        self._books = books
        self._chance = chance
        self._confirmed: set[str] = set()
        self._answers: tuple[set[Who], set[int]] = (set(), set())
        self._read = 0

    def act(self) -> str:
        """Do something; returns it in words."""
        self._notice_changes()
        chat = self._world.chats[self.id]
        if chat.blocked:
            return self.start() if self._chance.happens(0.5) else "waits, having blocked the bot"
        try:
            return self._reaction()() if self._chance.happens(0.86) else self._whim()()
        except ImpossibleActError as refusal:
            return f"cannot: {refusal}"

    def start(self) -> str:
        """Press Start, which also lets the bot in again."""
        acts.start(self._world, self.id)
        return "starts"

    def come_back(self) -> None:
        """Let the bot in again, if it was blocked."""
        if self._world.chats[self.id].blocked:
            self.start()

    def ask(self) -> str:
        """Ask for a payment in one sentence."""
        payee, named = self._chance.choice([pair for pair in _PAYEES if pair[0] != self.id and not self._owns(pair[0])])
        cents = self._chance.choice([self._chance.randint(1, 900), self._chance.randint(1, 9000)])
        note = self._new_note({payee}, {cents})
        self._says(f"{'pay' if payee == CAFE else 'send'} {cents / 100:.2f} to {named} for {note}")
        return f"asks to send {cents} to {named} for {note}"

    def ask_for(self, payee: Who, named: str, cents: int) -> str:
        """Ask for this payment; returns its note."""
        note = self._new_note({payee}, {cents})
        self._says(f"send {cents / 100:.2f} to {named} for {note}")
        return note

    def go_on(self, note: str) -> None:
        """Do what brings this payment on. ImpossibleActError when there is nothing to press."""
        message = self._newest(lambda message: f"Note: {note}" in _text(message))
        if "○" in _text(message):
            self._press_digits(message, self.pin, PIN_LENGTH)
        elif "Ask again" in _labels(message):
            self._ask_again(message)
        else:
            self._confirm(message)

    # -- reacting to what the chat shows ------------------------------------------------------------------------------

    def _reaction(self) -> Callable[[], str]:
        """Choose one of the things that the chat invites to."""
        invited: list[Callable[[], str]] = []
        for message in self._in_sight():
            text, labels = _text(message), _labels(message)
            if "○" in text:
                invited.append(self._about(self._on_pad, message))
            elif "Confirm with PIN" in labels:
                cancels = self._chance.happens(0.1)
                invited.append(self._about(self._cancel if cancels else self._confirm, message))
            elif "Ask again" in labels:
                invited.append(self._about(self._ask_again, message))
        if (asked := self._question()) is not None:
            invited.append(asked)
        if not invited:
            return self.ask
        return invited[-1] if self._chance.happens(0.8) else self._chance.choice(invited)

    def _about(self, do: Callable[[Message], str], message: Message) -> Callable[[], str]:
        return lambda: do(message)

    def _confirm(self, message: Message) -> str:
        if (note := _note(message)) is not None:
            self._confirmed.add(note)
        return self._tap(message, "Confirm with PIN", self._taps())

    def _cancel(self, message: Message) -> str:
        return self._tap(message, "Cancel", self._taps())

    def _ask_again(self, message: Message) -> str:
        return self._tap(message, "Ask again", self._taps())

    def _taps(self) -> int:
        return 2 if self._chance.happens(0.15) else 1

    def _on_pad(self, message: Message) -> str:
        chance, text = self._chance, _text(message)
        if chance.happens(0.05):
            return self._cancel(message)
        if chance.happens(0.05):
            return self._tap(message, "⌫", 1)
        if chance.happens(0.1):
            return self._type_pin(self._wanted(text))
        wrong = chance.happens(0.12)
        digits = chance.choice([PIN_LENGTH, PIN_LENGTH, PIN_LENGTH, chance.randint(1, PIN_LENGTH)])
        return self._press_digits(message, WRONG if wrong else self._wanted(text), digits)

    def _wanted(self, text: str) -> str:
        """The PIN that this pad asks for."""
        if "choose" in text.lower():
            self._wished = self._chance.choice([pin for pin in PINS if pin != self.pin])
            return self._wished
        return self._wished if "Once more" in text else self.pin

    def _press_digits(self, message: Message, pin: str, most: int) -> str:
        entered = _text(message).count("●")
        digits = pin[entered : entered + most]
        for place, digit in enumerate(digits, start=entered + 1):
            self._tap(message, digit, self._taps() if place == PIN_LENGTH else 1)
        if pin != WRONG and (note := _note(message)) is not None:
            self._books.asks[note].digits += len(digits)
        return f"presses {'wrong' if pin == WRONG else 'right'} digits {entered} to {entered + len(digits)}"

    def _type_pin(self, pin: str) -> str:
        self._says(pin)
        for note in self._confirmed:
            self._books.asks[note].digits += PIN_LENGTH
        return "types a PIN into the chat"

    def _question(self) -> Callable[[], str] | None:
        """How to answer what the bot asked last, if it asked something."""
        newest = next(reversed(self._in_sight()), None)
        text = _text(newest) if newest else ""
        if "Who is it for?" in text:
            return self._answer_who
        if "How much?" in text:
            return self._answer_how_much
        if "What is it for?" in text:
            return self._answer_what_for
        return None

    def _answer_who(self) -> str:
        payee, named = self._chance.choice([pair for pair in _PAYEES if pair[0] != self.id and not self._owns(pair[0])])
        self._answers[0].add(payee)
        if isinstance(payee, int) and self._chance.happens(0.5):
            acts.share_users(self._world, self.id, 1, [payee])
            return f"picks {named}"
        self._says(named)
        return f"answers {named}"

    def _answer_how_much(self) -> str:
        cents = self._chance.randint(1, 900)
        self._answers[1].add(cents)
        self._says(f"{cents / 100:.2f}")
        return f"answers {cents}"

    def _answer_what_for(self) -> str:
        note = self._new_note(*self._answers)
        self._says(note)
        return f"answers {note}"

    # -- what comes to mind -------------------------------------------------------------------------------------------

    def _whim(self) -> Callable[[], str]:
        say = self._saying
        whims = [
            (self.ask, 4),
            (say("/send"), 2),
            (say("/balance"), 2),
            (say("/history"), 1),
            (say("/cancel"), 2),
            (say("/pin"), 2),
            (self.start, 1),
            (self._block, 2),
            (self._forward, 1),
            (self._edit, 1),
            (self._delete, 1),
            (lambda: self._type_pin(self.pin), 1),
        ]
        return self._chance.choices([whim for whim, _ in whims], [weight for _, weight in whims])[0]

    def _saying(self, words: str) -> Callable[[], str]:
        def say() -> str:
            self._says(words)
            return f"writes {words}"

        return say

    def _block(self) -> str:
        acts.block(self._world, self.id, blocked=True)
        return "blocks the bot"

    def _forward(self) -> str:
        message = self._own(lambda _: True)
        acts.forward(self._world, self.id, self.id, self.id, message.id)
        return "forwards an own message"

    def _edit(self) -> str:
        message = self._own(lambda message: " to " in message.body)
        acts.edit(self._world, self.id, self.id, message.id, re.sub(r"\d+\.\d\d", "66.66", message.body))
        return "edits an own message"

    def _delete(self) -> str:
        sighted = self._in_sight()
        if not sighted:
            raise ImpossibleActError("an empty chat")
        acts.delete(self._world, self.id, self.id, self._chance.choice(sighted).id)
        return "deletes a message of the bot"

    # -- the means ----------------------------------------------------------------------------------------------------

    def _owns(self, who: Who) -> bool:
        return who == CAFE and self.id == self._books.owner

    def _new_note(self, payees: set[Who], amounts: set[int]) -> str:
        note = f"n{len(self._books.asks) + 1}"
        self._books.asks[note] = Ask(self.id, payees, amounts)
        return note

    def _says(self, words: str) -> None:
        acts.write(self._world, self.id, self.id, words)

    def _tap(self, message: Message, label: str, times: int) -> str:
        for row, buttons in enumerate(_rows(message)):
            for column, button in enumerate(buttons):
                if label in plain(button["text"]):
                    for _ in range(times):
                        acts.press(self._world, self.id, self.id, message.id, row=row, column=column)
                    return f"presses {label}{' twice' if times > 1 else ''}"
        raise ImpossibleActError(f"no button {label}")

    def _in_sight(self) -> list[Message]:
        messages = [message for message in self._world.chats[self.id].messages.values() if message.author != self.id]
        return messages[-_IN_SIGHT:]

    def _newest(self, condition: Callable[[Message], bool]) -> Message:
        found = next(filter(condition, reversed(self._in_sight())), None)
        if found is None:
            raise ImpossibleActError("no such message")
        return found

    def _own(self, condition: Callable[[Message], bool]) -> Message:
        messages = [message for message in self._world.chats[self.id].messages.values() if message.author == self.id]
        fitting = [message for message in messages if "text" in message.wire and condition(message)]
        if not fitting:
            raise ImpossibleActError("nothing written yet")
        return self._chance.choice(fitting[-_IN_SIGHT:])

    def _notice_changes(self) -> None:
        """Read what is new: whether a new PIN holds."""
        shown = self._telegram.shown[self.id]
        if any(words in text for text in shown[self._read :] for words in ("✓ Done", "PIN was changed", "PIN is set")):
            self.pin = self._wished
        self._read = len(shown)


_PAYEES: Final[tuple[tuple[Who, str], ...]] = (
    (5001, "@ana"),
    (5002, "@ben"),
    (5002, "@ben"),
    (5004, "@luna"),
    (CAFE, CAFE),
    (CAFE, CAFE),
)


def _text(message: Message) -> str:
    return plain(message.body)


def _rows(message: Message) -> list[list[dict[str, Any]]]:
    markup = message.wire.get("reply_markup") or {}
    return list(markup.get("inline_keyboard", []))


def _labels(message: Message) -> set[str]:
    return {plain(button["text"]) for row in _rows(message) for button in row}


def _note(message: Message) -> str | None:
    found = _NOTE.search(_text(message))
    return found[1] if found else None
