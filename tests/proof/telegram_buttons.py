"""Buttons: pressed by everybody else, fuzzed, crossed, stale and replayed. Callback data is attacker-chosen."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from bot.journeys import expiry
from tests.conftest import euros
from tests.proof import forgery
from tests.proof.scene import changed, found, sample, scene

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.books import Server
    from tests.proof.finding import Effort, Finding
    from tests.proof.scene import Scene, State

Json = dict[str, Any]

_OPERATIONS = {
    "payment": ("pin", "cancel", "again", "back"),
    "request": ("askpay", "askno", "askblock"),
    "asked": ("askcancel", "askremind"),
    "requests": ("asked0", "asked1"),
    "history": ("older", "newer", "account0"),
    "payee": ("payee0",),
    "amount": ("amount0",),
    "note": ("note0",),
    "businesses": ("another",),
    "new business": ("openbusiness", "nobusiness"),
}
"""What can be pressed on a card of each kind; each is tried on the cards of all the others."""
WORDS = tuple(word for words in _OPERATIONS.values() for word in words)
_OTHERS = "A button pressed by anybody but its owner, from any chat, changes nothing and raises nothing."
_WRONG_PIN = "739164"


async def a_button_is_its_owners_alone(server: Server, effort: Effort) -> list[Finding]:
    """T3, T4: Ana is led from screen to screen; at each, everybody tries what must not work."""
    others, fuzzed, crossed = Tries(), Tries(), Tries()
    of_other_kinds: list[tuple[str | None, int]] = []
    async with scene(server) as here:
        async for screen in _walk_through(here):
            if screen == "cards":
                of_other_kinds = _crossed(here, effort)
            await _press_as_others(here, effort, others)
            if others.wrong:  # then Ana is no longer where she should be, and cannot be led on
                return [found("T3", _OTHERS, others.number, others.wrong)]
        await here.says(here.street.ana, "send 7 to @ben")
        await here.taps(here.street.ana, "Confirm with PIN")
        await here.taps(here.street.ana, "1", "2")
        await _press_as_owner(here, _fuzz(here, effort), fuzzed)
        await _press_as_owner(here, of_other_kinds, crossed)
        over = await _press_what_is_over(here, effort)
    claims = {
        _OTHERS: others,
        "Callback data fuzzed changes nothing and raises nothing, even by the cards' owner.": fuzzed,
        "Callback data crossed between cards of different kinds changes nothing and raises nothing.": crossed,
        "Buttons of what is paid, cancelled, void or expired, and presses replayed, move and open nothing.": over,
    }
    return [
        found("T4" if number else "T3", claim, tries.number, tries.wrong)
        for number, (claim, tries) in enumerate(claims.items())
    ]


@dataclass
class Tries:
    """How often something was tried, and what went wrong."""

    number: int = 0
    wrong: list[str] = field(default_factory=list)


async def _press_as_others(here: Scene, effort: Effort, tries: Tries) -> None:
    """Each button that Ana sees now, by each other person, from each place it could be sent from."""
    presses = sample(effort.seed + tries.number, _by_everybody_else(here), effort.times(12, 10_000))
    before = await here.state(here.street.ana)
    await here.push(*presses)
    tries.wrong += changed(before, await here.state(here.street.ana)) + here.alarms.heard()
    tries.number += len(presses)


async def _press_as_owner(here: Scene, presses: list[tuple[str | None, int]], tries: Tries) -> None:
    ana, world = here.street.ana, here.street.world
    chat = world.people[ana.id].chat()
    tries.wrong += await here.attacked(*(forgery.press(world, ana, data, chat, at) for data, at in presses))
    tries.number += len(presses)


async def _press_what_is_over(here: Scene, effort: Effort) -> Tries:
    """Every button ever shown, pressed by its owner when all is paid, cancelled, void or expired; then replays."""
    street, ana = here.street, here.street.ana
    await here.pays(ana, "send 3 to @ben")
    await here.says(ana, "send 4 to @ben")
    await here.taps(ana, "Cancel")
    await here.says(ana, "/cancel")
    street.clock.advance(minutes=20)
    await expiry.close_expired(street.context)
    before = await _money(here)
    over = [each for each in _ever_shown(here) if each[0].startswith(("k:", "pin:", "cancel:"))]
    stale = sample(effort.seed, over, effort.times(40, 10_000))
    chat = street.world.people[ana.id].chat()
    await here.push(*(forgery.press(street.world, ana, data, chat, at) for data, at in stale))
    street.forget_keypads()
    delivered = [update for update in street.world.updates.delivered if "callback_query" in update]
    own = [anew(update) for update in delivered if update["callback_query"]["from"]["id"] == ana.id]
    replayed = sample(effort.seed, own, effort.times(20, 800))
    await here.push(*replayed)
    wrong = changed(before, await _money(here)) + here.alarms.heard()
    return Tries(len(stale) + len(replayed), wrong)


async def _money(here: Scene) -> State:
    """All of the wallet's tables; of its quotes, how many could still be paid. Cancelling an expired one is nothing."""
    state = await here.state(schema="wallet")
    payable = f"state = 'open' AND expires_at > '{here.street.clock().isoformat()}'"
    state["wallet.quotes"] = str(await here.count(f"SELECT count(*) FROM wallet.quotes WHERE {payable}"))  # noqa: S608
    return state


async def _walk_through(here: Scene) -> AsyncIterator[str]:
    """Lead Ana to every kind of button there is; stop at each screen."""
    street, ana = here.street, here.street.ana
    await street.open_wallets(ana, street.ben, street.luna)
    for owner, name in ((ana, "Ana Shop"), (street.luna, "Ben")):
        await here.says(owner, f"/business {name}")
        await here.taps(owner, "Open")
        await street.approve(name)
    for _ in range(9):
        party = await street.party(ana)
        await street.wallet.deposit(party.id, euros(street.wallet, 1), key=uuid4(), by="test", reason="pages")
    for words in ("send 2 to @ben", "send 3 to @nobody_yet"):
        await here.pays(ana, words)
    await here.says(street.ben, "/request 4 @ana tea")
    for words in ("/request 5 @ben tea", "/requests", "/business", "/history", "/history"):
        await here.says(ana, words)
    await here.taps(ana, "Older")
    for words in ("send @ben", "send 1,234 to @ben", "send 2 to Ben", "send @ben", "6", "send 5 to @ben"):
        await here.says(ana, words)
    yield "cards"
    await here.taps(ana, "Confirm with PIN")
    await here.taps(ana, "1", "2")
    yield "a keypad"
    await here.taps(ana, "⌫", "⌫", *_WRONG_PIN)
    yield "a wrong PIN"
    street.clock.advance(minutes=3)
    await expiry.close_expired(street.context)
    yield "an expired card"
    await here.says(ana, "/pin")
    await here.taps(ana, "1")
    yield "the old PIN"
    await here.taps(ana, "⌫", *ana.pin)
    yield "a new PIN"
    await here.taps(ana, *_WRONG_PIN)
    yield "the new PIN once more"
    await here.taps(ana, "Cancel")


def _by_everybody_else(here: Scene) -> list[Json]:
    """Every button in Ana's chat, by everybody but Ana; Chai has never started the bot."""
    street = here.street
    return [
        forgery.press(street.world, presser, data, chat, at)
        for data, at in here.buttons(street.ana)
        for presser in (street.ben, street.luna, street.chai)
        for chat in (
            street.world.people[presser.id].chat(),
            street.world.people[street.ana.id].chat(),
            forgery.GROUP,
            None,
        )
    ]


def _crossed(here: Scene, effort: Effort) -> list[tuple[str | None, int]]:
    """Each card of Ana's with every operation that is not of its kind."""
    shown = {data.partition(":")[2]: (data.partition(":")[0], at) for data, at in _ever_shown(here) if data[:2] != "k:"}
    kind_of = {operation.rstrip(string.digits): kind for kind, names in _OPERATIONS.items() for operation in names}
    crossed = [
        (f"{operation}:{card}", at)
        for card, (shown_as, at) in shown.items()
        for kind, operations in _OPERATIONS.items()
        if kind != kind_of[shown_as.rstrip(string.digits)]
        for operation in operations
    ]
    return [*sample(effort.seed, crossed, effort.times(25, 10_000))]


def _ever_shown(here: Scene) -> list[tuple[str, int]]:
    """Each button that was ever under a message in Ana's chat, keypads included, with its message."""
    found: dict[str, int] = {}
    for call in here.street.world.calls.after(0):
        if call.ok and call.params.get("chat_id") in (here.street.ana.id, str(here.street.ana.id)):
            found |= {
                button["callback_data"]: call.result["message_id"]
                for row in (call.params.get("reply_markup") or {}).get("inline_keyboard", [])
                for button in row
                if "callback_data" in button
            }
    return list(found.items())


def _fuzz(here: Scene, effort: Effort) -> list[tuple[str | None, int]]:
    chance, own = Random(effort.seed), here.buttons(here.street.ana)
    return [fuzzed(chance, own) for _ in range(effort.times(40, 1_500))]


def fuzzed(chance: Random, own: list[tuple[str, int]]) -> tuple[str | None, int]:
    """Data of chance, or real data with one thing wrong, on a real message or on none."""
    data, at = chance.choice(own)
    where = chance.randrange(len(data))
    operation, _, card = data.partition(":")
    noise = "".join(chr(chance.randrange(0xD800)) for _ in range(chance.randint(1, 64)))
    candidates = (
        noise,
        data[:where] + chance.choice("xY_-9\x00\u202e٣") + data[where + 1 :],
        data[:where],
        data + chance.choice((" ", "\n", "\x00", "x")),
        data.upper() if data.upper() != data else "",
        f"{operation}:{_card_id(chance)}",
        f"{chance.choice(WORDS)}:{card[::-1]}",
        f"{operation}9:{card}" if operation.isalpha() else f"{operation[:-1]}٩:{card}",
        f"k:{card}",
        None,
    )
    fuzzed = chance.choice(candidates)
    return (None if fuzzed == data else fuzzed), chance.choice((at, 10**6, 0, -1, 2**31))


def _card_id(chance: Random) -> str:
    return "".join(chance.choices(string.ascii_letters + string.digits + "_-", k=22))


def anew(update: Json) -> Json:
    """Return what happened, as an update that was not delivered yet."""
    return {kind: content for kind, content in update.items() if kind != "update_id"}


PROVERS = (a_button_is_its_owners_alone,)
