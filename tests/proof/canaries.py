"""Secrets with a mark on them, taken through every path, and then looked for everywhere they must not be.

Where: what every logger says at DEBUG, tracebacks included; SQL echo; every row of every table, also while a handler
crashes; what the database server itself logs of each statement; reprs; refusals of settings; what real processes print;
their command lines. How: in each spelling that `canary.py` knows.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
from contextlib import contextmanager, redirect_stderr
from random import Random
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from telegram import Update

from bot import logs
from bot.inbox_table import Arrival
from bot.turn import Turn
from tests import books
from tests.proof import canary_processes, forgery
from tests.proof.canary import Canary, Heap, pin, secrets
from tests.proof.scene import found, scene
from wallet import Wallet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.books import Server
    from tests.proof.finding import Effort, Finding
    from tests.proof.scene import Scene


RAW = "what every logger says at DEBUG, before redaction"
ASKED = "what the bot asked of Telegram"


async def no_secret_is_told(server: Server, effort: Effort) -> list[Finding]:
    """P9, T13: the bot's real parts in this process, through success, refusal, change and crash."""
    chance = Random(effort.seed)
    pins = [Canary(name, pin(chance)) for name in ("PIN", "wrong PIN", "new PIN", "PIN never asked for")]
    suggested = Canary("suggested PIN", pin(chance))
    marked = secrets(chance)
    heap = Heap()
    with (
        _statements_logged(server, heap),
        _loud(heap, list(marked.values()), debug=effort.long),
        patch.object(Wallet, "suggest_pin", lambda *_, **__: suggested.value),
    ):
        async with scene(server, **_settings(marked), database_password=marked["database password"].value) as here:
            await _through_every_path(here, heap, *pins)
            await _look_around(here, heap)
            asked = [call for call in here.street.world.calls.to_json(0) if call["method"] != "getUpdates"]
            heap.add(ASKED, json.dumps(asked, default=str))
            errors = here.alarms.heard()
    if not any("broke" in error for error in errors):
        raise AssertionError("no crash was seen: the crashing paths were not walked")
    findings = [_pins_row(heap, pins)]
    findings += [_secret_row(heap, secret) for secret in (*marked.values(), suggested)]
    return findings


def _pins_row(heap: Heap, pins: list[Canary]) -> Finding:
    seen = [sighting for pin in pins for sighting in heap.sightings(pin)]
    claim = "A PIN, pressed or typed, right, wrong, new or never asked for, is seen nowhere."
    return found("P9", claim, len(pins) * len(heap.places), seen, heap.size)


def _secret_row(heap: Heap, secret: Canary) -> Finding:
    # A library's own line at DEBUG may hold these; what reaches a log goes through our handler, which is looked at.
    libraries = {"bot token": (RAW,), "webhook secret": (RAW,), "suggested PIN": (RAW, ASKED)}
    but = libraries.get(secret.name, ())
    claim = f"The {secret.name} is seen nowhere{' but in ' if but else ''}{', and in '.join(but)}."
    return found("T13", claim, len(heap.places) - len(but), heap.sightings(secret, but=frozenset(but)), heap.size)


async def _through_every_path(here: Scene, heap: Heap, pin: Canary, wrong: Canary, new: Canary, stray: Canary) -> None:
    """Success, refusal, wrong PINs, PINs typed at the wrong time, a change of PIN, crashes."""
    street, ana, luna = here.street, here.street.ana, here.street.luna
    ana.pin = pin.value
    await street.open_wallets(ana, street.ben)
    await here.pays(ana, "send 5 to @ben")
    await here.pays(ana, "send 6 to @ben", wrong.value)
    for typed in (wrong.value, pin.value):
        await here.taps(ana, "Confirm with PIN")
        await here.says(ana, typed)
    await here.says(ana, stray.value)
    await here.says(ana, f"{stray.value[:3]} {stray.value[3:]}")
    await here.says(ana, f"my pin is {stray.value}")
    await here.says(ana, f"{stray.value}.")
    await here.says(ana, f"/pin {stray.value}")
    await here.taps(ana, *pin.value)
    await here.taps(ana, *"123456")  # too easily guessed: another is suggested
    await here.taps(ana, *new.value)
    await here.taps(ana, *stray.value)  # the two are not the same
    await here.taps(ana, *new.value)
    await here.taps(ana, *new.value[:5])
    await _look_at_a_turn(here, heap, new)
    await here.taps(ana, new.value[5])
    ana.pin = new.value
    await here.says(luna, "/start")
    await here.taps(luna, *new.value)
    await here.taps(luna, *new.value)
    for field_, content in (("forward_origin", _HIDDEN), ("edit_date", 2), ("caption", stray.value)):
        kind = "edited_message" if field_ == "edit_date" else "message"
        words = None if field_ == "caption" else stray.value
        await here.push({kind: forgery.message(street.world, ana, words, **{field_: content})})
    await _crash(here, heap, new, stray)


async def _crash(here: Scene, heap: Heap, pin: Canary, stray: Canary) -> None:
    """A handler that breaks with the PIN in its hands; hashing that breaks; deleting a typed PIN that breaks."""
    ana = here.street.ana

    async def breaks(*_: object, **__: object) -> None:
        await _dump(here, heap, "every row while a handler crashes")
        raise RuntimeError("it broke")

    with patch("bot.inbox.PAUSES", (0.0, 0.0)):
        for words, where in (("send 1 to @ben", "Wallet.confirm"), ("send 2 to @ben", "pin_hashing.PinHasher._run")):
            for typed in (False, True):
                await here.says(ana, words)
                await here.taps(ana, "Confirm with PIN")
                with patch(f"wallet.{where}", breaks):
                    await (here.says(ana, pin.value) if typed else here.taps(ana, *pin.value))
        with patch("bot.messages.delete", breaks):
            await here.says(ana, stray.value)


_HIDDEN = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 1}


async def _dump(here: Scene, heap: Heap, place: str) -> None:
    """Every row of every table, the inbox's included, and what the database's sessions are doing."""
    for table in await here.tables():
        rows = await here.rows(f"SELECT t::text FROM {table} t")  # noqa: S608 - our tables
        heap.add(place, "\n".join([table, *rows]))
    heap.add("the database's sessions", "\n".join(await here.rows("SELECT a::text FROM pg_stat_activity a")))


async def _look_at_a_turn(here: Scene, heap: Heap, pin: Canary) -> None:
    """What a turn and an arrival show of themselves, while six digits lie in both and five on the keypad."""
    street = here.street
    update = {"update_id": 1, "message": forgery.message(street.world, street.ana, pin.value)}
    turn = await Turn.of(street.context, Update.de_json(update, street.context.bot))
    keypad = street.context.keypads.of(street.ana.id)
    cards = await street.context.cards.latest(street.ana.id, "payment")
    waiting = await street.context.conversations.of(street.ana.id)
    shown = (turn, Arrival.of(update), keypad, keypad and keypad.purpose, cards, waiting, *asyncio.all_tasks())
    heap.add("reprs", "\n".join(f"{each!r}\n{each!s}" for each in shown))


async def _look_around(here: Scene, heap: Heap) -> None:
    """Every row, and what everything that lives long shows of itself."""
    street, settings = here.street, here.settings
    await _dump(here, heap, "every row")
    database = street.context.store
    long_lived = (
        settings,
        settings.model_dump(),
        settings.model_dump_json(),
        settings.__dict__,
        street.context,
        street.context.bot,
        street.inbox,
        street.wallet,
        street.wallet._hasher,
        *street.wallet.__dict__.values(),
        database,
        database._engine,
        database._engine.url,
        await street.context.people.find(street.ana.id),
        await street.wallet.pin_state((await street.party(street.ana)).id),
    )
    heap.add("reprs", "\n".join(f"{each!r}\n{each!s}" for each in long_lived))


@contextmanager
def _loud(heap: Heap, secrets: list[Canary], *, debug: bool = False) -> Iterator[None]:
    """Every logger at DEBUG, SQL echo included: once as it is, and once as our own handler prints it."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, {name: logging.getLogger(name).level for name in _loggers()}
    printed, raw = io.StringIO(), io.StringIO()
    root.handlers = []
    with redirect_stderr(printed):
        logs.configure([secret.value for secret in secrets])
    everything = logging.StreamHandler(raw)
    everything.setFormatter(logging.Formatter("%(name)s %(message)s %(args)r"))
    root.addHandler(everything)
    for logger in (root, *map(logging.getLogger, _loggers())):
        logger.setLevel(logging.DEBUG)
    asyncio.get_running_loop().set_debug(debug)
    try:
        yield
    finally:
        asyncio.get_running_loop().set_debug(False)
        root.handlers, level, levels = before
        root.setLevel(level)
        for name, was in levels.items():
            logging.getLogger(name).setLevel(was)
        logging.captureWarnings(False)
        heap.add(RAW, raw.getvalue())
        heap.add("what the bot prints", printed.getvalue())


def _loggers() -> list[str]:
    return [name for name in logging.root.manager.loggerDict if not name.startswith("sandbox")]


@contextmanager
def _statements_logged(server: Server, heap: Heap) -> Iterator[None]:
    """Let the server log every statement with its parameters."""
    log, settings = (
        server.folder / "postgres" / "log",
        ("log_statement = 'all'", "log_parameter_max_length_on_error = -1"),
    )
    start = log.stat().st_size
    for setting in settings:
        books.run(server.url, f"ALTER SYSTEM SET {setting}")
    books.run(server.url, "SELECT pg_reload_conf()")
    try:
        yield
    finally:
        for setting in settings:
            books.run(server.url, f"ALTER SYSTEM RESET {setting.partition(' ')[0]}")
        books.run(server.url, "SELECT pg_reload_conf()")
        with log.open("rb") as written:
            written.seek(start)
            heap.add("the database server's log", written.read().decode(errors="replace"))


def _settings(marked: dict[str, Canary]) -> dict[str, Any]:
    return {
        "bot_token": marked["bot token"].value,
        "pin_pepper": marked["pepper"].value,
        "pin_pepper_previous": marked["former pepper"].value,
        "webhook_secret": marked["webhook secret"].value,
    }


async def the_search_finds_what_is_there(server: Server, effort: Effort) -> list[Finding]:
    """The control: each secret in each spelling, in the middle of a text; a PIN in a table and in a log."""
    chance, heap = Random(effort.seed), Heap()
    planted = Canary("PIN", pin(chance))
    spelled = [(one, *each) for one in (planted, *secrets(chance).values()) for each in one.spellings.items()]
    missed = [f"{one.name} {name}" for one, name, said in spelled if name not in one.sightings(f"it is {said}, or not")]
    digits = planted.value
    apart = (" ".join(digits), str(list(digits)), str([int(d) for d in digits]), f"{digits[:3]}-{digits[3:]}")
    missed += [said for said in (*apart, digits.translate(_WIDE)) if not planted.sightings(said)]
    with _loud(heap, []):
        async with scene(server) as here:
            await here.street.context.conversations.wait(1, "name", pin=digits)
            await _dump(here, heap, "rows")
            logging.getLogger("telegram.ext").debug("%s", {"text": digits})
    missed += [place for place in ("rows", RAW) if not planted.sightings(heap.places[place])]
    claim = "Control: a secret that was planted is found, in each spelling, in a row, in a log."
    return [found("P9", claim, len(spelled) + len(apart) + 3, missed)]


_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")

PROVERS = (the_search_finds_what_is_there, no_secret_is_told, canary_processes.no_program_tells_a_secret)
