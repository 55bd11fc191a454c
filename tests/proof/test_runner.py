"""The runner of the proofs: what went wrong is counted, who could not try is named, and the page says both."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import pytest
from rich.console import Console

from tests.proof.__main__ import prove
from tests.proof.finding import Effort, Finding
from tests.proof.report import machine, page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.books import Server
    from tests.proof.finding import Prover
    from tests.proof.report import Topic

EFFORT = Effort(7, long=False)


async def holds(_: Server, effort: Effort) -> list[Finding]:
    return [Finding("L1", "It holds.", effort.times(1_000, 2_000), 0, "a figure"), Finding("L2", "So does it.", 5, 0)]


async def fails(_: Server, __: Effort) -> list[Finding]:
    return [Finding("P1", "a | b", 10, 3)]


async def breaks(_: Server, __: Effort) -> list[Finding]:
    raise RuntimeError("no disk\nand more")


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> Topic:
    """A topic with one prover of each kind."""
    module = ModuleType("tests.proof.some_topic", "What it is about.\n\nAnd details.")
    provers: Sequence[Prover] = (holds, breaks, fails)
    module.PROVERS = provers  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return prove("some_topic", cast("Any", None), EFFORT, Console(file=io.StringIO()))


def test_a_prover_that_cannot_try_is_named_and_the_others_go_on(topic: Topic) -> None:
    """What went wrong is the sum of what the others found."""
    assert topic.wrong == 3
    assert [row.finding.fault for row in topic.rows] == ["L1", "L2", "P1"]
    assert topic.failed == ["breaks: RuntimeError: no disk"]


def test_a_topic_that_is_not_there_is_named() -> None:
    """It does not pass for one in which nothing went wrong."""
    missing = prove("no_such_topic", cast("Any", None), EFFORT, Console(file=io.StringIO()))
    assert missing.rows == ()
    assert "no_such_topic" in missing.failed[0]


def test_the_page_has_a_row_for_each_fault(topic: Topic) -> None:
    """With its numbers, the seed and the machine; what went wrong stands out, and so does what was not tried."""
    written = page("", [topic], ["some_topic"], machine(EFFORT, "18.4"))
    assert "**3 claims, tried 1,015 times: 3 went wrong.** **1 could not be tried.**" in written
    assert "seed 7, " in written
    assert "PostgreSQL 18.4, Python 3." in written
    assert "## Some topic\n\nWhat it is about.\n\n| fault |" in written
    assert "| L1 | It holds. | 1,000 | 0 | a figure | 0.0 |" in written
    assert "| L2 | So does it. | 5 | 0 |  |  |" in written
    assert "| P1 | a \\| b | 10 | **3** |" in written
    assert "Could not try: breaks: RuntimeError: no disk" in written


def test_a_topic_tried_anew_leaves_the_others_as_they_were(topic: Topic) -> None:
    """The sum at the top counts all of them, each once."""
    other = replace(topic, name="other_topic", failed=())
    order = ["other_topic", "some_topic"]
    both = page(page("", [topic], order, "then"), [other], order, "now")
    assert both == page(both, [other], order, "now")
    assert "**6 claims, tried 2,030 times: 6 went wrong.** **1 could not be tried.**" in both
    assert both.index("## Other topic") < both.index("## Some topic")
    assert "; now, " in both
    assert "; then, " in both
