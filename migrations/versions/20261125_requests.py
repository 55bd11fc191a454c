"""Requests: one party asks a person for money; quotes that answer one say so; whom strangers may ask."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_requests"
down_revision = "20261124_contacts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_requests()
    askable: sa.Column[bool] = sa.Column("askable", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    op.add_column("people", askable, schema="bot")
    op.execute("GRANT UPDATE (askable) ON bot.people TO sixpence_app")
    # Decides what the PIN confirms, so it is in the quote's code: quotes open while this is introduced are void.
    op.add_column("quotes", sa.Column("request_id", sa.Uuid(), nullable=True), schema="wallet")
    op.create_foreign_key(
        op.f("fk_quotes_request_id"),
        "quotes",
        "requests",
        ["request_id"],
        ["id"],
        source_schema="wallet",
        referent_schema="wallet",
    )


def downgrade() -> None:
    op.drop_column("people", "askable", schema="bot")
    op.drop_column("quotes", "request_id", schema="wallet")
    op.drop_table("requests", schema="wallet")


def _create_requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payee_account_id", sa.Uuid(), nullable=False),
        sa.Column("payer_account_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'paid', 'declined', 'cancelled', 'expired')", name=op.f("ck_requests_state")
        ),
        sa.CheckConstraint("amount BETWEEN 1 AND 9007199254740991", name=op.f("ck_requests_amount")),
        sa.CheckConstraint("payer_account_id <> payee_account_id", name=op.f("ck_requests_not_of_oneself")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_requests_open_for_a_while")),
        sa.CheckConstraint("(state = 'paid') = (payment_id IS NOT NULL)", name=op.f("ck_requests_paid_by_a_payment")),
        *(
            sa.ForeignKeyConstraint(
                [f"{side}_account_id", "currency"],
                ["wallet.accounts.id", "wallet.accounts.currency"],
                name=op.f(f"fk_requests_{side}"),
            )
            for side in ("payer", "payee")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["wallet.payments.id"], name=op.f("fk_requests_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        schema="wallet",
    )
    open_only = sa.text("state = 'open'")
    for name, columns, where in (
        ("ix_requests_open", ["expires_at"], open_only),
        ("ix_requests_open_payer", ["payer_account_id"], open_only),
        ("ix_requests_payee", ["payee_account_id", "created_at"], None),
    ):
        op.create_index(name, "requests", columns, unique=False, schema="wallet", postgresql_where=where)
    op.create_index(
        "uq_requests_payment_id",
        "requests",
        ["payment_id"],
        unique=True,
        schema="wallet",
        postgresql_where=sa.text("payment_id IS NOT NULL"),
    )
    changing = "state, payer_account_id, reminded_at, payment_id"
    op.execute(f"GRANT SELECT, INSERT, UPDATE ({changing}) ON wallet.requests TO sixpence_app")
    op.execute("""
        CREATE TRIGGER wallet_requests_append_only BEFORE DELETE ON wallet.requests
        FOR EACH ROW EXECUTE FUNCTION wallet.refuse_change()
    """)
    op.execute("""
        CREATE TRIGGER wallet_requests_no_truncate BEFORE TRUNCATE ON wallet.requests
        FOR EACH STATEMENT EXECUTE FUNCTION wallet.refuse_change()
    """)
