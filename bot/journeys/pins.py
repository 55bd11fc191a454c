"""Choosing and changing the PIN: old, new, repeat, each on the keypad, all in one message."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot import cards, refusals
from bot.journeys import answer, claim, pads
from bot.keypad import ChooseNew, Keypad, Pin, ProveOld, Purpose, RepeatNew, may_hold_pin
from bot.messages import Face
from bot.names import own_name
from wallet import WalletError, WeakPin, WrongPin

if TYPE_CHECKING:
    from bot.turn import Turn

LIFETIME: Final = timedelta(minutes=10)


async def choose_first(turn: Turn) -> None:
    """Ask for a first PIN."""
    welcome = turn.t("Welcome, {name}. Your wallet is open.", name=own_name(turn.user.full_name))
    ask = turn.t(
        "Now choose a PIN of six digits. I ask for it before each payment. Press the keys: what you type into "
        "the chat can be seen."
    )
    await _ask(turn, ChooseNew(), f"{welcome}\n{ask}")


async def change(turn: Turn) -> None:
    """/pin: the old one first, if there is one. Digits behind the command may be a PIN, and are not read."""
    if may_hold_pin(turn.arguments):
        await given_away(turn)
    state = await turn.context.wallet.pin_state(turn.person.party_id)
    if state.is_set and (obstacle := await pads.obstacle(turn)):
        await turn.say(obstacle)
    elif state.is_set:
        await _ask(turn, ProveOld(), turn.t("To change your PIN, first enter the one you have."))
    else:
        await _ask(turn, ChooseNew(), turn.t("Choose a PIN of six digits. I ask for it before each payment."))


async def given_away(turn: Turn) -> None:
    """Delete what may be a PIN, and say so: it was not asked for here."""
    if not await turn.delete_message():
        await say_not_deleted(turn)
        return
    await turn.say(
        turn.t("I deleted what looked like a PIN. Never write it into a chat: I ask for it on the keys only.")
    )


async def say_not_deleted(turn: Turn) -> None:
    """Say that a PIN still stands in the chat."""
    await turn.say(
        turn.t("That looked like a PIN, and I could not delete it. Delete it yourself, then change it with /pin.")
    )


async def entered(turn: Turn, keypad: Keypad, pin: Pin) -> None:
    """Six digits on a pad that is about the PIN itself."""
    try:
        match keypad.purpose:
            case ProveOld():
                await _prove(turn, keypad, pin)
            case ChooseNew(old):
                await _choose(turn, keypad, pin, old)
            case RepeatNew(new, old):
                await _repeat(turn, keypad, pin, new, old)
    except WalletError as refusal:
        await _show(turn, keypad, Face(refusals.sentence(turn.speaker, refusal)))


async def cancelled(turn: Turn, keypad: Keypad) -> None:
    """Close the pad of somebody who changed their mind."""
    await _show(turn, keypad, pads.nothing_changed(turn.speaker))


async def _prove(turn: Turn, keypad: Keypad, pin: Pin) -> None:
    try:
        await turn.context.wallet.check_pin(turn.person.party_id, pin.reveal())
    except WrongPin as refusal:
        await _ask(turn, ProveOld(), refusals.sentence(turn.speaker, refusal), keypad)
    else:
        await _ask(turn, ChooseNew(pin), turn.t("Now choose the new PIN."), keypad)


async def _choose(turn: Turn, keypad: Keypad, pin: Pin, old: Pin | None) -> None:
    wallet = turn.context.wallet
    try:
        wallet.check_new_pin(pin.reveal(), personal_digits=_personal_digits(turn))
    except WeakPin as refusal:
        lines = [
            refusals.sentence(turn.speaker, refusal),
            turn.t(
                "Here is a random one: <tg-spoiler>{pin}</tg-spoiler>",
                pin=wallet.suggest_pin(personal_digits=_personal_digits(turn)),
            ),
        ]
        await _ask(turn, ChooseNew(old), "\n".join(lines), keypad)
    else:
        await _ask(turn, RepeatNew(pin, old), turn.t("Once more, so that we are both sure."), keypad)


async def _repeat(turn: Turn, keypad: Keypad, pin: Pin, new: Pin, old: Pin | None) -> None:
    if pin != new:
        again = turn.t("The two were not the same. Choose your PIN again.")
        await _ask(turn, ChooseNew(old), again, keypad)
        return
    wallet, person, digits = turn.context.wallet, turn.person, _personal_digits(turn)
    if old is None:
        await wallet.set_pin(person.party_id, new.reveal(), personal_digits=digits)
        done = turn.t("✓ Your PIN is set. Never tell it to anybody: I only ever ask for it on these keys.")
        next_step = await _next_step(turn)
        await _show(turn, keypad, Face(f"{done}\n\n{next_step}"))
        await claim.offer_all(turn)
        await answer.show_all(turn)
    else:
        await wallet.change_pin(person.party_id, old.reveal(), new.reveal(), personal_digits=digits)
        turn.context.courier_wake()
        await _show(turn, keypad, Face(turn.t("✓ Done.")))


async def _next_step(turn: Turn) -> str:
    """Say what can be done now that there is a PIN; after a reset, from when on money leaves again."""
    state = await turn.context.wallet.pin_state(turn.person.party_id)
    if state.cooling_until is not None:
        return turn.t("After a reset your money rests: you can pay again from {time}.", time=state.cooling_until)
    return turn.t("Write “send 5 to @name for lunch”, or press /send. /help shows the rest.")


async def _ask(turn: Turn, purpose: Purpose, heading: str, after: Keypad | None = None) -> None:
    """Open a pad, in the message of the one before or in a new one."""
    until = turn.context.clock() + LIFETIME
    keypad = await pads.open_pad(turn.context, turn.person, purpose, heading=heading, expires_at=until)
    keypad.message_id = after.message_id if after is not None else None  # should Telegram's answer be lost
    keypad.message_id = await _show(turn, after, cards.keypad(turn.speaker, keypad))


async def _show(turn: Turn, keypad: Keypad | None, face: Face) -> int:
    """Show this where the pad was, and leave word of it for a second tap."""
    if keypad is None or keypad.message_id is None:
        return await turn.say(face.text, face.keyboard)
    keypad.outcome = face
    return await turn.edit(keypad.message_id, face)


def _personal_digits(turn: Turn) -> tuple[str, ...]:
    return (str(turn.user.id),)
