"""The simulator itself: the same seed is the same story, and what is broken on purpose is found."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from bot.courier import Courier
from bot.inbox import Inbox
from tests.proof.simulator.story import Story, simulate
from wallet import Wallet, holds, nettings, requests, settlement_checks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from tests.books import Server
    from wallet.accounts import Holder
    from wallet.errors import Side

_NOTHING = "SELECT %(ended)s::int"
_ALL_AGREE = """
    UPDATE wallet.netting_sides SET agreed_at = COALESCE(agreed_at, :at)
    WHERE netting_id = :netting AND CAST(:party AS uuid) IS NOT NULL
"""
SEEDS = 30
"""Within so many seeds a planted bug is found."""
A_FREEZE = 18
"""From this seed on somebody is frozen with money on its way."""
RARE = 34
"""From this seed on is what takes a kill, or a fault of the database, in the one moment that matters."""

# A program that is killed leaves its memory as it was; what Python says when it sweeps that up is not about the bot.
pytestmark = [
    pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::sqlalchemy.exc.SAWarning"),
    pytest.mark.timeout(400),
]


@pytest.fixture(autouse=True)
def swept_up() -> Iterator[None]:
    """What killed programs left behind goes here, and not in the middle of some other test."""
    yield
    gc.collect()


def test_a_seed_is_the_same_story_every_time(server: Server) -> None:
    """Two processes, with other hashes and on other databases, tell it alike, line by line."""
    command = (sys.executable, "-m", "tests.proof.simulator", "5", "--url")
    with server.database() as one, server.database() as another:
        tellers = [
            subprocess.Popen(
                [*command, url.render_as_string(hide_password=False)],
                stdout=subprocess.PIPE,
                env=os.environ | {"PYTHONHASHSEED": hashes},
            )
            for hashes, url in (("1", one), ("2", another))
        ]
        traces = [teller.communicate()[0].splitlines()[:-1] for teller in tellers]
    assert len(traces[0]) > 50
    assert traces[0] == traces[1]


def test_a_story_that_stops_is_kept_whole(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the simulator's own is that seed's problem, with its traceback; the next seed can be told."""

    def stop(_: Story) -> None:
        raise LookupError("lost the thread")

    monkeypatch.setattr(Story, "step", stop)
    with server.database() as url:
        outcome = simulate(1, url)
    assert outcome.problem == "step 0: the story stopped: LookupError('lost the thread')"
    assert outcome.trace[-1] == "LookupError: lost the thread"


def no_pin_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> str:
    async def accept(*_: Any, **__: Any) -> None:
        """Whatever was typed."""

    monkeypatch.setattr(Wallet, "_verify", accept)
    return "paid without its PIN"


def a_freeze_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> str:
    require = settlement_checks._require_open

    def let_pass(side: Side, holder: Holder, status: str) -> None:
        require(side, holder, "open" if status == "frozen" else status)

    monkeypatch.setattr(settlement_checks, "_require_open", let_pass)
    return "is frozen"


def a_hold_stays_when_it_is_captured(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(settlement_checks, "require_open_hold", lambda *_: None)
    monkeypatch.setattr(holds, "close", lambda ended: (_NOTHING, {"ended": len(list(ended))}))
    return "said to be open, and moved by"


def a_request_expires_at_once(monkeypatch: pytest.MonkeyPatch) -> str:
    expire = requests.expire

    async def early(conn: Any, limit: int, at: datetime, currency: Any) -> Any:
        return await expire(conn, limit, at + timedelta(days=30), currency)

    monkeypatch.setattr(requests, "expire", early)
    return "answered as nobody wanted"


def one_word_settles_for_all(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(nettings, "_AGREE", text(_ALL_AGREE))
    return "never agreed to settle so"


def a_notice_is_told_whatever_telegram_says(monkeypatch: pytest.MonkeyPatch) -> str:
    failure = Courier._failure

    async def none(courier: Courier, notice: Any) -> None:
        await failure(courier, notice)

    monkeypatch.setattr(Courier, "_failure", none)
    return "was never told"


def an_update_is_acknowledged_before_it_is_stored(monkeypatch: pytest.MonkeyPatch) -> str:
    receive, tasks = Inbox.receive, set()

    async def soon(inbox: Inbox, *updates: Any) -> None:
        tasks.add(asyncio.create_task(receive(inbox, *updates)))

    monkeypatch.setattr(Inbox, "receive", soon)
    return "never stored"


@pytest.mark.parametrize(
    ("plant", "first"),
    [
        (no_pin_is_looked_at, 1),
        (a_freeze_holds_nothing_up, A_FREEZE),
        (a_hold_stays_when_it_is_captured, 1),
        (a_request_expires_at_once, 1),
        (one_word_settles_for_all, 1),
        (a_notice_is_told_whatever_telegram_says, 1),
        (an_update_is_acknowledged_before_it_is_stored, RARE),
    ],
)
def test_a_planted_bug_is_found(
    server: Server, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], str], first: int
) -> None:
    """Some seed says what is wrong, in the words that fit."""
    expected = plant(monkeypatch)
    with server.database() as url:
        problems = (simulate(seed, url).problem for seed in range(first, first + SEEDS))
        assert expected in next(filter(None, problems), "nothing was found")
