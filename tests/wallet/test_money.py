"""Money: whole minor units, one table of exponents, no mixing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet import Currency, Money
from wallet.money import _EXPONENTS

EUR, JPY, KWD = (Currency.parse(code) for code in ("EUR", "JPY", "KWD"))
ISO = [(code, exponent) for exponent, codes in _EXPONENTS.items() for code in codes.split()]


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (1250, EUR, "12.50 EUR"),
        (5, EUR, "0.05 EUR"),
        (-5, EUR, "-0.05 EUR"),
        (-1250, EUR, "-12.50 EUR"),
        (0, EUR, "0.00 EUR"),
        (1250, JPY, "1250 JPY"),
        (-7, JPY, "-7 JPY"),
        (1250, KWD, "1.250 KWD"),
        (1250, Currency.parse("HOUR:2"), "12.50 HOUR"),
    ],
)
def test_money_is_written_with_the_digits_of_its_currency(minor: int, currency: Currency, shown: str) -> None:
    """Two digits for the euro, none for the yen, three for the dinar."""
    assert str(Money(minor, currency)) == shown


@pytest.mark.parametrize(("code", "exponent"), ISO)
def test_every_listed_currency_has_one_exponent(code: str, exponent: int) -> None:
    """Each code stands in the table once, and its exponent cannot be set otherwise."""
    assert Currency.parse(code) == Currency(code, exponent)
    assert [known for known, _ in ISO].count(code) == 1
    assert Currency.parse(f"{code}:{exponent}") == Currency(code, exponent)
    with pytest.raises(ValueError, match="by ISO 4217"):
        Currency.parse(f"{code}:{(exponent + 1) % 5}")


@pytest.mark.parametrize(
    "text", ["", "E", "EU", "eur", "EURO", "HOUR", "HOUR:5", "HOUR:-1", "HOUR:", "EUR EUR", "€", "EUR:2:2", "ЕUR"]
)
def test_what_is_not_a_currency_is_refused(text: str) -> None:
    """A code in ISO 4217, or a unit with its digits; anything else is said to be wrong."""
    with pytest.raises(ValueError, match=r"currency|4217"):
        Currency.parse(text)


@pytest.mark.parametrize("minor", [1.0, True, "1", None, Fraction(1)])
def test_minor_units_are_integers_and_nothing_else(minor: object) -> None:
    """No float, no bool, no text passes for an amount."""
    with pytest.raises(TypeError):
        Money(minor, EUR)  # type: ignore[arg-type]


def test_two_currencies_do_not_mix() -> None:
    """Adding or subtracting yen and euro is a mistake of the programmer."""
    with pytest.raises(ValueError, match="do not mix"):
        Money(1, EUR) + Money(1, JPY)
    with pytest.raises(ValueError, match="do not mix"):
        Money(1, EUR) - Money(1, JPY)


@given(st.integers(), st.sampled_from(ISO))
def test_digits_read_back_as_the_same_amount(minor: int, iso: tuple[str, int]) -> None:
    """What is written is exact, for every currency and sign."""
    currency = Currency(*iso)
    assert Fraction(Money(minor, currency).digits()) * 10**currency.exponent == minor


@given(st.integers(), st.integers())
def test_adding_and_subtracting_are_exact(a: int, b: int) -> None:
    """Money adds as integers do."""
    assert (Money(a, EUR) + Money(b, EUR)) - Money(b, EUR) == Money(a, EUR)
    assert -Money(a, EUR) == Money(-a, EUR)
