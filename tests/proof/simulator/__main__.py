"""`python -m tests.proof.simulator FIRST [LAST]`: one seed with its trace, or many, a line of JSON each."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from tests import books
from tests.proof.simulator.crash_points import crash_points
from tests.proof.simulator.story import simulate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL


def main() -> int:
    """Run seeds, one after the other; returns how many found something."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof.simulator", description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int, nargs="?")
    parser.add_argument("--every", type=int, help="kill at every suspension of a payment, from FIRST in steps of this")
    parser.add_argument("--url", help="an empty, migrated database of one's own; without it a server is started")
    given = parser.parse_args()
    wrong = 0
    with _database(given.url) as url:
        for seed in range(given.first, (given.last or given.first) + 1):
            started = time.process_time()
            outcome = crash_points(url, seed, given.every) if given.every else simulate(seed, url)
            wrong += bool(outcome.problem)
            told = dataclasses.asdict(outcome)
            if given.last is None:
                print("\n".join(told.pop("trace")))
            else:
                told["trace"] = told["trace"][-60:] if outcome.problem else []
            print(json.dumps(told | {"seconds": round(time.process_time() - started, 2)}), flush=True)
    return min(wrong, 100)


@contextmanager
def _database(url: str | None) -> Iterator[URL]:
    if url:
        yield make_url(url)
        return
    with books.server() as server, server.database() as fresh:
        yield fresh


if __name__ == "__main__":
    sys.exit(main())
