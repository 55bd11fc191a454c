"""Fees: the tariff as the operator writes it, and what it charges."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wallet.fees import Rate, Tariff, round_half_even

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tariff", "amount", "fee"),
    [
        ("0.99%", 1000, 10),  # 9.90
        ("0.99%", 1, 0),  # 0.0099
        ("0.99%", 50, 0),  # 0.495
        ("0.99%", 51, 1),  # 0.5049
        ("1%", 50, 0),  # 0.5 → even 0
        ("1%", 150, 2),  # 1.5 → even 2
        ("1%", 250, 2),  # 2.5 → even 2
        ("1%", 350, 4),  # 3.5 → even 4
        ("0.5%", 100, 0),  # 0.5 → even 0
        ("0.0001%", 500_000, 0),  # 0.5 → even 0
        ("0.0001%", 500_001, 1),
        ("0%", 1000, 0),
        ("0% + 25", 1000, 25),
        ("0.99% + 10", 1000, 20),
        ("0.99% + 10", 5, 5),  # never above the amount
        ("100%", 777, 777),
        ("100% + 1", 777, 777),
        ("1%", 2**53 - 1, 90071992547410),  # …09.91
    ],
)
def test_a_business_pays_the_rate_rounded_half_even(tariff: str, amount: int, fee: int) -> None:
    """Percentage to the nearest minor unit, ties to the even one, plus the fixed part, at most the amount."""
    assert Tariff.parse(tariff).fee("business", amount, NOON) == fee


@given(st.integers(min_value=1, max_value=2**53 - 1))
def test_a_person_never_pays(amount: int) -> None:
    """Whatever the tariff."""
    assert Tariff.parse("100% + 999").fee("person", amount, NOON) == 0


@given(
    st.integers(min_value=1, max_value=2**53 - 1),
    st.integers(min_value=0, max_value=1_000_000),
    st.integers(min_value=0, max_value=10**9),
)
def test_a_fee_lies_between_nothing_and_the_amount(amount: int, ppm: int, fixed: int) -> None:
    """So a business always receives zero or more."""
    fee = Tariff((Rate(NOON.date(), ppm, fixed),)).fee("business", amount, NOON)
    assert 0 <= fee <= amount


@given(st.integers(min_value=0, max_value=10**30), st.integers(min_value=1, max_value=10**20))
@example(2, 3)  # as near above a half as thirds come
@example(1, 3)
def test_rounding_agrees_with_exact_fractions(numerator: int, denominator: int) -> None:
    """Python rounds a fraction half-even too; ours never leaves the integers."""
    assert round_half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@given(
    amount=st.integers(min_value=1, max_value=2**53 - 1),
    ppm=st.integers(min_value=0, max_value=1_000_000),
    fixed=st.integers(min_value=0, max_value=999_999_999),
)
def test_what_is_charged_is_what_was_written(amount: int, ppm: int, fixed: int) -> None:
    """To the unit, in integers all the way: no float comes near it, however large the amount."""
    fee = Tariff.parse(f"{ppm // 10_000}.{ppm % 10_000:04}% + {fixed}").fee("business", amount, NOON)
    assert type(fee) is int
    assert fee == min(amount, round(Fraction(amount * ppm, 1_000_000)) + fixed)


def test_rates_change_at_midnight_utc() -> None:
    """A dated part holds from the first second of its day, in UTC, whatever zone the clock speaks."""
    tariff = Tariff.parse("1%; from 2027-01-01: 2% + 5; from 2026-12-01: 0%")
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    second = timedelta(seconds=1)
    in_bangkok = timezone(timedelta(hours=7))
    assert tariff.fee("business", 1000, datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)) == 10
    assert tariff.fee("business", 1000, datetime(2026, 12, 1, tzinfo=UTC)) == 0
    assert tariff.fee("business", 1000, new_year - second) == 0
    assert tariff.fee("business", 1000, new_year) == 25
    assert tariff.fee("business", 1000, (new_year - second).astimezone(in_bangkok)) == 0
    assert tariff.fee("business", 1000, new_year.astimezone(in_bangkok)) == 25


def test_midnight_is_utc_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server in another time zone charges the same."""
    tariff = Tariff.parse("1%; from 2027-01-01: 2%")
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "XXX-13")
        time.tzset()
        fees = [tariff.fee("business", 1000, datetime(2026, 12, 31, hour, tzinfo=UTC)) for hour in (0, 12, 23)]
    time.tzset()
    assert fees == [10, 10, 10]


def test_before_the_first_date_nothing_is_charged() -> None:
    """A tariff may begin in the future."""
    tariff = Tariff.parse("from 2027-01-01: 2%")
    assert tariff.fee("business", 1000, NOON) == 0
    assert tariff.fee("business", 1000, NOON.replace(year=2028)) == 20


@pytest.mark.parametrize("text", ["0.99 %", " 0.99% ", "0.99%+0", "00.9900%", "FROM 2020-01-01: 0.99%"])
def test_spacing_and_case_are_free(text: str) -> None:
    """People write settings as they like."""
    assert Tariff.parse(text).fee("business", 1000, NOON) == 10


@pytest.mark.parametrize(
    "text",
    [
        "0%",
        "1%",
        "10%",
        "100%",
        "0.99%",
        "0.5%",
        "0.0001%",
        "12.0304%",
        "0% + 25",
        "0.99% + 10",
        "0.99%; from 2027-01-01: 1.2% + 5; from 2028-01-01: 0%",
        "from 2027-01-01: 1%",
    ],
)
def test_a_tariff_is_shown_as_it_is_written(text: str) -> None:
    """So an operator can copy what is shown into the settings."""
    assert str(Tariff.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "%",
        "1",
        "-1%",
        "1,5%",
        "1.%",
        ".5%",
        "1.00001%",
        "100.0001%",
        "999%",
        "1% + -5",
        "1% + 0.5",
        "1% +",
        "1% 5",
        "1%;",
        "1%; 2%",
        "from 2027-01-01: 1%; from 2027-01-01: 2%",
        "from 2027-13-01: 1%",
        "from 2027-02-30: 1%",
        "from 27-01-01: 1%",
        "1e1%",
        "nan%",
        "٣%",
        "１%",
    ],
)
def test_a_tariff_that_does_not_read_is_refused(text: str) -> None:
    """An operator's typing error never becomes a fee."""
    with pytest.raises(ValueError, match=r"."):
        Tariff.parse(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1,5%", "^'1,5%' is not a rate: write 0.99%, or "),
        ("1%; about 2%", "^'about 2%' is not a rate: "),
        ("100.0001%", "^'100.0001%' is more than everything$"),
        ("1%; 2%", "^two rates start on the same day$"),
    ],
)
def test_a_refused_tariff_says_what_is_wrong(text: str, why: str) -> None:
    """The part that does not read is quoted: it is all the operator sees."""
    with pytest.raises(ValueError, match=why):
        Tariff.parse(text)
