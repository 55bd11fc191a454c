"""Do the tests bite? Known bugs are put back into a copy of this project, one at a time; the tests ought to notice.

`known_bugs` and its three neighbours list them: a piece of today's source, what it becomes, and the tests to run. A
run counts as noticing only if pytest says that tests failed; a bug that cannot be tried stops the proof.
"""

from __future__ import annotations

import ast
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.proof import borrowed_server
from tests.proof.finding import Finding
from tests.proof.known_bugs import BUGS as IN_THE_WALLET
from tests.proof.known_bugs_of_pins import BUGS as IN_PINS
from tests.proof.known_bugs_of_promises import BUGS as IN_PROMISES
from tests.proof.known_bugs_of_the_bot import BUGS as IN_THE_BOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.books import Server
    from tests.proof.finding import Effort
    from tests.proof.known_bugs import Bug

ROOT = Path(__file__).parents[2]
BUGS = (*IN_THE_WALLET, *IN_PINS, *IN_PROMISES, *IN_THE_BOT)
AT_ONCE = 2
_PACKAGES = ("bot", "migrations", "sandbox", "tests", "wallet")
_PYTEST = ("-m", "pytest", "-x", "-q", "--tb=short", "-p", "no:cacheprovider")
_BORROWED = borrowed_server.PLUGIN
_PASSED, _FAILED = 0, 1
_WHERE = f"import {', '.join(_PACKAGES)}; print({', '.join(f'{package}.__path__' for package in _PACKAGES)}, sep='\\n')"


class StaleError(Exception):
    """A bug that cannot be put back: the source or the tests have changed. Bring the list up to date."""


async def known_bugs_are_noticed(server: Server, effort: Effort) -> list[Finding]:
    """L18. The short version only puts each bug back into its file: it must still fit, and still be Python."""
    for bug in BUGS:
        _require_fit(bug)
    if not effort.long:
        claim = "Every known bug still fits into today's sources."
        return [Finding("L18", claim, len(BUGS), 0)]
    survivors = await _try_all(borrowed_server.environment(server), effort)
    areas = dict.fromkeys(bug.area for bug in BUGS)
    return [_finding(area, [bug for bug in BUGS if bug.area == area], survivors) for area in areas]


def _finding(area: str, bugs: Sequence[Bug], survivors: set[Bug]) -> Finding:
    alive = [bug.name for bug in bugs if bug in survivors]
    claim = f"Each of these bugs in {area}, put back alone, makes a test fail."
    figure = f"not noticed: {', '.join(alive)}" if alive else "all noticed"
    return Finding("L18", claim, len(bugs), len(alive), figure)


def mutated(bug: Bug) -> str:
    """The file's source with the bug in it. StaleError."""
    source = (ROOT / bug.file).read_text()
    for old, new in bug.changes:
        if (found := source.count(old)) != 1:
            raise StaleError(f"{bug.name}: {old!r} is in {bug.file} {found} times")
        source = source.replace(old, new)
    return source


def _require_fit(bug: Bug) -> None:
    """StaleError where the bug no longer fits, changes nothing, or would be noticed by a test that is not there."""
    try:
        after = ast.parse(mutated(bug))
    except SyntaxError as error:
        raise StaleError(f"{bug.name}: no longer Python: {error}") from None
    if ast.dump(after) == ast.dump(ast.parse((ROOT / bug.file).read_text())):
        raise StaleError(f"{bug.name}: changes nothing")
    for test in bug.tests.split():
        path, _, name = test.partition("::")
        if f"def {name}(" not in (ROOT / path).read_text():
            raise StaleError(f"{bug.name}: there is no {test}")


async def _try_all(environment: dict[str, str], effort: Effort) -> set[Bug]:
    """The bugs that no test noticed."""
    with tempfile.TemporaryDirectory(prefix="sixpence-mutants-") as folder:
        sound = _copy(Path(folder) / "sound")
        await _require_own_sources(sound, environment)
        tests = sorted({test for bug in BUGS for test in bug.tests.split()})
        status, said = await _python(sound, environment, *_PYTEST, *_BORROWED, "-n", str(AT_ONCE), *tests)
        if status != _PASSED:
            raise RuntimeError(f"without any bug the tests do not pass: {said[-2000:]}")
        turns = asyncio.Semaphore(AT_ONCE)
        tries = [
            asyncio.create_task(_is_noticed(bug, Path(folder) / str(n), environment, turns))
            for n, bug in enumerate(BUGS)
        ]
        for tried, each in enumerate(asyncio.as_completed(tries), 1):
            await each
            effort.say(f"{tried} of {len(BUGS)} bugs")
        noticed = [each.result() for each in tries]
    return {bug for bug, is_noticed in zip(BUGS, noticed, strict=True) if not is_noticed}


async def _is_noticed(bug: Bug, folder: Path, environment: dict[str, str], turns: asyncio.Semaphore) -> bool:
    # A bug in a migration needs a server of its own, since the borrowed one was migrated without it.
    server = () if bug.file.startswith("migrations/") else _BORROWED
    async with turns:
        tree = _copy(folder)
        (tree / bug.file).write_text(mutated(bug))
        status, said = await _python(tree, environment, *_PYTEST, *server, *bug.tests.split())
        shutil.rmtree(tree)
    if status not in {_PASSED, _FAILED}:
        raise StaleError(f"{bug.name}: pytest could not run: {said[-2000:]}")
    return status == _FAILED


def _copy(tree: Path) -> Path:
    """The project's sources, compiled files included: what is not changed need not be compiled again."""
    for package in _PACKAGES:
        shutil.copytree(ROOT / package, tree / package)
    shutil.copy2(ROOT / "pyproject.toml", tree)
    return tree


async def _require_own_sources(tree: Path, environment: dict[str, str]) -> None:
    """Make sure that a run in this tree imports this tree, and not the project that is installed."""
    _, said = await _python(tree, environment, "-c", _WHERE)
    foreign = [line for line in said.splitlines() if f"'{tree}/" not in line]
    if foreign:
        raise RuntimeError(f"imported from elsewhere: {foreign}")


async def _python(tree: Path, environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    """Run this Python in the tree, whose packages come before installed ones; its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=tree,
        env=environment | {"PYTHONPATH": str(tree)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None, "it has ended"
    return process.returncode, said.decode(errors="replace")


PROVERS = (known_bugs_are_noticed,)
