"""Telegram failing at each call of a payment in turn, and a person's updates that overtake each other."""

from __future__ import annotations

import asyncio
from itertools import count, product
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from telegram import Update

from bot import application
from bot.outgoing import Outgoing
from sandbox.person import plain
from sandbox.telegram import people
from sandbox.telegram.faults import Fault, Faults
from tests.proof import forgery
from tests.proof.scene import found, sample, scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiolimiter import AsyncLimiter

    from sandbox.telegram.chats import Message
    from sandbox.telegram.faults import Kind
    from sandbox.telegram.world import World
    from tests.books import Server
    from tests.proof.finding import Effort, Finding
    from tests.proof.scene import Scene

Json = dict[str, Any]

FAULTS = ("retry_after", "server_error", "lost_reply", "forbidden")
_MOST_STEPS = 15
"""So often a person looks and presses before a payment is given up as stuck."""


class AtCall(Faults):
    """One fault, at the n-th call that the bot makes from now on. "forbidden": that chat has just blocked it."""

    def __init__(self) -> None:
        super().__init__()
        self.world: World | None = None
        self.begin("", 0)

    def begin(self, kind: str, at: int) -> None:
        """Count from here."""
        self.kind, self.at, self.calls, self.struck = kind, at, 0, False

    def strike(self, method: str, chat_id: str) -> Fault | None:
        """Strike once."""
        if method == "getUpdates":
            return None
        self.calls += 1
        if self.calls != self.at or (self.kind == "forbidden" and not chat_id):
            return None
        self.struck = True
        if self.kind != "forbidden":
            kind: Kind = self.kind  # type: ignore[assignment]  # one of the sandbox's own
            return Fault(method, kind, retry_after=1)
        assert self.world is not None
        people.block(self.world, int(chat_id), blocked=True)
        return None


class Unlimited(Outgoing):
    """Waits as Telegram asks, but not for its rate limits."""

    def _limiter(self, _: int | str) -> AsyncLimiter:
        return self._overall


async def a_payment_outlives_any_stumble(server: Server, effort: Effort) -> list[Finding]:
    """T11: each fault at each call of a whole payment. What is confirmed is paid once, told, and nothing hangs."""
    faults, tried = AtCall(), 0
    lost, stuck, paid_twice, told_twice = list[str](), list[str](), list[str](), 0
    with patch("bot.inbox.PAUSES", (0.0, 0.0)):
        async with scene(server, faults=faults, pace=Unlimited) as here:
            faults.world = here.street.world
            await here.street.open_wallets(here.street.ana, here.street.ben)
            faults.begin("none", 0)
            await _see_through(here, "without a fault")
            cases = sample(effort.seed, tuple(_cases(faults.calls)), effort.times(5, 1_000))
            for at, kind in cases:
                note = f"{kind} at call {at}"
                faults.begin(kind, at)
                done = await _see_through(here, note)
                tried += faults.struck
                payments = await here.count(f"{_PAYMENTS} WHERE note = '{note}'")
                told = sum(note in message.body for message in here.shown(here.street.ben))
                lost += [note] * (payments == 0 or told == 0)
                paid_twice += [note] * (payments > 1)
                stuck += [note] * (not done or await here.count(_UNDONE) > 0)
                told_twice += max(0, told - 1)
    claim = "A fault of Telegram's at any call of a payment: paid once, told to both, nothing hangs."
    figure = f"{', '.join(FAULTS)}; told twice: {told_twice}"
    return [found("T11", claim, tried, lost + paid_twice + stuck, figure)]


async def two_updates_at_once_are_one_after_the_other(server: Server, effort: Effort) -> list[Finding]:
    """T14: each pair of things Ana can do in front of a keypad with five digits, in one batch or in two processes."""
    pairs = sample(effort.seed, tuple(product(_ACTS, _ACTS, (False, True))), effort.times(4, 1_000))
    wrong = list[str]()
    async with scene(server) as here:
        street, ana = here.street, here.street.ana
        await street.open_wallets(ana, street.ben)
        for number, (first, second, apart) in zip(count(1), pairs, strict=False):
            before = await street.cents(ana)
            await here.says(ana, f"send 0.01 to @ben for no. {number}.")
            await here.taps(ana, "Confirm with PIN")
            await here.taps(ana, *ana.pin[:5])
            updates = [_act(here, first), _act(here, second)]
            what = f"{first} and {second}{' in two processes' if apart else ''}"
            if apart:
                wrong += [f"{what}: {error!r}" for error in await _handled_apart(here, updates)]
            else:
                await here.push(*updates)
            await here.told()
            payments = await here.count(f"{_PAYMENTS} WHERE note = 'no. {number}.'")
            receipts = sum(f"no. {number}." in plain(m.body) and "You sent" in m.body for m in here.shown(ana))
            if payments > 1 or before - await street.cents(ana) != payments or bool(receipts) != bool(payments):
                wrong.append(f"{what}: {payments} payments, {receipts} receipts")
            street.clock.advance(days=1)  # no lock of the PIN lasts longer
            await street.wallet.check_pin((await street.party(ana)).id, ana.pin)
        wrong += here.alarms.heard()
    claim = "Two updates of one person at the same time: one payment or none, and a receipt for each payment."
    return [found("T14", claim, len(pairs), wrong)]


_PAYMENTS = "SELECT count(*) FROM wallet.payments"
_UNDONE = """
SELECT (SELECT count(*) FROM bot.inbox WHERE handled_at IS NULL)
     + (SELECT count(*) FROM wallet.notices WHERE delivered_at IS NULL)
"""


def _cases(calls: int) -> Iterator[tuple[int, str]]:
    return product(range(1, calls + 1), FAULTS)


async def _see_through(here: Scene, note: str) -> bool:
    """What a stubborn person does: look, press what can be pressed, ask again if nothing came. Whether it is paid."""
    ana = here.street.ana
    for _ in range(_MOST_STEPS):
        card = next((message for message in here.shown(ana) if note in message.body), None)
        if card is not None and "You sent" in card.body:
            break
        await _next_step(here, note, card)
        await _calm_down(here)
    await _calm_down(here)
    return here.reads(ana, "You sent") and any(
        note in message.body and "You sent" in message.body for message in here.shown(ana)
    )


async def _next_step(here: Scene, note: str, card: Message | None) -> None:
    ana = here.street.ana
    labels = [plain(button["text"]) for row in _keyboard(card) for button in row]
    if card is None:
        await here.says(ana, f"send 0.01 to @ben for {note}")
    elif "⌫" in labels:
        await here.taps(ana, *ana.pin)
    elif labels:
        await here.taps(ana, labels[0])


def _keyboard(card: Message | None) -> list[list[Json]]:
    return card.wire.get("reply_markup", {}).get("inline_keyboard", []) if card is not None else []


async def _calm_down(here: Scene) -> None:
    """Time passes: who blocked the bot lets it in again, and what was put off is told."""
    street = here.street
    for somebody in (street.ana, street.ben):
        people.block(street.world, somebody.id, blocked=False)
    await here.settled()
    for _ in range(3):
        street.clock.advance(seconds=3)
        street.context.courier_wake()
        await asyncio.sleep(0.02)
        if not await here.count(_UNDONE):
            return
    street.clock.advance(seconds=10)
    await here.told()


_ACTS = (
    "the last digit",
    "another digit",
    "Cancel",
    "/cancel",
    "the PIN typed",
    "a wrong PIN typed",
    "other words",
    "/pin",
)


def _act(here: Scene, what: str) -> Json:
    """The update of one thing that Ana may do."""
    street, ana = here.street, here.street.ana
    words = {"the PIN typed": ana.pin, "a wrong PIN typed": "739164", "other words": "send 0.02 to @ben"}
    labels = {"the last digit": ana.pin[5], "another digit": "0", "Cancel": "Cancel"}
    if what not in labels:
        said = words.get(what, what)
        return {"message": forgery.message(street.world, ana, said, date=int(street.clock().timestamp()))}
    message_id, row, column = here.place(ana, labels[what])
    button = here.shown(ana)[0].wire["reply_markup"]["inline_keyboard"][row][column]
    return forgery.press(street.world, ana, button["callback_data"], street.world.people[ana.id].chat(), message_id)


async def _handled_apart(here: Scene, updates: list[Json]) -> list[BaseException]:
    """Handle both at the very same time, as two processes would, or lanes that were mixed up."""
    handle = application.build(here.street.context)
    numbered = [{"update_id": 1_500_000_000 + n, **update} for n, update in zip(count(), updates, strict=False)]
    read = [Update.de_json(update, here.street.context.bot) for update in numbered]
    outcomes = await asyncio.gather(*map(handle, read), return_exceptions=True)
    return [outcome for outcome in outcomes if outcome is not None]


PROVERS = (a_payment_outlives_any_stumble, two_updates_at_once_are_one_after_the_other)
