"""Contacts, blocking and being found; what "pay me" links stand for."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_contacts"
down_revision = "20261123_holds"
branch_labels = None
depends_on = None

GRANTS = {
    "bot.contacts": (
        "SELECT, INSERT, UPDATE (name, username, alias, favourite, blocked, paid_username, paid_at, seen_at)"
    ),
    "bot.pay_links": "SELECT, INSERT, DELETE",
    "bot.people": "UPDATE (findable)",
}


def upgrade() -> None:
    findable: sa.Column[bool] = sa.Column("findable", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    op.add_column("people", findable, schema="bot")
    op.create_table(
        "contacts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("business_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=True),
        sa.Column("alias", sa.String(), nullable=True),
        sa.Column("favourite", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("blocked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paid_username", sa.String(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("num_nonnulls(user_id, business_id) = 1", name=op.f("ck_contacts_a_person_or_a_business")),
        sa.CheckConstraint("user_id <> owner_id", name=op.f("ck_contacts_somebody_else")),
        sa.CheckConstraint("length(alias) BETWEEN 1 AND 32", name=op.f("ck_contacts_alias_length")),
        sa.CheckConstraint("NOT blocked OR user_id IS NOT NULL", name=op.f("ck_contacts_a_business_never_pays")),
        sa.CheckConstraint("paid_username IS NULL OR paid_at IS NOT NULL", name=op.f("ck_contacts_paid_username")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("owner_id", "user_id", name=op.f("uq_contacts_owner_id_user_id")),
        sa.UniqueConstraint("owner_id", "business_id", name=op.f("uq_contacts_owner_id_business_id")),
        schema="bot",
    )
    op.create_table(
        "pay_links",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_pay_links_amount_positive")),
        sa.CheckConstraint("(amount IS NULL) = (expires_at IS NULL)", name=op.f("ck_pay_links_an_amount_expires")),
        sa.CheckConstraint("amount IS NOT NULL OR note = ''", name=op.f("ck_pay_links_a_note_has_an_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_links")),
        schema="bot",
    )
    op.create_index(
        "uq_pay_links_party_id",
        "pay_links",
        ["party_id"],
        unique=True,
        schema="bot",
        postgresql_where=sa.text("amount IS NULL"),
    )
    for table, rights in GRANTS.items():
        op.execute(f"GRANT {rights} ON {table} TO sixpence_app")


def downgrade() -> None:
    op.drop_table("pay_links", schema="bot")
    op.drop_table("contacts", schema="bot")
    op.drop_column("people", "findable", schema="bot")
