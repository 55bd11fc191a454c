"""Money set aside for somebody without a wallet: parties that were invited, holds, and the payments that end them."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_holds"
down_revision = "20261122_pin_hashes"
branch_labels = None
depends_on = None

CHECKS = (
    (
        "accounts",
        "ck_accounts_status",
        "status IN ('open', 'pending', 'frozen')",
        "status IN ('open', 'pending', 'frozen', 'invited')",
    ),
    (
        "payments",
        "ck_payments_kind",
        "kind IN ('payment', 'deposit', 'withdrawal', 'refund', 'reversal')",
        "kind IN ('payment', 'deposit', 'withdrawal', 'refund', 'reversal', 'hold', 'capture', 'release')",
    ),
    (
        "payments",
        "ck_payments_a_return_cites_its_original",
        "(kind IN ('refund', 'reversal')) = (original_id IS NOT NULL)",
        "(kind IN ('refund', 'reversal', 'capture', 'release')) = (original_id IS NOT NULL)",
    ),
    (
        "payments",
        "ck_payments_a_payment_has_a_quote",
        "(kind = 'payment') = (quote_id IS NOT NULL)",
        "(kind IN ('payment', 'hold')) = (quote_id IS NOT NULL)",
    ),
)
"""Table, name, what was checked before, what is from now on."""


def upgrade() -> None:
    for table, name, _, after in CHECKS:
        _check_instead(table, name, after)
    op.create_index(
        "uq_payments_one_end",
        "payments",
        ["original_id"],
        unique=True,
        schema="wallet",
        postgresql_where=sa.text("kind IN ('capture', 'release')"),
    )
    # Decides what the PIN confirms, so it is in the quote's code: quotes open while this is introduced are void.
    op.add_column("quotes", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True), schema="wallet")
    _create_holds()


def downgrade() -> None:
    """Refused by the constraints while there is any trace of a hold: history is not taken back."""
    op.drop_table("holds", schema="wallet")
    op.drop_column("quotes", "held_until", schema="wallet")
    op.drop_index("uq_payments_one_end", "payments", schema="wallet")
    for table, name, before, _ in reversed(CHECKS):
        _check_instead(table, name, before)


def _check_instead(table: str, name: str, condition: str) -> None:
    op.drop_constraint(op.f(name), table, schema="wallet")
    op.create_check_constraint(op.f(name), table, condition, schema="wallet")


def _create_holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payer_account_id", sa.Uuid(), nullable=False),
        sa.Column("payee_account_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'captured', 'cancelled', 'refused', 'expired')", name=op.f("ck_holds_state")
        ),
        sa.CheckConstraint("amount BETWEEN 1 AND 9007199254740991", name=op.f("ck_holds_amount")),
        sa.CheckConstraint("payer_account_id <> payee_account_id", name=op.f("ck_holds_not_for_oneself")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        schema="wallet",
    )
    op.create_index(
        "ix_holds_open",
        "holds",
        ["expires_at"],
        unique=False,
        schema="wallet",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_holds_open_payee",
        "holds",
        ["payee_account_id"],
        unique=False,
        schema="wallet",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_holds_payer", "holds", ["payer_account_id", "created_at"], unique=False, schema="wallet")
    op.execute("GRANT SELECT, INSERT, UPDATE (state, reminded_at) ON wallet.holds TO sixpence_app")
    op.execute("""
        CREATE TRIGGER wallet_holds_append_only BEFORE DELETE ON wallet.holds
        FOR EACH ROW EXECUTE FUNCTION wallet.refuse_change()
    """)
    op.execute("""
        CREATE TRIGGER wallet_holds_no_truncate BEFORE TRUNCATE ON wallet.holds
        FOR EACH STATEMENT EXECUTE FUNCTION wallet.refuse_change()
    """)
