"""The two logins of the handbook: an owner who is nobody special migrates, and is told what it lacks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.books import run
from tests.wallet.desk import Desk, Said, plain
from wallet import WalletSettings
from wallet.database import embedded, migration_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL

HANDBOOK = Path(__file__).parents[2] / "docs" / "operating.md"
LINES = HANDBOOK.read_text().partition("```sql\n")[2].partition("```")[0].strip().splitlines()
"""What the handbook has a superuser run, word by word."""
ROLES = ("sixpence_bot", "sixpence_owner", "sixpence_app")


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """A superuser's login on a PostgreSQL that never heard of Sixpence."""
    settings = WalletSettings(data_dir=tmp_path_factory.mktemp("untouched"), database_url=None)
    with embedded(settings):
        yield migration_url(settings)


@pytest.fixture
def superuser(untouched: URL) -> Iterator[URL]:
    """The same; whatever a test made is gone afterwards."""
    yield untouched
    run(untouched, "DROP DATABASE IF EXISTS sixpence WITH (FORCE)")
    for role in ROLES:
        run(untouched, f"DROP ROLE IF EXISTS {role}")


def follow(superuser: URL, *left_out: str) -> None:
    """Run the handbook's lines, but for those that begin so."""
    for line in LINES:
        if not line.startswith(left_out or ("nothing",)):
            run(superuser, line)


def two_logins(superuser: URL, *words: str) -> Said:
    """A command as the handbook sets it up: the owner's login for what only it may do, the bot's for the rest."""
    owner, bot = (
        plain(superuser.set(username=name, database="sixpence")) for name in ("sixpence_owner", "sixpence_bot")
    )
    return Desk(bot)(*words, SIXPENCE_MIGRATION_DATABASE_URL=owner)


def advised(said: str) -> list[str]:
    """The SQL that a sentence ends with."""
    (sentence,) = (line for line in said.splitlines() if "superuser" in line)
    return [f"{statement.strip()};" for statement in sentence.partition(": ")[2].split(";") if statement.strip()]


def test_who_follows_the_handbook_migrates(superuser: URL) -> None:
    """Its lines are all that a plain owner needs; then the doctor is content with the bot's login."""
    follow(superuser)
    said = two_logins(superuser, "migrate")
    assert (said.code, said.err) == (0, "")
    assert two_logins(superuser, "doctor").code == 0
    assert two_logins(superuser, "reconcile").code == 0


def test_the_owner_alone_keeps_the_books_too(superuser: URL) -> None:
    """With its one login for everything: it is a member, as the handbook has it."""
    follow(superuser)
    desk = Desk(plain(superuser.set(username="sixpence_owner", database="sixpence")))
    assert [desk(command).code for command in ("migrate", "doctor", "reconcile")] == [0, 0, 0]


def test_an_owner_who_makes_roles_needs_no_superuser(superuser: URL) -> None:
    """It makes the application's role itself, and joins it."""
    follow(superuser, "CREATE ROLE sixpence_app", "GRANT", "CREATE ROLE sixpence_bot")
    run(superuser, "ALTER ROLE sixpence_owner CREATEROLE")
    desk = Desk(plain(superuser.set(username="sixpence_owner", database="sixpence")))
    assert [desk(command).code for command in ("migrate", "doctor")] == [0, 0]


@pytest.mark.parametrize(
    "left_out",
    [
        ("GRANT",),
        ("CREATE ROLE sixpence_app", "GRANT", "CREATE ROLE sixpence_bot"),
        ("ALTER DATABASE",),
    ],
    ids=["not a member", "no role", "not the owner"],
)
def test_a_right_that_is_missing_is_named_with_the_line_that_gives_it(
    superuser: URL, left_out: tuple[str, ...]
) -> None:
    """By `migrate` and by the doctor; with that line run, the books are made."""
    follow(superuser, *left_out)
    if left_out == ("ALTER DATABASE",):
        run(superuser, "ALTER DATABASE sixpence OWNER TO CURRENT_USER")
    desk = Desk(plain(superuser.set(username="sixpence_owner", database="sixpence")))
    said = desk("migrate")
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "sixpence_owner may not" in said.err
    lines = advised(said.err)
    assert " ".join(lines) in " ".join(check["says"] for check in desk("doctor", "--json").json)
    for line in lines:
        run(superuser, line)
    assert desk("migrate").code == 0
    assert desk("doctor").code == 0


@pytest.fixture
def backup(desk: Desk, tmp_path: Path) -> Path:
    """A backup of books on another server."""
    folder = tmp_path / "monday"
    assert desk("backup", str(folder)).code == 0
    return folder


def test_who_follows_the_handbook_restores(superuser: URL, backup: Path) -> None:
    """Whoever cannot give the application's role needs not, where it is a member already."""
    follow(superuser)
    said = two_logins(superuser, "restore", str(backup), "--dry-run")
    assert (said.code, said.err) == (0, "")
    said = two_logins(superuser, "restore", str(backup))
    assert (said.code, said.err) == (0, "")
    assert "The books balance" in said.out


@pytest.mark.parametrize(
    "left_out",
    [("GRANT",), ("CREATE ROLE sixpence_app", "GRANT", "CREATE ROLE sixpence_bot")],
    ids=["not a member", "no role"],
)
def test_a_dry_run_names_the_right_that_restoring_would_lack(
    superuser: URL, backup: Path, left_out: tuple[str, ...]
) -> None:
    """In the words of the restoring itself, and with the line that gives it; with that line run, it restores."""
    follow(superuser, *left_out)
    desk = Desk(plain(superuser.set(username="sixpence_owner", database="sixpence")))
    dry, wet = desk("restore", str(backup), "--dry-run"), desk("restore", str(backup))
    assert dry == wet
    assert (dry.code, dry.out, dry.err.count("\n")) == (2, "", 1)
    for line in advised(dry.err):
        run(superuser, line)
    assert desk("restore", str(backup), "--dry-run").code == 0
    assert desk("restore", str(backup)).code == 0


def test_who_makes_roles_is_not_thereby_a_member_of_those_of_others(superuser: URL) -> None:
    """Since PostgreSQL 16; what is missing is named, with the line that gives it."""
    follow(superuser, "GRANT")
    run(superuser, "ALTER ROLE sixpence_owner CREATEROLE")
    desk = Desk(plain(superuser.set(username="sixpence_owner", database="sixpence")))
    said = desk("migrate")
    assert (said.code, advised(said.err)) == (2, ["GRANT sixpence_app TO sixpence_owner;"])
    follow(superuser, "CREATE")
    assert desk("migrate").code == 0


def test_only_the_owner_migrates_books_that_are_there(superuser: URL) -> None:
    """The bot's login is told whose login it takes."""
    follow(superuser)
    assert two_logins(superuser, "migrate").code == 0
    run(superuser.set(database="sixpence"), "UPDATE alembic_version SET version_num = '20261202_choice'")
    said = Desk(plain(superuser.set(username="sixpence_bot", database="sixpence")))("migrate")
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "SIXPENCE_MIGRATION_DATABASE_URL" in said.err
