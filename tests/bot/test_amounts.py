"""Amounts as people type them: read one way, asked about, or refused, and never guessed."""

import runpy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import amounts
from bot.amounts import MAX_MINOR, Ambiguous, Amount, NotAnAmount, parse_amount
from tests.bot.amounts_corpus import CORPUS, EXPONENTS, Outcome

SCRIPT_ZEROS = {
    "latin": "0",
    "arabic": "٠",
    "persian": "۰",
    "thai": "๐",
    "full-width": "０",
    "devanagari": "०",
}

# group mark, decimal mark
STYLES = [
    ("", "."), ("", ","), ("", "٫"), (",", "."), (".", ","), (" ", ","), (" ", "."), ("\u00a0", ","),
    ("\u202f", ","), ("'", "."), ("’", "."), ("٬", "٫"), (",", "٫"), (".", "٫"),
]  # fmt: skip


def outcome(text: str, code: str, exponent: int) -> Outcome:
    """The result in the corpus's notation."""
    match parse_amount(text, code=code, exponent=exponent):
        case Amount(minor):
            return minor
        case Ambiguous(readings):
            return readings
        case NotAnAmount(reason, currency):
            return f"{reason}:{currency}" if currency else reason


def grouped(whole: int, mark: str) -> str:
    return f"{whole:,}".replace(",", mark)


def written(minor: int, exponent: int, group: str, decimal: str) -> str:
    whole, fraction = divmod(minor, 10**exponent)
    return grouped(whole, group) + (f"{decimal}{fraction:0{exponent}d}" if exponent else "")


def in_script(text: str, zero: str) -> str:
    return "".join(chr(ord(zero) + int(char)) if char in "0123456789" else char for char in text)


@pytest.mark.parametrize(("text", "code", "expected"), CORPUS, ids=lambda value: ascii(value)[:40])
def test_the_corpus_is_read_as_written(text: str, code: str, expected: Outcome) -> None:
    """Every row of the corpus comes to the value, the question or the refusal beside it."""
    assert outcome(text, code, EXPONENTS[code]) == expected


def test_what_import_makes_reads_the_corpus_alike() -> None:
    """The tables of currencies and conventions come from the source alone, not from what was read before."""
    afresh = runpy.run_path(amounts.__file__, run_name=amounts.__name__)["parse_amount"]
    for text, code, _ in CORPUS:
        exponent = EXPONENTS[code]
        assert repr(afresh(text, code=code, exponent=exponent)) == repr(
            parse_amount(text, code=code, exponent=exponent)
        )


def test_the_corpus_is_large_and_without_repeats() -> None:
    """At least 300 different strings."""
    rows = [(text, code) for text, code, _ in CORPUS]
    assert len(rows) == len(set(rows)) >= 300


@pytest.mark.parametrize("exponent", [0, 2, 3])
@pytest.mark.parametrize("minor", [1, MAX_MINOR - 1, MAX_MINOR])
def test_the_largest_amount_is_accepted_in_every_exponent(minor: int, exponent: int) -> None:
    """The limit is in minor units, whatever the currency."""
    assert parse_amount(written(minor, exponent, "", "."), code="HOUR", exponent=exponent) == Amount(minor)


@pytest.mark.parametrize("exponent", [0, 2, 3])
def test_one_unit_beyond_the_largest_is_refused(exponent: int) -> None:
    """Refused, never wrapped or rounded."""
    text = written(MAX_MINOR + 1, exponent, "", ".")
    assert parse_amount(text, code="HOUR", exponent=exponent) == NotAnAmount("too_large")


@given(
    minor=st.integers(1, MAX_MINOR),
    style=st.sampled_from(STYLES),
    zero=st.sampled_from(sorted(SCRIPT_ZEROS.values())),
    affix=st.sampled_from([("", ""), ("€", ""), ("", " €"), ("EUR ", ""), ("", "euros"), ("\u2068", "\u2069")]),
)
def test_an_amount_written_in_any_style_comes_back(
    minor: int, style: tuple[str, str], zero: str, affix: tuple[str, str]
) -> None:
    """Two decimals leave no doubt: every style in every script reads as the value it was written from."""
    text = affix[0] + in_script(written(minor, 2, *style), zero) + affix[1]
    assert parse_amount(text) == Amount(minor)


@given(minor=st.integers(1, MAX_MINOR), style=st.sampled_from(STYLES), exponent=st.sampled_from([0, 1, 2, 3, 4]))
def test_an_amount_in_any_exponent_comes_back_or_is_asked_about(
    minor: int, style: tuple[str, str], exponent: int
) -> None:
    """With three decimals `1.234` reads two ways: then the true value is among those offered."""
    reading = parse_amount(written(minor, exponent, *style), code="HOUR", exponent=exponent)
    if isinstance(reading, Ambiguous):
        assert exponent == 3
        assert minor in reading.readings
    else:
        assert reading == Amount(minor)


@given(
    whole=st.integers(1, 999),
    group=st.integers(0, 999),
    mark=st.sampled_from(".,"),
    exponent=st.integers(1, 6),
)
def test_one_mark_and_three_digits_is_always_a_question(whole: int, group: int, mark: str, exponent: int) -> None:
    """Whoever typed `1,234` meant a thousand or a decimal; both are offered, neither is taken."""
    reading = parse_amount(f"{whole}{mark}{group:03d}", code="HOUR", exponent=exponent)
    thousands = (whole * 1000 + group) * 10**exponent
    decimals = (whole * 1000 + group) * 10**exponent // 1000
    assert reading == Ambiguous((decimals, thousands))


@given(st.text())
def test_no_text_makes_the_parser_raise(text: str) -> None:
    """Any text gets an answer, and an accepted amount is within bounds."""
    for exponent in (0, 2, 3):
        reading = parse_amount(text, exponent=exponent)
        if isinstance(reading, Amount):
            assert 1 <= reading.minor <= MAX_MINOR
        if isinstance(reading, Ambiguous):
            assert list(reading.readings) == sorted(set(reading.readings))
            assert len(reading.readings) >= 2


@given(st.text(alphabet="0159.,' -+€$٫٬٣๑eE_xkRs\u200b\u202e\u00a0", max_size=12))
def test_an_accepted_amount_has_the_digits_that_were_typed(text: str) -> None:
    """No digit is dropped, added or moved on the way to minor units."""
    reading = parse_amount(text)
    if isinstance(reading, Amount):
        typed = "".join(str(int(char)) for char in text if char.isdecimal()).strip("0")
        assert str(reading.minor).strip("0") == typed
