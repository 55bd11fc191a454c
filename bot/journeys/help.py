"""/help, what we say of ourselves, and what we say when we did not understand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.vocabulary import HELP, UNDO

if TYPE_CHECKING:
    from bot.text import Speaker
    from bot.turn import Turn


def commands(speaker: Speaker) -> dict[str, str]:
    """Each command and what it does, as Telegram's menu shows them."""
    return {
        "send": speaker.label("Send money"),
        "request": speaker.label("Ask somebody for money"),
        "requests": speaker.label("Open requests: yours, and to you"),
        "balance": speaker.label("What you have"),
        "split": speaker.label("Split a cost in a group, and settle up"),
        "history": speaker.label("Your payments so far"),
        "me": speaker.label("Your link and QR code, to be paid"),
        "contacts": speaker.label("People you deal with: pay, rename, block"),
        "privacy": speaker.label("Who may find you, and ask you"),
        "business": speaker.label("Open a business, or see yours"),
        "pin": speaker.label("Choose or change your PIN"),
        "verify": speaker.label("Check a receipt against the books"),
        "cancel": speaker.label("Stop what is under way"),
        "help": speaker.label("How this works"),
        "start": speaker.label("Open your wallet"),
    }


def description(speaker: Speaker) -> str:
    """Return what the empty chat says before Start is pressed."""
    return speaker.label(
        "Send money to your contacts, right here in the chat. You confirm each payment with your own six-digit PIN. "
        "Free for people; businesses pay a small fee."
    )


def short_description(speaker: Speaker) -> str:
    """Return what the bot's profile says."""
    return speaker.label("Money between people, in a chat. Each payment is confirmed with a six-digit PIN.")


async def show(turn: Turn) -> None:
    """How this works, in one message."""
    examples = turn.t(
        "<b>Sending</b>\n"
        "Write it as you would say it:\n"
        "send 5 to @ben for lunch\n"
        "pay @ben 5.50\n"
        "#envoyer 10EUR @ben\n"
        "Or press /send and choose step by step.\n"
        "Somebody without a wallet? Send it all the same: I set it aside for them, and it returns if they do not come."
    )
    elsewhere = turn.t(
        "<b>Where you talk</b>\n"
        "In a group, answer somebody’s message with “/pay 5 lunch”.\n"
        "In any other chat, write “{bot} 5 lunch”: whoever it is for presses a button, and you confirm.",
        bot=f"@{turn.context.bot.username}",
    )
    asking = turn.t(
        "<b>Asking</b>\n"
        "request 10 from @ben for cinema\n"
        "ask @ben for 10\n"
        "They see it as a card, and pay with their own PIN, or decline. /requests shows what is open."
    )
    safety = turn.t(
        "<b>Your PIN</b>\n"
        "Nothing leaves your wallet without it, and I ask for it on the keypad only. "
        "Forwarded and edited messages never pay."
    )
    fees = turn.t("<b>Fees</b>\nFree for people. A business pays a small part of what it receives.")
    listed = "\n".join(f"/{name} – {text}" for name, text in commands(turn.speaker).items())
    await turn.say(f"{examples}\n\n{elsewhere}\n\n{asking}\n\n{safety}\n\n{fees}\n\n{listed}")


def plainly(text: str) -> str:
    """Return what was written as our lists of words have it."""
    return text.casefold().strip(" .!")


async def not_understood(turn: Turn) -> None:
    """Answer what was no instruction, when we had asked for nothing."""
    said = plainly(turn.text)
    if said in HELP:
        await show(turn)
    elif said in UNDO:
        await turn.say(
            turn.t(
                "I did nothing: a payment that was made cannot be taken back. Ask whoever has it to send it back, or "
                "ask the operator of this bot. /cancel stops what is under way, or takes back what you set aside last."
            )
        )
    elif said in commands(turn.speaker):
        await turn.say(turn.t("I did nothing. Did you mean /{command}?", command=said))
    else:
        await _say_how_to_pay(turn)


async def _say_how_to_pay(turn: Turn) -> None:
    await turn.say(
        turn.t("I did not understand that, so I did nothing. Write “send 5 to @name for lunch”, or press /help.")
    )


async def unknown_command(turn: Turn) -> None:
    """Answer a command that is not ours."""
    await turn.say(turn.t("I do not know this command. /help shows those I know."))
