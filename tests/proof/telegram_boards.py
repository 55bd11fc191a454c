"""Boards in a group, of a split and of settling up: everybody sees each button, and it is not everybody's to press."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bot.split_cards import AGREE, ASK, CLOSE, JOIN, LEAVE, PAY, PAY_NET, REFUSE, REMIND
from sandbox.person import plain
from sandbox.telegram import people
from sandbox.telegram.cast import FLATMATES, MARKET_STREET
from tests.proof import forgery
from tests.proof.forgery import GROUP
from tests.proof.scene import found, sample, scene
from tests.proof.telegram_buttons import WORDS, Tries, anew, fuzzed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.books import Server
    from tests.journeys.conftest import Somebody
    from tests.proof.finding import Effort, Finding
    from tests.proof.scene import Scene

Json = dict[str, Any]

_BOARDS: Final = (JOIN, LEAVE, ASK, PAY, REMIND, CLOSE, AGREE, REFUSE, PAY_NET)
_OF_OTHER_CARDS: Final = (*WORDS, "gpin", "gcancel", "gaskpay", "gaskcancel", "askme", "itsme")
_STARTERS: Final = frozenset({"Ana"})
_SIDES: Final = frozenset({"Ana", "Ben"})
_THEIRS: Final = {
    "dinner": {JOIN: frozenset({"Ana", "Ben", "Luna"}), LEAVE: _SIDES, ASK: _STARTERS, CLOSE: _STARTERS},
    "lunch": {PAY: frozenset({"Ben"}), REMIND: _STARTERS, CLOSE: _STARTERS},
    "Settle up": {AGREE: _SIDES, REFUSE: _SIDES},
}
"""Who may do what on each board, where it is shown: on one that gathers people, one that asks them, and a proposal."""


class Board(NamedTuple):
    """A board: the words by which it is known, the id of its card, its message."""

    about: str
    card: str
    at: int


async def a_board_is_for_those_it_concerns(server: Server, effort: Effort) -> list[Finding]:
    """T3, T4: three boards, every word on each, by everybody it is not for and from everywhere it is not shown."""
    async with scene(server) as here:
        boards = await _shown(here)
        others = await _tried(here, _by_others(here, boards), effort, 120)
        ana, chance = here.street.ana, Random(effort.seed)
        own = [(f"{word}:{board.card}", board.at) for board in boards for word in _BOARDS]
        broken = [_press(here, ana, *fuzzed(chance, own)) for _ in range(effort.times(30, 1_000))]
        crossed = [_press(here, ana, f"{word}:{board.card}", board.at) for board in boards for word in _OF_OTHER_CARDS]
        strange = await _tried(here, [*broken, *crossed], effort, 70)
        await _end(here, boards)
        over = await _tried(here, _over(here, boards), effort, 200)
        astray = await _tried(here, await _under_another_message(here), effort, 70)
    claims = {
        "A board's button pressed by whom it is not for, or where it is not shown, changes and raises nothing.": others,
        "Callback data fuzzed, or of other cards, changes no board and raises nothing, even by its starter.": strange,
        "Boards that are over, pressed by anybody or replayed, change nothing and ask nobody.": over,
        "A group's card, pressed by hand under a message that was sent through the bot, stays where it is.": astray,
    }
    return [
        found("T4" if number else "T3", claim, tries.number, tries.wrong)
        for number, (claim, tries) in enumerate(claims.items())
    ]


async def _shown(here: Scene) -> list[Board]:
    """Ben is in Ana's dinner, owes her for lunch, is owed for the taxi, and proposes to settle up; Luna looks on."""
    street = here.street
    await street.open_wallets(street.ana, street.ben, street.luna)
    await _writes(here, street.ana, "/split 90 dinner")
    dinner = _board(here, "dinner")
    await here.push(_press(here, street.ben, f"{JOIN}:{dinner.card}", dinner.at))
    for somebody, words in ((street.ana, "/split 80 lunch @ben"), (street.ben, "/split 10 taxi @ana €10")):
        await _writes(here, somebody, words)
    await _writes(here, street.ben, "/settle")
    return [_board(here, about) for about in _THEIRS]


async def _writes(here: Scene, somebody: Somebody, words: str) -> None:
    people.write(here.street.world, somebody.id, MARKET_STREET.id, words)
    await here.settled()


def _board(here: Scene, about: str) -> Board:
    """The newest message of the group that says so and can be pressed."""
    for message in reversed(here.street.world.chats[MARKET_STREET.id].messages.values()):
        keys = message.wire.get("reply_markup", {}).get("inline_keyboard", [])
        if keys and about in plain(message.body):
            return Board(about, keys[0][0]["callback_data"].partition(":")[2], message.id)
    raise LookupError(f"no board about {about}")


def _by_others(here: Scene, boards: Sequence[Board]) -> list[Json]:
    """Every word on every board, by everybody and from everywhere, but for what they may do where it is shown."""
    street = here.street
    elsewhere = street.world.chats[FLATMATES.id].wire, None
    return [
        forgery.press(street.world, presser, f"{word}:{board.card}", chat, board.at)
        for board in boards
        for word in _BOARDS
        for presser in (street.ana, street.ben, street.luna, street.chai)
        for chat in (GROUP, street.world.people[presser.id].chat(), *elsewhere)
        if chat != GROUP or presser.name not in _THEIRS[board.about].get(word, ())
    ]


async def _end(here: Scene, boards: Sequence[Board]) -> None:
    """Ana asks for dinner, would rather not settle up, and forgives everything; some time goes by."""
    dinner, lunch, proposal = boards
    for word, board in ((ASK, dinner), (REFUSE, proposal), (CLOSE, dinner), (CLOSE, lunch)):
        await here.push(_press(here, here.street.ana, f"{word}:{board.card}", board.at))
    here.street.clock.advance(minutes=5)


def _over(here: Scene, boards: Sequence[Board]) -> list[Json]:
    """All that could ever be pressed, by everybody; and all that was pressed, once more."""
    street = here.street
    stale = [
        _press(here, presser, f"{word}:{board.card}", board.at)
        for board in boards
        for word in _BOARDS
        for presser in (street.ana, street.ben, street.luna, street.chai)
    ]
    return stale + [anew(update) for update in street.world.updates.delivered if "callback_query" in update]


async def _under_another_message(here: Scene) -> list[Json]:
    """A payment and a request that the group sees, pressed by everybody as if a message elsewhere showed them."""
    street, cards = here.street, list[str]()
    for words, about in (("/pay @ben 5 tea", "’s PIN"), ("/request @ben 5 tea", " asks ")):
        await _writes(here, street.ana, words)
        cards.append(_board(here, about).card)
    return [
        forgery.press(street.world, presser, f"{word}:{card}", None, 0)
        for card in cards
        for word in _OF_OTHER_CARDS
        for presser in (street.ana, street.ben, street.luna, street.chai)
    ]


async def _tried(here: Scene, presses: list[Json], effort: Effort, short: int) -> Tries:
    chosen = sample(effort.seed, presses, effort.times(short, 10_000))
    before = _in_the_group(here)
    wrong = await here.attacked(*chosen)
    if before != (after := _in_the_group(here)):
        wrong.append(f"the group was shown {before}, and is {after}")
    return Tries(len(chosen), wrong)


def _in_the_group(here: Scene) -> list[str]:
    return [message.body for message in here.street.world.chats[MARKET_STREET.id].messages.values()]


def _press(here: Scene, presser: Somebody, data: str | None, at: int) -> Json:
    return forgery.press(here.street.world, presser, data, GROUP, at)


PROVERS = (a_board_is_for_those_it_concerns,)
