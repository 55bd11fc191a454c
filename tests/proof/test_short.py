"""The short version of every proof: nothing goes wrong."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from tests.proof.__main__ import SEED, TOPICS, timed
from tests.proof.finding import Effort

if TYPE_CHECKING:
    from tests.books import Server


@pytest.mark.timeout(900)  # on a machine that does many other things
@pytest.mark.parametrize("topic", TOPICS)
def test_nothing_goes_wrong(topic: str, server: Server) -> None:
    """Every claim of the topic is tried a little, and holds."""
    provers = import_module(f"tests.proof.{topic}").PROVERS
    rows = [row for prover in provers for row in timed(prover, server, Effort(SEED, long=False))]
    assert rows
    for row in rows:
        assert row.finding.tried > 0, row.finding
        assert row.finding.wrong == 0, row.finding
