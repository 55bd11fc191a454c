"""Names: usernames that change hands in the middle of a payment, and display names made to deceive."""

from __future__ import annotations

import unicodedata
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

from bot.names import clean
from sandbox.person import plain
from tests.proof import forgery
from tests.proof.scene import found, sample, scene

if TYPE_CHECKING:
    from sandbox.telegram.chats import Message
    from tests.books import Server
    from tests.journeys.conftest import Somebody
    from tests.proof.finding import Effort, Finding
    from tests.proof.scene import Scene

STAGES = ("before the words", "the card", "the keypad", "five digits")
CHANGES: dict[str, tuple[dict[str, str | None], dict[str, str | None]]] = {
    "renamed": ({"username": "benedict"}, {}),
    "dropped": ({"username": None}, {}),
    "in capitals": ({"username": "BEN"}, {}),
    "recycled": ({"username": None}, {"username": "ben"}),
    "swapped": ({"username": "luna"}, {"username": "ben"}),
    "named alike": ({"first_name": "Luna", "last_name": "Rossi"}, {"first_name": "Ben", "last_name": "Okafor"}),
}
"""What Ben becomes, and what Luna becomes."""
WRITES = ("nobody", "Luna", "Ben and Luna")
"""Whom the bot hears from after the change, before the payment goes on."""

_HONEST: dict[str, Any] = {"username": "ben", "first_name": "Ben", "last_name": "Okafor"}
_OTHER: dict[str, Any] = {"username": "luna", "first_name": "Luna", "last_name": "Rossi"}

# Unicode's Default_Ignorable_Code_Point, as ranges: what a reader does not see.
_IGNORABLE = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE01FF),
)  # fmt: skip
_UNSEEN = ("\u2800", *(chr(point) for first, last in _IGNORABLE for point in range(first, last + 1)))
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067")
_MIXED = ("Вen", "Bеn", "Beп", "Bεn", "Βen", "Beո", "Ꭼben", "Okafоr", "Оkafor", "Okаfor", "Oκafor")
_ALIKE = ("Вен Окаfог", "BEN OKAFOR", "Ben 0kafor", "Ben  Okafor", "BenOkafor", "𝐁𝐞𝐧 Okafor", "Ｂｅｎ Okafor",
          "Bén Okafor", "Ben Okαfor", "Ben Okaf0r", "ben okafor", "Вen Оkafor", "Ben Okafor\u0301")  # fmt: skip
_MARKUP = (
    "<b>Ben</b>", "</b><a href='https://example.org'>Ben</a>", "<script>alert(1)</script>", "&lt;Ben&gt;", "&amp;",
    "<tg-spoiler>Ben", "<!-- Ben", "Ben & Ana", "<Ben", "a>b", "*Ben*", "_Ben_", "[Ben](https://example.org)",
    "`Ben`", "```Ben", "||Ben||", "{name}", "{0}", "%s", "{amount.__class__}", "\\u003cb\\u003e", "<code>x</code>",
)  # fmt: skip


async def money_goes_to_whom_the_card_showed(server: Server, effort: Effort) -> list[Finding]:
    """T6: each change of names at each stage of a payment, with and without the bot hearing of it."""
    cases = sample(effort.seed, tuple(product(STAGES, CHANGES, WRITES)), effort.times(6, 72))
    paid, wrong = 0, list[str]()
    async with scene(server) as here:
        street = here.street
        await street.open_wallets(street.ana, street.ben, street.luna)
        for stage, change, writes in cases:
            await _become(here, _HONEST, _OTHER, "Ben and Luna")
            before = await _cents(here)
            await _pay_while(here, stage, CHANGES[change], writes)
            gained = [now - then for now, then in zip(await _cents(here), before, strict=True)]
            allowed = [[0, 0], [1, 0]] if stage != STAGES[0] else [[0, 0], _to_the_holder(here)]
            if gained not in allowed:
                wrong.append(f"{change} at {stage}, {writes} wrote: {gained}")
            paid += sum(gained)
        wrong += here.alarms.heard()
    claim = (
        "Whatever becomes of a username in the middle of a payment, the money goes to whom the card showed, or nowhere."
    )
    return [found("T6", claim, len(cases), wrong, f"{paid} were paid, the others refused")]


async def names_are_shown_and_never_obeyed(server: Server, effort: Effort) -> list[Finding]:
    """T7: on the card, in the notice, in the history, as a business, as a note."""
    chance = Random(effort.seed)
    hidden = [(f"Be{char}n", True) for char in sample(effort.seed, _UNSEEN, effort.times(10, 250))]
    corpus = [*hidden, *((name, True) for name in _MIXED), *((name, False) for name in _MARKUP)]
    corpus = sample(effort.seed, corpus, effort.times(24, 10_000))
    tried, unescaped, unflagged = 0, list[str](), list[str]()
    async with scene(server) as here:
        street = here.street
        await street.open_wallets(street.ana, street.ben, street.luna)
        for name, is_deceptive in corpus:
            card = await _card_of(here, street.ben, name)
            unescaped += _obeyed(card, name)
            unflagged += [f"{name!a} is not warned of"] if is_deceptive and "⚠" not in card.body else []
        for name, _ in sample(effort.seed, corpus, effort.times(3, 40)):
            unescaped += await _elsewhere(here, name, chance)
            tried += 5
        unescaped += here.alarms.heard()
        alike = await _alike_unflagged(here, sample(effort.seed, _ALIKE, effort.times(4, 100)))
    return [
        found("T7", "Markup and direction marks in names and notes are text.", len(corpus) + tried, unescaped),
        found("T7", "Hidden characters and mixed alphabets in a payee's name are warned of.", len(corpus), unflagged),
        found("T7", "A name like that of somebody paid before is warned of.", effort.times(4, len(_ALIKE)), alike),
    ]


async def _pay_while(here: Scene, stage: str, change: tuple[Any, Any], writes: str) -> None:
    ana = here.street.ana
    for reached in STAGES:
        match reached:
            case "the card":
                await here.says(ana, "send 0.01 to @ben")
            case "the keypad" if here.offers(ana):
                await here.taps(ana, "Confirm with PIN")
            case "five digits" if here.offers(ana):
                await here.taps(ana, *ana.pin[:5])
        if reached == stage:
            await _become(here, *change, writes)
    if here.offers(ana):
        await here.taps(ana, ana.pin[5])


async def _become(here: Scene, ben: dict[str, Any], luna: dict[str, Any], writes: str) -> None:
    """Both change at once; then some of them write to the bot, in the same moment."""
    street = here.street
    street.becomes(street.ben, **ben)
    street.becomes(street.luna, **luna)
    writers = {"nobody": (), "Luna": (street.luna,), "Ben and Luna": (street.ben, street.luna)}[writes]
    await here.push(*({"message": forgery.message(street.world, writer, "/help")} for writer in writers))


def _to_the_holder(here: Scene) -> list[int]:
    """One cent to whoever has @ben at this moment, by Telegram's own word."""
    people = here.street.world.people
    return [int((people[one.id].username or "").lower() == "ben") for one in (here.street.ben, here.street.luna)]


async def _cents(here: Scene) -> list[int]:
    return [await here.street.cents(one) for one in (here.street.ben, here.street.luna)]


async def _called(here: Scene, somebody: Somebody, name: str) -> None:
    first, _, last = name.partition(" ")
    here.street.becomes(somebody, first_name=first, last_name=last)
    await here.says(somebody, "/help")


async def _card_of(here: Scene, payee: Somebody, name: str) -> Message:
    """The card that Ana gets of a payee who bears this name."""
    await _called(here, payee, name)
    await here.says(here.street.ana, f"send 0.01 to @{here.street.world.people[payee.id].username}")
    return here.shown(here.street.ana)[0]


async def _elsewhere(here: Scene, name: str, chance: Random) -> list[str]:
    """What shows the name but the card: a notice, a history, a new business before and after it is opened, a note."""
    street = here.street
    await _called(here, street.ben, name)
    await here.pays(street.ben, "send 0.01 to @ana")
    await here.told()
    wrong = _obeyed(here.shown(street.ana)[0], name)
    await here.says(street.ana, "/history")
    wrong += _obeyed(here.shown(street.ana)[0], name)
    await here.says(street.luna, f"/business {name} {chance.randrange(10**5)}")
    wrong += _obeyed(here.shown(street.luna)[0], name)
    await here.taps(street.luna, "Open")
    if not here.reads(street.luna, "You can have"):
        wrong += _obeyed(here.shown(street.luna)[0], name)
    await here.says(street.luna, f"send 0.01 to @ana for {name}")
    return wrong + _obeyed(here.shown(street.luna)[0], "")


async def _alike_unflagged(here: Scene, names: list[str]) -> list[str]:
    """Ana has paid Ben Okafor; then Luna takes names that look like his."""
    street = here.street
    await _called(here, street.ben, "Ben Okafor")
    await here.pays(street.ana, "send 0.01 to @ben")
    cards = [(name, await _card_of(here, street.luna, name)) for name in names]
    return [f"{name!a} is taken for Ben Okafor" for name, card in cards if "⚠" not in card.body] + here.alarms.heard()


def _obeyed(message: Message, name: str) -> list[str]:
    """What is wrong with a message: the name is not there to the letter, or it did something to the text around it."""
    body = message.body
    wrong = []
    if clean(name) not in plain(body) and name:
        wrong.append(f"{name!a} is not shown as it is: {body!a}")
    if not _DIRECTION.isdisjoint(body) or body.count("\u2068") != body.count("\u2069"):
        wrong.append(f"{name!a} turns the text around it")
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char != "\n" for char in body):
        wrong.append(f"{name!a} brings control characters")
    markup = {entity["type"] for entity in message.entities} - {"mention", "url", "bot_command", "hashtag", "email"}
    if not markup <= {"bold", "code"}:
        wrong.append(f"{name!a} brings {markup}")
    return wrong


PROVERS = (money_goes_to_whom_the_card_showed, names_are_shown_and_never_obeyed)
