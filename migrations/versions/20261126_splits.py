"""Splits: a total divided among people, each share a request; nettings, which replace open shares by fewer payments."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_splits"
down_revision = "20261125_requests"
branch_labels = None
depends_on = None

BEFORE = "state IN ('open', 'paid', 'declined', 'cancelled', 'expired')"
AFTER = "state IN ('open', 'paid', 'declined', 'cancelled', 'expired', 'netted')"
GRANTS = {
    "splits": "SELECT, INSERT, UPDATE (group_key, asked_at, closed_at)",
    "shares": "SELECT, INSERT, UPDATE (nth, is_in, amount, odd, request_id)",
    "nettings": "SELECT, INSERT, UPDATE (group_key, state)",
    "netting_sides": "SELECT, INSERT, UPDATE (agreed_at)",
    "netting_claims": "SELECT, INSERT",
}


def upgrade() -> None:
    _requests_may_be(AFTER)
    _create_splits()
    _create_shares()
    _create_nettings()
    for table, rights in GRANTS.items():
        op.execute(f"GRANT {rights} ON wallet.{table} TO sixpence_app")
        op.execute(f"""
            CREATE TRIGGER wallet_{table}_append_only BEFORE DELETE ON wallet.{table}
            FOR EACH ROW EXECUTE FUNCTION wallet.refuse_change()
        """)
        op.execute(f"""
            CREATE TRIGGER wallet_{table}_no_truncate BEFORE TRUNCATE ON wallet.{table}
            FOR EACH STATEMENT EXECUTE FUNCTION wallet.refuse_change()
        """)


def downgrade() -> None:
    """Refused by the constraint while any request was netted: history is not taken back."""
    for table in reversed(GRANTS):
        op.drop_table(table, schema="wallet")
    _requests_may_be(BEFORE)


def _requests_may_be(condition: str) -> None:
    op.drop_constraint(op.f("ck_requests_state"), "requests", schema="wallet")
    op.create_check_constraint(op.f("ck_requests_state"), "requests", condition, schema="wallet")


def _create_splits() -> None:
    op.create_table(
        "splits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_key", sa.Uuid(), nullable=False),
        sa.Column("starter_account_id", sa.Uuid(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("way IN ('even', 'shares', 'amounts')", name=op.f("ck_splits_way")),
        sa.CheckConstraint("total BETWEEN 1 AND 9007199254740991", name=op.f("ck_splits_total")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_splits_open_for_a_while")),
        sa.ForeignKeyConstraint(
            ["starter_account_id", "currency"],
            ["wallet.accounts.id", "wallet.accounts.currency"],
            name=op.f("fk_splits_starter"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_splits")),
        schema="wallet",
    )
    op.create_index("ix_splits_group_key", "splits", ["group_key"], unique=False, schema="wallet")
    op.create_index("ix_splits_starter", "splits", ["starter_account_id", "created_at"], unique=False, schema="wallet")


def _create_shares() -> None:
    op.create_table(
        "shares",
        sa.Column("split_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("nth", sa.BigInteger(), nullable=False),
        sa.Column("is_in", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("odd", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount BETWEEN 1 AND 9007199254740991", name=op.f("ck_shares_amount")),
        sa.CheckConstraint("amount IS NULL OR is_in", name=op.f("ck_shares_only_who_is_in_pays")),
        sa.CheckConstraint(
            "amount IS NOT NULL OR (NOT odd AND request_id IS NULL)", name=op.f("ck_shares_fixed_at_once")
        ),
        sa.ForeignKeyConstraint(["split_id"], ["wallet.splits.id"], name=op.f("fk_shares_split_id")),
        sa.ForeignKeyConstraint(["account_id"], ["wallet.accounts.id"], name=op.f("fk_shares_account_id")),
        sa.ForeignKeyConstraint(["request_id"], ["wallet.requests.id"], name=op.f("fk_shares_request_id")),
        sa.PrimaryKeyConstraint("split_id", "account_id", name=op.f("pk_shares")),
        sa.UniqueConstraint("request_id", name=op.f("uq_shares_request_id")),
        schema="wallet",
    )


def _create_nettings() -> None:
    op.create_table(
        "nettings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_key", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('proposed', 'agreed', 'refused', 'overtaken')", name=op.f("ck_nettings_state")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_nettings_open_for_a_while")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nettings")),
        schema="wallet",
    )
    op.create_index("ix_nettings_group_key", "nettings", ["group_key"], unique=False, schema="wallet")
    op.create_table(
        "netting_sides",
        sa.Column("netting_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["netting_id"], ["wallet.nettings.id"], name=op.f("fk_netting_sides_netting_id")),
        sa.ForeignKeyConstraint(["account_id"], ["wallet.accounts.id"], name=op.f("fk_netting_sides_account_id")),
        sa.PrimaryKeyConstraint("netting_id", "account_id", name=op.f("pk_netting_sides")),
        schema="wallet",
    )
    op.create_table(
        "netting_claims",
        sa.Column("netting_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('netted', 'made')", name=op.f("ck_netting_claims_kind")),
        sa.ForeignKeyConstraint(["netting_id"], ["wallet.nettings.id"], name=op.f("fk_netting_claims_netting_id")),
        sa.ForeignKeyConstraint(["request_id"], ["wallet.requests.id"], name=op.f("fk_netting_claims_request_id")),
        sa.PrimaryKeyConstraint("netting_id", "request_id", name=op.f("pk_netting_claims")),
        schema="wallet",
    )
    op.create_index("ix_netting_claims_request_id", "netting_claims", ["request_id"], unique=False, schema="wallet")
