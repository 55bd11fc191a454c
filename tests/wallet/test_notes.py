"""Notes, as they may be shown to others."""

from __future__ import annotations

from wallet import clean_note


def test_towers_of_marks_are_cut() -> None:
    """A hundred marks on one letter would paint over the lines of the card around them; honest words have a few."""
    assert clean_note("a" + "\u0489\u0335" * 60 + "b") == "a\u0489\u0335\u0489b"
    assert clean_note("cafe\u0301 ติ่ม") == "cafe\u0301 ติ่ม"
