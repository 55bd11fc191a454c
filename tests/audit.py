"""`make audit`: are weaknesses known in any package that the lock files name?

Exit code 1 if so. What could not be looked up is said loudly and is not a failure: without a network one can still
work. AUDIT=skip does not even ask.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOCKED = [Path(__file__).parents[1] / f"requirements-{which}.lock" for which in ("dev", "uv")]
"""All that is installed to develop, and with it all that is installed to run; and what installs it."""


@dataclass
class Audit:
    """What pip-audit found, and what it could not look up."""

    audited: int = 0
    weak: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    failure: str = ""

    @classmethod
    def of(cls, output: str, errors: str) -> Audit:
        """Read what pip-audit printed: JSON if it got that far."""
        try:
            packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
        except (ValueError, KeyError, TypeError):
            return cls(failure=(errors.strip().splitlines() or ["it did not say why"])[-1][:300])
        audit = cls()
        for package in packages:
            if "vulns" not in package:
                audit.unknown.append(package["name"])
                continue
            audit.audited += 1
            for weakness in package["vulns"]:
                mended = ", ".join(weakness.get("fix_versions") or ()) or "no version yet"
                audit.weak.append(f"{package['name']} {package['version']}: {weakness['id']}, mended in {mended}")
        return audit

    def verdict(self) -> tuple[int, str]:
        """The exit code, and what to say."""
        lines = [*self.weak]
        if self.weak:
            lines.append(f"{len(self.weak)} known weaknesses: make lock takes newer versions.")
        if self.failure:
            lines.append(f"NOT AUDITED: the service of known weaknesses was not reached ({self.failure}).")
        elif self.unknown and not self.audited:
            lines.append(
                f"NOT AUDITED: the service of known weaknesses knows none of the {len(self.unknown)} packages."
            )
        elif self.unknown:
            lines.append(f"NOT AUDITED: {', '.join(self.unknown)}.")
        if self.audited and not self.weak:
            lines.append(f"{self.audited} packages audited, no known weaknesses in them.")
        return int(bool(self.weak)), "\n".join(lines)


def main() -> int:
    if os.environ.get("AUDIT") == "skip":
        sys.stdout.write("NOT AUDITED: AUDIT=skip\n")
        return 0
    command = (sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner=off")
    done = subprocess.run(
        [*command, "--format=json", *(f"--requirement={lock}" for lock in LOCKED)],
        capture_output=True,
        text=True,
        check=False,
    )
    code, words = Audit.of(done.stdout, done.stderr).verdict()
    sys.stdout.write(f"{words}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
