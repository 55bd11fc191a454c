"""Names are found without their accents: what each is looked up by is written anew.

Done here, as PostgreSQL folds neither case nor accents without being set up for it.
"""

import unicodedata
from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "20261130_without_accents"
down_revision = "20261130_split_hash"
branch_labels = None
depends_on = None

AT_ONCE = 1000
PARTIES = sa.table("parties", sa.column("id", sa.Uuid), sa.column("name"), sa.column("search_name"), schema="wallet")


def upgrade() -> None:
    _write_anew(_without_accents)


def downgrade() -> None:
    _write_anew(_as_before)


def _write_anew(form: Callable[[str], str]) -> None:
    books, last = op.get_bind(), UUID(int=0)
    page = sa.select(PARTIES).where(PARTIES.c.id > sa.bindparam("last")).order_by(PARTIES.c.id).limit(AT_ONCE)
    change = PARTIES.update().where(PARTIES.c.id == sa.bindparam("party")).values(search_name=sa.bindparam("form"))
    while rows := books.execute(page, {"last": last}).all():
        last = rows[-1].id
        changed = [{"party": row.id, "form": form(row.name)} for row in rows if form(row.name) != row.search_name]
        if changed:
            books.execute(change, changed)


def _without_accents(name: str) -> str:
    kept = []
    accented = False
    for char in unicodedata.normalize("NFKD", name):
        if unicodedata.category(char) != "Mn":
            accented = unicodedata.name(char, "").startswith(("LATIN ", "GREEK "))
        elif accented:
            continue
        kept.append(char)
    return _as_before("".join(kept)).replace("ё", "е")


def _as_before(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
