"""`sixpence-admin`: what an operator does. Moving money, and deciding about people."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import NullPool, create_engine, text

from wallet import Unavailable, Wallet, WalletSettings
from wallet.admin.words import operator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.wallet.desk import Desk
    from wallet import Receipt


def paid_to(desk: Desk, name: str) -> str:
    """The reference of Ana's payment to this party."""
    lines = desk("statement", "Ana", "--json").json["lines"]
    return str(next(line["reference"] for line in lines if line["counterparty"] == name))


def test_money_moves_after_a_yes_and_not_after_a_no(desk: Desk) -> None:
    """The question says how much and who; the answer decides; `--yes` answers it."""
    said = desk("deposit", "Ben", "12.50", "--reason", "cash", typed="n\n")
    assert said.code == 1
    assert "Deposit 12.50 EUR for Ben (person " in said.err
    assert said.err.endswith("No money moved. It was not confirmed: answer y, or give --yes.\n")
    assert desk("deposit", "Ben", "12.50", "--reason", "cash", typed="").err.endswith("or give --yes.\n")
    assert desk.balance("Ben") == "500"
    assert desk("deposit", "Ben", "12.50", "--reason", "cash", typed="y\n").code == 0
    assert desk.balance("Ben") == "1750"
    said = desk("withdraw", "Ben", "7.5", "--reason", "paid out", "--yes", "--json")
    assert (said.code, said.json["kind"], said.json["amount"]["minor"]) == (0, "withdrawal", 750)
    assert said.err.startswith("Withdraw 7.50 EUR from Ben (person ")
    assert desk.balance("Ben") == "1000"


def test_a_party_is_found_without_its_accents(desk: Desk, settings: WalletSettings) -> None:
    """Nor does case matter. Where that leaves two, neither is taken, and nothing is done to either."""
    found = desk("freeze", "cafe luna", "--reason", "a call", "--json")
    assert (found.code, found.json["name"], found.json["status"]) == (0, "Café Luna", "frozen")
    assert desk("unfreeze", found.json["id"], "--reason", "a mistake").code == 0

    async def another() -> None:
        async with Wallet.open(settings) as wallet:
            await wallet.open_person("Cafe Luna", key=uuid4())

    asyncio.run(another())
    for typed in ("Cafe Luna", "Café Luna"):
        said = desk("freeze", typed, "--reason", "a call")
        assert said.code == 1
        assert "is more than one party; take its id:" in said.err
    assert [act["verb"] for act in desk("acts", "--json").json if act["verb"] == "freeze"] == ["freeze"]


def test_a_key_makes_a_command_repeatable(desk: Desk) -> None:
    """Twice with one key is once; another request with it is refused and the first one stands."""
    key = str(uuid4())
    command = ("deposit", "Ben", "1.00", "--reason", "cash", "--yes", "--key", key)
    first, second = desk(*command), desk(*command)
    assert first == second
    assert f"Key {key}." in first.out
    other = desk("deposit", "Ben", "2.00", "--reason", "cash", "--yes", "--key", key)
    assert (other.code, other.out) == (1, "")
    assert "was used for another request" in other.err
    assert desk.balance("Ben") == "600"


def test_an_unknown_outcome_names_the_key(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the database goes away in the middle, the operator learns how to ask again safely."""

    async def lost(*_: object, **__: object) -> None:
        raise Unavailable

    monkeypatch.setattr(Wallet, "deposit", lost)
    key = str(uuid4())
    said = desk("deposit", "Ben", "1.00", "--reason", "cash", "--yes", "--key", key)
    assert (said.code, said.out) == (2, "")
    assert f"--key {key}" in said.err


@contextmanager
def as_a_program_starts() -> Iterator[None]:
    """Ctrl-C means what it means to a program of its own, whatever tests before this one have made of it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_names_the_key(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The money may have moved by then, as it has here: repeated with the key it does not move again."""
    deposit = Wallet.deposit

    async def interrupted(wallet: Wallet, *what: Any, **how: Any) -> Receipt:
        receipt = await deposit(wallet, *what, **how)
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(0)
        return receipt

    monkeypatch.setattr(Wallet, "deposit", interrupted)
    command = ("deposit", "Ben", "1.00", "--reason", "cash", "--yes")
    with as_a_program_starts():
        said = desk(*command)
    assert (said.code, said.out) == (2, "")
    key = said.err.partition("It was interrupted: repeat this with --key ")[2][:36]
    assert desk.balance("Ben") == "600"
    monkeypatch.undo()
    assert f"Key {key}." in desk(*command, "--key", key).out
    assert desk.balance("Ben") == "600"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("deposit", "Ben", "1.00", "--reason", "cash"), "No money moved."),
        (("pin", "reset-lost", "--reason", "leaked"), "Nothing was done."),
    ],
)
def test_ctrl_c_at_the_question_is_a_no(desk: Desk, command: tuple[str, ...], says: str) -> None:
    """At once, and nothing has to be repeated: nothing had been asked of the books."""
    before = desk("acts", "--json").json
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIXPENCE_")}
    environment |= {"SIXPENCE_DATABASE_URL": desk.url, "SIXPENCE_PIN_PEPPER": "a pepper that is not the books' own"}
    with (
        as_a_program_starts(),
        subprocess.Popen(
            [sys.executable, "-m", "wallet.admin", *command],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as asking,
    ):
        assert asking.stderr is not None
        said = b""
        while not said.endswith(b"[y/N]:"):
            said += asking.stderr.read(1)
        asking.send_signal(signal.SIGINT)
        try:
            assert asking.wait(timeout=20) == 1
        finally:
            asking.kill()
        said += asking.stderr.read()
    assert said.decode().endswith(f"{says} It was not confirmed: answer y, or give --yes.\n")
    assert desk("acts", "--json").json == before


def test_whoever_took_a_name_is_told_from_its_owner(desk: Desk, settings: WalletSettings) -> None:
    """By the account code, which nobody chooses, and by how long they have been called so."""
    ana, ben = (one["party"]["id"] for one in desk("parties", "--json").json[:2])
    at_noon, later = datetime(2026, 11, 21, 12, tzinfo=UTC), datetime(2026, 11, 29, 14, 5, tzinfo=UTC)

    async def rename() -> None:
        async with Wallet.open(settings, clock=lambda: at_noon) as wallet:
            await wallet.rename(UUID(ana), "Ana Moreno 🌸")
        async with Wallet.open(settings, clock=lambda: later) as wallet:
            for _ in range(2):
                await wallet.rename(UUID(ben), "Ana Moreno")

    asyncio.run(rename())
    by_name = "found by the name, which anybody can take: compare the account code"
    said = desk("deposit", "Ana Moreno", "1.00", "--reason", "transfer", typed="n\n").err
    assert f"for Ana Moreno (person {ben[:18]}, called so since 2026-11-29 14:05 UTC, {by_name})" in said
    for verb in ("deposit", "withdraw"):
        said = desk(verb, ana[:18], "1.00", "--reason", "transfer", "--yes").err
        assert f"(person {ana[:18]}, called so since 2026-11-21 12:00 UTC), and the customer reads " in said


def test_the_key_is_said_before_anything_moves(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a question too: whoever loses sight of the command after that can repeat it."""
    key = str(uuid4())
    seen: list[str] = []

    async def looked_at(*_: Any, **how: Any) -> Receipt:
        seen.append(str(how["key"]))
        raise Unavailable

    monkeypatch.setattr(Wallet, "deposit", looked_at)
    said = desk("deposit", "Ben", "1.00", "--reason", "cash", "--yes", "--key", key)
    assert seen == [key]
    assert said.err.startswith("Deposit 1.00 EUR for Ben (person ")
    assert f", key {key}.\n" in said.err


@pytest.mark.parametrize(
    ("command", "reader"),
    [
        *((command, "the customer") for command in ("deposit", "withdraw", "refund", "reverse")),
        *((command, "only administrators") for command in ("freeze", "unfreeze", "business approve", "pin reset")),
    ],
)
def test_help_says_who_reads_the_reason(desk: Desk, command: str, reader: str) -> None:
    """The reason of what moves money is its note; all others stay inside."""
    assert reader in " ".join(desk(*command.split(), "--help").out.replace("│", " ").split())


def test_the_reason_that_a_customer_reads_is_shown_before_money_moves(desk: Desk) -> None:
    """In the question, and with --yes too."""
    said = desk("withdraw", "Ben", "1.00", "--reason", "cash at the desk", typed="n\n")
    assert "and the customer reads “cash at the desk”, key" in said.err
    assert "No money moved" in said.err
    said = desk("deposit", "Ben", "1.00", "--reason", "bank transfer", "--yes")
    assert "and the customer reads “bank transfer”, key" in said.err


def test_a_payment_is_refunded_by_its_reference(desk: Desk) -> None:
    """In parts, with the fee, however the reference is typed; never more than was paid."""
    typed = paid_to(desk, "Café Luna").replace("-", " ").lower()
    part = desk("refund", typed, "4.00", "--reason", "cold", "--yes")
    assert part.code == 0
    assert "Of the fee, 0.04 EUR was returned." in part.out
    too_much = desk("refund", typed, "6.01", "--reason", "cold", "--yes")
    assert (too_much.code, too_much.out) == (1, "")
    assert "6.00 EUR of it can be" in too_much.err
    rest = desk("refund", typed, "--reason", "cold", "--yes", "--json")
    assert (rest.json["amount"]["minor"], rest.json["fee"]["minor"]) == (600, 6)
    assert (desk.balance("Ana"), desk.balance("Café Luna")) == ("9500", "0")


def test_a_mistake_is_reversed_once(desk: Desk) -> None:
    """By id or reference; a second time, and for what is a return itself, it is refused."""
    wrong = desk("deposit", "Ben", "50.00", "--reason", "typing error", "--yes", "--json").json
    undone = desk("reverse", wrong["payment_id"], "--reason", "it was Ana", "--yes", "--json")
    assert (undone.code, undone.json["kind"]) == (0, "reversal")
    for payment in (wrong["reference"], undone.json["reference"]):
        again = desk("reverse", payment, "--reason", "again", "--yes")
        assert (again.code, again.out) == (1, "")
    unknown = desk("reverse", "00000-00000", "--reason", "?", "--yes")
    assert unknown.err == "No money moved. There is no such payment.\n"
    assert desk("reconcile", "--json").json["entries"] == 12


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("withdraw", "Ben", "5.01"), "Not enough money: 5.00 EUR is there, 5.01 EUR is needed."),
        (("deposit", "Nobody", "1"), "There is no party 'Nobody': sixpence-admin parties lists them all."),
        (("deposit", "Ana", "1,50"), "'1,50' is not an amount in EUR: it is more than nothing, and written as 12.50."),
        (("deposit", "Ana", "0"), "An amount is more than nothing, and at most 2^53 - 1 minor units."),
        (("deposit", "Ana", "-5"), "'-5' is not an amount in EUR: it is more than nothing, and written as 12.50."),
        (("withdraw", "Ana", "-.5"), "'-.5' is not an amount in EUR: it is more than nothing, and written as 12.50."),
        (
            ("refund", "00000-00000", "-5.00"),
            "'-5.00' is not an amount in EUR: it is more than nothing, and written as 12.50.",
        ),
    ],
)
def test_a_refusal_is_1_and_one_sentence(desk: Desk, command: tuple[str, ...], says: str) -> None:
    """On stderr, and nothing moved, as it says."""
    said = desk(*command, "--reason", "x", "--yes")
    assert (said.code, said.out, said.refusal) == (1, "", f"No money moved. {says}")
    assert desk("reconcile", "--json").json["entries"] == 8


def test_a_misspelt_option_is_no_amount(desk: Desk) -> None:
    """Only what looks like a number is taken for one."""
    said = desk("refund", "00000-00000", "--yess", "--reason", "x")
    assert (said.code, said.out) == (2, "")
    assert "No such option: --yess" in said.err


def test_what_the_database_refuses_is_2_and_one_sentence(desk: Desk) -> None:
    """Also where it refuses in the middle of settling; the key is there to try it again."""
    with create_engine(desk.url, poolclass=NullPool).begin() as conn:
        conn.execute(text("REVOKE INSERT ON wallet.notices FROM sixpence_app"))
    said = desk("deposit", "Ana", "1.00", "--reason", "cash", "--yes")
    assert (said.code, said.out) == (2, "")
    because = "The database failed (InsufficientPrivilege): sixpence-admin doctor may tell why."
    assert said.refusal.startswith(f"{because} Then repeat this with --key ")


def test_decisions_are_acts_on_record(desk: Desk, settings: WalletSettings) -> None:
    """Who, what, to whom and why, newest first; `--by` defaults to who is logged in."""

    async def open_business() -> None:
        async with Wallet.open(settings) as wallet:
            luna = next(one.party for one in await wallet.parties() if one.party.name == "Luna")
            await wallet.open_business(luna.id, "Bar Luna", key=uuid4())

    asyncio.run(open_business())
    assert desk("freeze", "Ben", "--reason", "phone stolen", "--by", "night shift", "--json").json["status"] == "frozen"
    refused = desk("deposit", "Ben", "1", "--reason", "x", "--yes")
    assert (refused.code, refused.refusal) == (
        1,
        "No money moved. Ben is frozen: nothing leaves or reaches that account.",
    )
    assert "is open." in desk("unfreeze", "Ben", "--reason", "found").out
    refused = desk("deposit", "Bar Luna", "1", "--reason", "x", "--yes")
    assert (refused.code, refused.refusal) == (
        1,
        "No money moved. Bar Luna is not approved yet: sixpence-admin business approve.",
    )
    assert desk("business", "approve", "Bar Luna", "--json").json["status"] == "open"
    assert "has no PIN now" in desk("pin", "reset", "Ben", "--reason", "forgotten").out
    acts = desk("acts", "--limit", "4", "--json").json
    assert [(act["verb"], act["reason"]) for act in acts] == [
        ("pin reset", "forgotten"),
        ("business approve", "approved"),
        ("unfreeze", "found"),
        ("freeze", "phone stolen"),
    ]
    assert acts[3]["actor"] == f"night shift (as {operator()})"
    assert acts[0]["actor"] == operator()
    assert "phone stolen" in desk("acts").out


@pytest.mark.parametrize(
    ("name", "is_frozen", "what"),
    [
        ("Ana", False, "a person, and open"),
        ("Café Luna", False, "a business, and open"),
        ("Ben", True, "a person, and fr"),
    ],
)
def test_only_a_business_that_waits_is_approved(desk: Desk, name: str, what: str, *, is_frozen: bool) -> None:
    """Anybody else is refused with what they are: it would do nothing, least of all unfreeze."""
    if is_frozen:
        assert desk("freeze", name, "--reason", "a call").code == 0
    before = desk("acts", "--json").json
    said = desk("business", "approve", name)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"{name} is {what}")
    assert desk("acts", "--json").json == before


def test_a_name_is_no_markup(desk: Desk, settings: WalletSettings) -> None:
    """Square brackets are shown as they are: they neither hide a part of a name nor stop the command."""

    async def rename() -> None:
        async with Wallet.open(settings) as wallet:
            ben = next(one.party for one in await wallet.parties() if one.party.name == "Ben")
            await wallet.rename(ben.id, "[red]Ben[/bold]")

    asyncio.run(rename())
    said = desk("freeze", "[red]Ben[/bold]", "--reason", "phone stolen")
    assert said.code == 0
    assert said.out.startswith("[red]Ben[/bold] (")


def test_an_act_needs_a_reason(desk: Desk) -> None:
    """Blanks are none."""
    assert desk("freeze", "Ben").code == 2
    assert desk("freeze", "Ben", "--reason", "  ").code == 2
    assert desk("freeze", "Ben", "--reason", "x", "--by", " ").code == 2
    assert desk("parties", "--json").json[1]["party"]["status"] == "open"


@pytest.mark.parametrize("words", ["x" * 141, "cash\n\nno cash", "\x1b[2Jcash", "cash \u202ehsac"], ids=ascii)
def test_what_goes_on_record_is_one_visible_line(desk: Desk, words: str) -> None:
    """Refused before the question, in words that say so and do not repeat it."""
    before = desk("acts", "--json").json
    for command in (("deposit", "Ben", "1"), ("freeze", "Ben"), ("pin", "reset", "Ben")):
        for option in ("--reason", "--by"):
            said = desk(*command, "--reason", "cash", option, words)
            assert (said.code, said.out) == (2, "")
            message = " ".join(said.err.replace("│", " ").split())
            assert f"Invalid value for '{option}': one line of 1 to 140 characters, none of them hidden." in message
            assert words not in said.err
            assert "[y/N]" not in said.err
    assert desk("acts", "--json").json == before


def test_a_long_reason_and_an_emoji_go_on_record(desk: Desk) -> None:
    """As long as a note may be; joiners are part of what is seen."""
    assert desk("freeze", "Ben", "--reason", "x" * 140, "--by", "\N{WOMAN}\u200d\N{PERSONAL COMPUTER}").code == 0


def test_nobody_acts_as_somebody_else(desk: Desk) -> None:
    """Whoever types a name, their own, by the operating system's word, ends the record."""
    for typed in ("boss", "boss (as root)", f"{operator()} "):
        assert desk("freeze", "Ben", "--reason", "x", "--by", typed).code == 0
        assert desk("unfreeze", "Ben", "--reason", "x", "--by", operator()).code == 0
        newest, before, *_ = desk("acts", "--json").json
        assert (newest["actor"], before["actor"]) == (operator(), f"{typed} (as {operator()})")


def test_a_party_is_an_id_its_beginning_or_a_name(desk: Desk, settings: WalletSettings) -> None:
    """What could be several is refused with all of them; a name has to be whole."""
    ben = desk("parties", "--json").json[1]["party"]["id"]
    for typed in (ben, ben[:-2], ben[:-2].upper(), "Ben", "ben"):
        assert desk("statement", typed, "--json").json["party"]["id"] == ben
    assert desk("statement", "Be").code == 1
    assert desk("statement", ben[:7]).code == 1

    async def another() -> UUID:
        async with Wallet.open(settings) as wallet:
            return (await wallet.open_person("Ben", key=uuid4())).id

    other = asyncio.run(another())
    said = desk("statement", "Ben")
    assert said.code == 1
    assert ben in said.err
    assert str(other) in said.err


def test_a_name_never_takes_over_an_id(desk: Desk, settings: WalletSettings) -> None:
    """A whole id is that party's alone; where one begins so and another is called so, neither is taken."""
    ben = desk("parties", "--json").json[1]["party"]["id"]

    async def two_more() -> list[UUID]:
        async with Wallet.open(settings) as wallet:
            return [(await wallet.open_person(name, key=uuid4())).id for name in (ben, ben[:13])]

    others = asyncio.run(two_more())
    for typed in (ben, ben.upper()):
        assert desk("freeze", typed, "--reason", "phone stolen").out == f"Ben ({ben}) is frozen.\n"
        assert desk("unfreeze", typed, "--reason", "found").out == f"Ben ({ben}) is open.\n"
    for command in (("deposit", ben[:13], "5", "--yes"), ("freeze", ben[:13]), ("pin", "reset", ben[:13])):
        said = desk(*command, "--reason", "x")
        assert (said.code, said.out) == (1, "")
        assert f"{ben}  person  Ben\n" in said.err
        assert f"{others[1]}  person  {ben[:13]}\n" in said.err
    assert str(others[0]) not in said.err
    assert f"{ben[:13]} ({others[1]}) is frozen." in desk("freeze", str(others[1]), "--reason", "x").out
