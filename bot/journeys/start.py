"""/start: a wallet is opened, then its PIN is chosen. A deep link brings a payee along, and pays nothing by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from bot.draft import Draft
from bot.identity import person_key
from bot.journeys import answer, balance, claim, help, me, pins, requested, send  # noqa: A004 - the command's own name
from bot.journeys.aside import CLAIM_LINK
from bot.names import own_name
from wallet import PartyUnknown

if TYPE_CHECKING:
    from bot.turn import Turn

PAY_LINK: Final = "pay_"
INVITED: Final = "invited"
HELP: Final = "help"


async def start(turn: Turn) -> None:
    """Open a wallet, or welcome its owner back."""
    wallet = turn.context.wallet
    party = await wallet.open_person(own_name(turn.user.full_name), key=person_key(turn.user.id))
    turn.known = await turn.context.people.register(turn.user, party.id)
    await wallet.unpark_notices(party.id)
    turn.context.courier_wake()
    code = turn.arguments.removeprefix(CLAIM_LINK) if turn.arguments.startswith(CLAIM_LINK) else ""
    asked = turn.arguments.removeprefix(requested.LINK) if turn.arguments.startswith(requested.LINK) else ""
    if not (await wallet.pin_state(party.id)).is_set:
        if code:
            await claim.greet(turn, code)
        elif asked:
            await answer.greet(turn, asked)
        elif turn.arguments.startswith((me.LINK, PAY_LINK)):
            await turn.say(turn.t("Choose a PIN first. Then open the link once more to pay."))
        await pins.choose_first(turn)
    elif code:
        await claim.follow(turn, code)
    elif asked:
        await answer.follow(turn, asked)
    elif turn.arguments.startswith(PAY_LINK):
        await _follow_link(turn, turn.arguments.removeprefix(PAY_LINK))
    elif turn.arguments == HELP:
        await help.show(turn)
    elif turn.arguments not in {"", INVITED}:
        await me.follow(turn, turn.arguments.removeprefix(me.LINK))
    else:
        own = await wallet.balance(party.id)
        name = own_name(turn.user.full_name)
        welcome = turn.t("Welcome back, {name}. You have {balance}.", name=name, balance=own.available)
        rest = turn.t("Write “send 5 to @name for lunch”, or press /send. /help shows the rest.")
        await turn.say("\n".join([welcome, *(balance.frozen(turn, party) or [rest])]))
        await claim.offer_all(turn)
        await answer.show_all(turn)


async def ask_to_start(turn: Turn) -> None:
    """Say to somebody without a wallet how to get one."""
    await turn.toast()
    if turn.chat_id == turn.user.id:
        await turn.say(turn.t("You have no wallet yet. Send /start and I open one for you: it takes half a minute."))


async def _follow_link(turn: Turn, code: str) -> None:
    try:
        payee = await turn.context.wallet.party(UUID(hex=code))
    except (ValueError, PartyUnknown):
        await turn.say(turn.t("This link leads to nobody I know. Nothing was paid. To pay somebody, press /send."))
        return
    await send.advance(turn, Draft(turn.key, payees=(payee.id,), ask_note=True))
