"""`sixpence-admin`: how it reads what is typed, and words what is refused."""

from __future__ import annotations

from dataclasses import fields
from uuid import UUID

import pytest

from wallet import Currency, Money, errors
from wallet.admin.output import show, table
from wallet.admin.running import Refusal
from wallet.admin.sentences import sentence
from wallet.admin.words import read_amount
from wallet.ids import read_reference, reference


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("12.50", 1250), ("12.5", 1250), ("12", 1200), ("0.01", 1), ("0", 0), ("9007199254740991", 900719925474099100)],
)
def test_an_amount_is_read_as_it_is_written(typed: str, minor: int) -> None:
    """Plain decimals, exactly."""
    assert read_amount(typed, Currency("EUR", 2)) == Money(minor, Currency("EUR", 2))


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " 1",
        "1 ",
        "+1",
        "-1",
        "1,50",
        "1.",
        ".5",
        "1.234",
        "1_000",
        "1,000.00",
        "01",
        "1e3",
        "0x1",
        "NaN",
        "Infinity",
        "١٢",
        "１２",
        "๑๒",
        "²",
        "1\n",
        "€5",
        "12345678901234567",
    ],
)
def test_what_is_not_a_plain_decimal_is_refused(typed: str) -> None:
    """Nothing is guessed, and nothing but ASCII digits is a digit."""
    with pytest.raises(Refusal):
        read_amount(typed, Currency("EUR", 2))


def test_an_amount_has_no_more_digits_than_its_currency() -> None:
    """None for yen, three for dinars."""
    assert read_amount("12", Currency("JPY", 0)).minor == 12
    assert read_amount("1.234", Currency("KWD", 3)).minor == 1234
    with pytest.raises(Refusal):
        read_amount("12.0", Currency("JPY", 0))


def test_a_reference_is_read_however_it_is_typed() -> None:
    """Case, blanks and the letters that look like digits do not matter."""
    kept = reference(UUID(int=7))
    assert read_reference(kept) == kept
    assert read_reference(f" {kept.lower().replace('-', '')} ") == kept
    assert read_reference("oil1000000") == "01110-00000"


@pytest.mark.parametrize("kind", errors.WalletError.__subclasses__(), ids=lambda kind: kind.code)
def test_every_refusal_has_a_sentence(kind: type[errors.WalletError]) -> None:
    """Also one that an operator hardly ever meets."""
    facts = {"available": Money(1, Currency("EUR", 2)), "needed": Money(2, Currency("EUR", 2))}
    refusal = kind(**{field.name: facts.get(field.name, "?") for field in fields(kind)})
    assert sentence(refusal).endswith(".")


@pytest.mark.parametrize("kind", [errors.PartyFrozen, errors.PartyPending, errors.PartyInvited])
def test_a_name_in_a_refusal_cannot_command_the_terminal(kind: type[errors.PartyFrozen]) -> None:
    """It is other people's words here as well."""
    assert sentence(kind("payee", "\x1b[31mBen\u202e")).startswith("\ufffd[31mBen\ufffd ")


def test_a_narrow_terminal_cuts_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a balance would be read as a whole one: names wrap, and what cannot wrap runs on."""
    monkeypatch.setenv("COLUMNS", "60")
    row = ("Ana Moreno", "bank_clearing", Money(-1_234_567_89, Currency("EUR", 2)), UUID(int=7))
    show(table(("name", "kind", "balance", "id"), [row]))
    printed = capsys.readouterr().out
    assert "…" not in printed
    assert {"Ana", "Moreno", "bank_clearing", "-1234567.89", str(UUID(int=7))} <= set(printed.split())
