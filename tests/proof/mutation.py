"""`python -m tests.proof.mutation`: mutmut over the modules that money depends on (`[tool.mutmut]` in pyproject.toml).

It wants `pip install mutmut` first, which nothing else here needs. Every mutant is a run of its own; they share one
PostgreSQL. `mutmut results` and `mutmut show` tell what survived.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests import books
from tests.proof import borrowed_server


def main() -> int:
    command = [str(Path(sys.executable).with_name("mutmut")), "run", "--max-children", "2", *sys.argv[1:]]
    with books.server() as server:
        return subprocess.run(command, env=borrowed_server.environment(server), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
