"""The audit of packages: what is known to be weak fails, what could not be asked is said and does not."""

from __future__ import annotations

import json

import pytest

from tests.audit import Audit, main

SOUND = {"name": "sound", "version": "1.0", "vulns": []}
WEAK = {"name": "weak", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
HOPELESS = {"name": "hopeless", "version": "2.0", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]}
UNKNOWN = {"name": "unknown", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "code", "says"),
    [
        ([SOUND], 0, ["1 packages audited, no known weaknesses"]),
        ([SOUND, WEAK], 1, ["weak 1.0: PYSEC-1, mended in 1.1", "make lock"]),
        ([HOPELESS], 1, ["no version yet"]),
        ([SOUND, UNKNOWN], 0, ["NOT AUDITED: unknown", "1 packages audited"]),
        ([WEAK, UNKNOWN], 1, ["PYSEC-1", "NOT AUDITED: unknown"]),
        ([UNKNOWN, UNKNOWN], 0, ["NOT AUDITED", "none of the 2 packages"]),
    ],
)
def test_what_is_known_to_be_weak_fails_and_what_is_unknown_is_named(
    packages: list[dict[str, object]], code: int, says: list[str]
) -> None:
    """A package that was not found was not audited, which is never silent."""
    verdict, words = Audit.of(json.dumps({"dependencies": packages, "fixes": []}), "").verdict()
    assert verdict == code
    assert all(word in words for word in says)


@pytest.mark.parametrize("output", ["", "{}", "Traceback", "null"])
def test_a_service_that_cannot_be_reached_is_said_loudly(output: str) -> None:
    """Exit code 0, so that one can work without a network, and no word of everything being well."""
    code, words = Audit.of(output, "urllib3: …\nConnectionError: name not known").verdict()
    assert code == 0
    assert words.startswith("NOT AUDITED: the service of known weaknesses was not reached (ConnectionError: name")


def test_an_audit_that_was_skipped_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """AUDIT=skip asks nobody."""
    monkeypatch.setenv("AUDIT", "skip")
    assert main() == 0
    assert capsys.readouterr().out == "NOT AUDITED: AUDIT=skip\n"
