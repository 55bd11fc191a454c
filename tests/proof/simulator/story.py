"""A seed's story: everybody acts, everything breaks, and after each step all invariants are looked at."""

from __future__ import annotations

import asyncio
import traceback
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from telegram.error import TelegramError

from bot.assembly import assembled
from bot.identity import person_key, username_key
from bot.settings import BotSettings
from sandbox.telegram.cast import PEOPLE
from tests.books import PEPPER
from tests.proof.simulator.administrator import BY, WHY, Operator
from tests.proof.simulator.books import Books
from tests.proof.simulator.chance import Chance, tamed
from tests.proof.simulator.outcome import Outcome
from tests.proof.simulator.people import PINS, Newcomer, Somebody
from tests.proof.simulator.phone import text_of
from tests.proof.simulator.programs import Program, Time, sweeping_by_hand
from tests.proof.simulator.records import CAFE, Order, Wrong
from tests.proof.simulator.telegram import NEWCOMERS, TOKEN, Telegram
from tests.proof.simulator.unforeseen import Unforeseen
from tests.proof.simulator.weather import Weather
from tests.proof.simulator.wire import Wire, emptied
from wallet import Money, SettingsError, Wallet, WalletError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

STEPS: Final = (40, 80)
_AT_ONCE: Final = (1, 2, 2, 3)
"""So many acts of people fall into a step."""
OPENING: Final = 200_00
_SETTLING_SECONDS: Final = 8
_SETTLING_ROUNDS: Final = 14
_LEAPS: Final = {
    timedelta(seconds=40): 3,
    timedelta(seconds=130): 3,
    timedelta(hours=25): 3,
    timedelta(days=4): 2,
}
"""By so much the clock leaps; twice by the last, and what was set aside has expired."""

_LATE: Final = "outbox", "overdue holds", "overdue requests"
"""What a bot that is down, or a clock that leaps, leaves behind for a while."""


class Story:
    """One seed on a fresh, migrated database that it has for itself."""

    def __init__(self, seed: int, url: URL) -> None:
        self.outcome = Outcome(seed)
        self.chance = Chance(seed)
        self.weather = Weather.of(self.chance)
        self.time = Time()
        self.telegram = Telegram(self.time)
        self.settings = _settings(url)
        self.wire = Wire(url)
        self.books = Books(self.wire.books, self.telegram, self.settings.tariff)
        self.operator = Operator(self.settings, self.time, self.books, self.chance)
        self.people = [
            Somebody(cast, PINS[at], self.telegram, self.books, self.chance) for at, cast in enumerate(PEOPLE)
        ]
        newcomers = [Newcomer(cast, "", self.telegram, self.books, self.chance) for cast in NEWCOMERS]
        self.everybody = [*self.people, *newcomers]
        self.busy = self.people[0]
        self.bot: Program | None = None
        self._calls = 0
        self._unforeseen = Unforeseen()

    def tell(self) -> Outcome:
        """Tell it to its end, or to the first thing that is wrong."""
        with ExitStack() as stack:
            stack.callback(self.wire.close)
            for setting in (
                sweeping_by_hand(),
                tamed(self.outcome.seed),
                self.wire.laid(),
                self.telegram.connected(),
                self._unforeseen.kept(),
            ):
                stack.enter_context(setting)
            stack.callback(self._end)
            try:
                self.open()
                self.happen()
                self.close()
            except Wrong as wrong:
                self.outcome.problem = f"step {self.outcome.steps}: {wrong}"
                self._write(f"WRONG {wrong}")
            except Exception as error:  # noqa: BLE001 - kept whole, and the next seed is told
                self.outcome.problem = f"step {self.outcome.steps}: the story stopped: {error!r}"
                self.outcome.trace += "".join(traceback.format_exception(error)).splitlines()
        return self.outcome

    def open(self) -> None:
        """Everybody has a wallet, a PIN and some money, and has pressed Start; the café is approved."""
        self.alone(self._settle_in)
        self._boot()
        for somebody in self.people:
            somebody.start()
        self.telegram.ring()
        self.run(seconds=4)
        self.look()

    def happen(self) -> None:
        """All steps."""
        for _ in range(self.chance.randint(*STEPS)):
            self.step()

    def step(self) -> None:
        """Somebody acts, something may break, time goes on, and the books are looked at."""
        self.outcome.steps += 1
        if self.bot is None:
            self._boot()
        self.weather.strike(self._programs(), self.telegram.world, self.wire)
        self._act()
        self.telegram.ring()
        if self.chance.happens(self.weather.impatience):
            self.run(seconds=3, suspensions=self.chance.randint(1, 400))
        else:
            self.run(seconds=self.chance.choice([0.5, 1, 2, 3, 5]))
        self.look()
        if self.outcome.steps % 12 == 0:
            self._reconcile(*_LATE)

    def close(self) -> None:
        """Nothing breaks any more; once everything has settled, everybody has been told everything."""
        self._write("calm from here on")
        self.wire.calm()
        self.telegram.world.faults.clear()
        self.telegram.world.updates.duplicate = self.telegram.world.updates.reorder = False
        for program in self._programs():
            program.doom = None
        for somebody in self.everybody:
            somebody.come_back()
        self._settle_down()
        self.time.leapt += timedelta(days=8)
        self._settle_down()
        if still := [*self.books.holds.open(), *self.books.requests.open()]:
            raise Wrong(f"still open after its time: {still}")
        known = self.books.shown_in(self.telegram.world.group.id)
        cards = [text_of(each) for each in self.telegram.in_the_group() if each.id in known]
        if waiting := [card for card in cards if "waiting for" in card]:
            raise Wrong(f"after its time the group is still told to wait: {waiting}")
        self.books.splits.boards_say(cards)
        self.books.nettings.boards_say(cards)
        self.outcome.offers = self.books.offers_taken()
        self._reconcile()
        self.books.all_updates_arrived()
        self.outcome.told = self.books.all_were_told()

    def _settle_down(self) -> None:
        """Let everything that is under way come to its end."""
        for _ in range(_SETTLING_ROUNDS):
            if self.bot is None:
                self._boot()
            self.telegram.ring()
            self.run(seconds=_SETTLING_SECONDS)
            if not self.operator.busy and (unknown := self.operator.unknown()):
                self.operator.begin(unknown[0])
            elif not self.operator.busy and not self.books.waiting():
                break
            self.time.leapt += timedelta(minutes=16)
        self.look()
        if waiting := self.books.waiting():
            raise Wrong(f"still waiting when all was calm: {waiting}")

    # -- steps --------------------------------------------------------------------------------------------------------

    def _act(self) -> None:
        chance = self.chance
        if chance.happens(0.04):
            leap = chance.choices(list(_LEAPS), list(_LEAPS.values()))[0]
            self.time.leapt += leap
            self._write(f"the clock leaps {leap}")
        if not self.operator.busy and chance.happens(0.22):
            self._write(f"operator: {self.operator.act()}")
        for _ in range(chance.choice(_AT_ONCE)):
            if not (self.busy.is_free and chance.happens(0.75)):
                self.busy = self._somebody()
            self._write(f"{self.busy.name}: {self.busy.act()}")

    def _somebody(self) -> Somebody:
        """Whoever acts next: somebody who need not wait, and who has had money from the start rather than not."""
        free = [each for each in self.everybody if each.is_free] or self.everybody
        return self.chance.choices(free, [3 if each in self.people else 1 for each in free])[0]

    def look(self) -> None:
        """Compare the books with what may have happened."""
        self.outcome.looks += 1
        for row in self.books.look():
            self._write(f"books: {row.kind} {row.amount} fee {row.fee} {row.note} {row.reference}")
        self.outcome.payments = len(self.books.paid())
        self.outcome.holds = self.books.holds.counted()
        self.outcome.requests = self.books.requests.counted()
        self.outcome.splits = self.books.splits.counted()
        self.outcome.nettings = self.books.nettings.counted()
        if problems := self._unforeseen.seen:
            raise Wrong(f"not foreseen: {problems}")
        for program in self._programs():
            if program.complaints:
                raise Wrong(f"nobody caught: {program.complaints}")

    def _reconcile(self, *but: str) -> None:
        report = self.alone(lambda wallet: wallet.reconcile())
        broken = [(proof.name, proof.examples) for proof in report.proofs if not proof.holds and proof.name not in but]
        if broken:
            raise Wrong(f"reconcile: {broken}")

    async def _settle_in(self, wallet: Wallet) -> None:
        self.books.keys = {person_key(cast.id): cast.id for cast in NEWCOMERS}
        self.books.keys |= {username_key(cast.username): f"@{cast.username}" for cast in NEWCOMERS if cast.username}
        for somebody, cast in zip(self.people, PEOPLE, strict=True):
            party = await wallet.open_person(cast.full_name, key=person_key(cast.id))
            await wallet.set_pin(party.id, somebody.pin)
            self.books.parties[party.id] = cast.id
        cafe = await wallet.open_business(self.books.id_of(self.books.owner), CAFE, key=self.chance.uuid())
        self.books.parties[cafe.id] = CAFE
        await wallet.approve_business(cafe.id, by=BY, reason=WHY)
        for who in (cast.id for cast in PEOPLE):
            key = self.chance.uuid()
            order = Order("deposit", who, OPENING, key)
            self.books.orders[key] = order
            await wallet.deposit(self.books.id_of(who), Money(OPENING, wallet.currency), key=key, by=BY, reason=WHY)
            order.state = "done"

    # -- programs -----------------------------------------------------------------------------------------------------

    def _programs(self) -> list[Program]:
        return [program for program in (self.bot, self.operator.program) if program is not None]

    def _boot(self) -> None:
        self.bot = Program("bot", self.time, self._serve)

    async def _serve(self) -> None:
        """As `bot.__main__` does."""
        clock = self.time.clock
        async with (
            Wallet.open(self.settings, clock=clock) as wallet,
            assembled(self.settings, wallet, clock=clock) as bot,
        ):
            await bot.intake.run(lambda _: None)

    def alone(self, work: Any) -> Any:
        """Do something with a wallet while everybody else stands still and nothing breaks."""

        async def main() -> Any:
            async with Wallet.open(self.settings, clock=self.time.clock) as wallet:
                return await work(wallet)

        program = Program("aside", self.time, main)
        program.sturdy = True
        while program.running:
            assert program.due() is not None
            program.turn()
        return program.outcome()

    def run(self, *, seconds: float, suspensions: int | None = None) -> None:
        """Let all programs go on for so long; or until they have given way so often, in the middle of everything."""
        until = self.time.now + seconds
        while suspensions is None or suspensions > 0:
            due = {program: when for program in self._programs() if (when := program.due()) is not None}
            ready = [program for program, when in due.items() if when <= self.time.now]
            if ready:
                program = self.chance.choice(ready)
                before = program.suspensions
                program.turn()
                suspensions = None if suspensions is None else suspensions - (program.suspensions - before)
                self._bury(program)
            elif due and min(due.values()) <= until:
                self.time.now = min(due.values())
            else:
                self.time.now = until
                break
        self._write_calls()

    def _bury(self, program: Program) -> None:
        """Note the end of a program; a supervisor starts the bot again."""
        if program.running:
            return
        self.outcome.suspensions += program.suspensions
        if program.dead:
            self.wire.release(program)
            self.outcome.kills += 1
            self._write(f"{program.name} killed at suspension {program.suspensions}")
        if program is self.bot:
            self.bot = None
            self._why_it_ended(program)
            if self.chance.happens(0.8):
                self._boot()
        elif ended := self.operator.ended():
            self._write(f"operator: {ended}")

    def _why_it_ended(self, program: Program) -> None:
        try:
            program.outcome()
        except asyncio.CancelledError:
            return
        except (SettingsError, WalletError, TelegramError) as error:
            self._write(f"the bot ended: {type(error).__name__}")
        except Exception as error:
            raise Wrong(f"the bot ended with {error!r}") from error

    def _end(self) -> None:
        for program in self._programs():
            self.outcome.suspensions += program.suspensions
            program.kill()
        self.outcome.struck = self.wire.struck

    # -- trace --------------------------------------------------------------------------------------------------------

    def _write(self, line: str) -> None:
        self.outcome.trace.append(f"{self.outcome.steps:3} {self.time.now:8.3f} {line}")

    def _write_calls(self) -> None:
        calls = self.telegram.calls[self._calls :]
        self._calls = len(self.telegram.calls)
        if calls:
            self._write(f"calls: {', '.join(calls)}")


def simulate(seed: int, url: URL) -> Outcome:
    """Tell a seed's story in this database, which is emptied first and belongs to nobody else meanwhile."""
    emptied(url)
    return Story(seed, url).tell()


def _settings(url: URL) -> BotSettings:
    return BotSettings.model_validate(
        {
            "database_url": url.render_as_string(hide_password=False),
            "pin_pepper": PEPPER,
            "bot_token": TOKEN,
            "telegram_api_url": "http://telegram.invalid",
            "argon2_memory_kib": 8,
            "argon2_time_cost": 1,
        }
    )
