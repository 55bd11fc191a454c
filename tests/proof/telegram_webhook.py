"""The webhook under attack, and updates that come twice, out of order, under numbers used before."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from bot.webhook import HEADER, MOST_BYTES
from tests.ports import port_of_ones_own
from tests.proof import forgery
from tests.proof.scene import changed, found, sample, scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.books import Server
    from tests.proof.finding import Effort, Finding
    from tests.proof.scene import Scene

Json = dict[str, Any]

SECRET = "A-secret-of_some-length-0123456789"
_ODD_VALUES: tuple[Any, ...] = (None, True, 0, -1, 2**70, 1.5, "", "x", [], {}, [{}], {"id": {}}, [[["x"]]])


async def the_door_is_shut(server: Server, effort: Effort) -> list[Finding]:
    """T1: who has no secret, and what is no update."""
    async with scene(server, **_webhook()) as here, httpx.AsyncClient(timeout=60) as http:
        await here.street.open_wallets(here.street.ana, here.street.ben)
        guesses = sample(effort.seed, _guesses(), effort.times(30, 1_000))
        before, stored = await here.state(), await here.count(_INBOX)
        answers = [await _deliver(here, http, _words(here, f"/business Evil {n}"), *guess) for n, guess in guesses]
        let_in = [f"{guesses[n][1]!a} was answered {answer}" for n, answer in enumerate(answers) if answer != 403]
        let_in += changed(before, await here.state()) + here.alarms.heard()
        let_in += ["something was stored"] * (await here.count(_INBOX) - stored)

        bodies = sample(effort.seed, _bodies(here, Random(effort.seed), effort.times(30, 600)), effort.times(40, 9_999))
        crashes = [answer for body in bodies if (answer := await _deliver(here, http, body, SECRET)) >= 500]
        cut_short = effort.times(3, 20)
        await _hang_up(here, cut_short)
        await here.settled()
        wrong = [f"answered {answer}" for answer in crashes]
        wrong += changed(before, await here.state()) + here.alarms.heard()
    secret = "Without the webhook's secret nothing is stored and nothing happens: 403."
    body = "Malformed, huge, deep and cut off deliveries change nothing and raise nothing, even with the secret."
    return [
        found("T1", secret, len(guesses), let_in),
        found("T1", body, len(bodies) + cut_short, wrong),
    ]


async def each_update_counts_once(server: Server, effort: Effort) -> list[Finding]:
    """T2: each update three times, shuffled; then with numbers begun anew, lower, and used before."""
    chance, many = Random(effort.seed), effort.times(8, 60)
    lost, twice = list[str](), list[str]()
    rounds = (
        ("as they come", 900_000_001),
        ("begun anew, lower", chance.randrange(10**8)),
        ("used before", 900_000_001),
    )
    async with scene(server, **_webhook()) as here, httpx.AsyncClient(timeout=60) as http:
        street = here.street
        payers = (street.ana, street.chai, street.luna)
        await street.open_wallets(*payers, street.ben)
        for name, first in rounds:
            updates = [
                {"update_id": first + n, **_words(here, f"send 0.01 to @ben for {name} {n}", chance.choice(payers))}
                for n in range(many)
            ]
            await _deliver_all(here, http, chance.sample(updates * 3, k=3 * many))
            for n in range(many):
                quotes = await here.count(f"{_QUOTES} WHERE note = '{name} {n}'")
                lost += [f"{name} {n} is lost"] * (quotes == 0)
                twice += [f"{name} {n} is there {quotes} times"] * (quotes > 1)
            street.clock.advance(days=7, minutes=1)  # of silence: then Telegram's numbers may be any
        wrong = lost + twice + here.alarms.heard()
    claim = "An update that comes three times, in any order, under any number, is handled once."
    return [found("T2", claim, 3 * many * len(rounds), wrong, "lost 0, twice 0")]


_QUOTES = "SELECT count(*) FROM wallet.quotes"
_INBOX = "SELECT count(*) FROM bot.inbox"


def _webhook() -> Json:
    address = f"127.0.0.1:{port_of_ones_own()}"
    return {"webhook_url": f"http://{address}/telegram", "webhook_listen": address, "webhook_secret": SECRET}


def _words(here: Scene, words: str, somebody: Any = None) -> Json:
    written = int(here.street.clock().timestamp())
    return {"message": forgery.message(here.street.world, somebody or here.street.ana, words, date=written)}


async def _deliver(here: Scene, http: httpx.AsyncClient, content: Json | bytes, *secrets: str | bytes) -> int:
    """Deliver as Telegram would, with none, one or several secrets; return the status, 0 if there was none."""
    headers = [(HEADER.encode(), secret if isinstance(secret, bytes) else secret.encode()) for secret in secrets]
    body = content if isinstance(content, bytes) else json.dumps({"update_id": 1, **content}).encode()
    for _ in range(5):
        with suppress(httpx.TransportError):  # a connection left idle too long is closed: then on another
            return (await http.post(here.intake_url, content=body, headers=headers)).status_code
    return 0


async def _deliver_all(here: Scene, http: httpx.AsyncClient, updates: Sequence[Json]) -> None:
    """Deliver these in this order over several connections at once, as Telegram does."""
    waiting = list(reversed(updates))

    async def connection() -> None:
        while waiting:
            status = await _deliver(here, http, waiting.pop(), SECRET)
            assert status == 200, f"a webhook that answers {status} is not there to be tried"

    await asyncio.gather(*(connection() for _ in range(8)))
    await here.settled()


def _guesses() -> list[tuple[int, list[str | bytes]]]:
    """Numbered headers: no secret, wrong ones, every prefix, one character too much, one changed, odd bytes."""
    prefixes = [SECRET[:end] for end in range(len(SECRET))]
    changed_by_one = [SECRET[:at] + chr(ord(SECRET[at]) ^ 1) + SECRET[at + 1 :] for at in range(len(SECRET))]
    others = [f"{SECRET}x", f"x{SECRET}", SECRET * 2, SECRET.swapcase(), SECRET[::-1], "null", "x" * 4000]
    odd = [SECRET.encode() + b"\xff", "gehéim".encode("latin-1"), SECRET.encode("utf-7") + b"\xa0"]
    single: list[str | bytes] = [*prefixes, *changed_by_one, *others, *odd]
    return list(enumerate([[], ["", SECRET], ["wrong", SECRET], *([guess] for guess in single)]))


def _bodies(here: Scene, chance: Random, each: int) -> list[bytes]:
    """What is no update, or no longer one: cut, garbled, deep, huge, and with parts of another shape."""
    press = forgery.press(here.street.world, here.street.ana, "pin:x", here.street.world.people[5001].chat(), 1)
    whole = {"update_id": 1, **_words(here, "good morning"), **press}
    text = json.dumps(whole).encode()
    cut = [text[: chance.randrange(len(text))] for _ in range(each)]
    garbled = [bytes(chance.choices(range(256), k=chance.randint(0, 200))) for _ in range(each)]
    bent = [json.dumps(_bent(chance, whole, n)).encode() for n in range(each)]
    return cut + garbled + bent + _monsters()


def _monsters() -> list[bytes]:
    """Deep and huge ones."""
    deep = [
        b'{"update_id": %d, "message": ' % depth + opened * depth + b"1" + closed * depth + b"}"
        for depth in (50, 200, 300, 500, 900, 5_000, 200_000)
        for opened, closed in ((b'{"reply_to_message": ', b"}"), (b"[", b"]"))
    ]
    huge = [b" " * (MOST_BYTES + 1), b'{"update_id": 5, "message": "%s"}' % (b"x" * (MOST_BYTES - 40))]
    numbers = [b'{"update_id": %s}' % number for number in (b"9" * 5_000, b"1e400", b"-1", b"NaN", b"1.0", b"true")]
    return [*deep, *huge, *numbers, b'{"update_id": 6, "a\\u0000b": "\\ud800"}', b"null", b"0", b"\xef\xbb\xbf{}"]


def _bent(chance: Random, whole: Json, number: int) -> Json:
    """The update with one part, anywhere in it, gone or of another shape. Names stay: a new name is believed."""
    update: Json = json.loads(json.dumps(whole))
    update["update_id"] = 10_000 + number
    update.pop(chance.choice(("message", "callback_query")))
    place, path = update, []
    while True:
        key = chance.choice([key for key in place if key not in _BELIEVED])
        path.append(key)
        if not isinstance(place[key], dict) or chance.random() < 0.3:
            break
        place = place[key]
    place.pop(key)
    if chance.random() < 0.8:
        place[key] = chance.choice(_ODD_VALUES)
    return update


_BELIEVED = {"first_name", "last_name", "username", "language_code"}


async def _hang_up(here: Scene, times: int) -> None:
    """Promise a thousand bytes, send some, and go; or send what is not HTTP at all."""
    url = urlsplit(here.intake_url)
    head = f"POST {url.path} HTTP/1.1\r\nHost: bot\r\n{HEADER}: {SECRET}\r\nContent-Length: 1000\r\n\r\n"
    for said in (f"{head}{{", "\x00\xff not HTTP \r\n\r\n", f"{head[:60]}") * times:
        _, writer = await asyncio.open_connection(url.hostname, url.port)
        writer.write(said.encode("latin-1"))
        with suppress(ConnectionError):
            await writer.drain()
            writer.close()
            await writer.wait_closed()


PROVERS = (the_door_is_shut, each_update_counts_once)
