"""Settling looks up and sorts in less: each index entry at a place of chance costs PostgreSQL some four microseconds.

- Counters are found by their time alone, as it never runs backwards on an account: one index instead of two.
- Only notices that keep others waiting are sorted by who is to be told; parked ones are few, and have an index.
- References are compared byte by byte, whatever the language of the database.
- That a transfer's accounts are there is looked up for the first entry of each. An entry after the first stands on one
  that was written before it, and accounts are never deleted. A transfer has its payment's currency.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_look_ups"
down_revision = "20261128_paid"
branch_labels = None
depends_on = None

IN_ORDER = "delivered_at IS NULL AND parked_at IS NULL AND kind NOT IN ('payment_sent', 'hold_placed')"


def upgrade() -> None:
    _key_spending_by("account_id", "at", "nth")
    op.drop_index("ix_spending_at", "spending", schema="wallet")

    op.drop_index("ix_notices_untold", "notices", schema="wallet")
    _index_notices("ix_notices_in_order", ["recipient_id", "id"], IN_ORDER)
    _index_notices("ix_notices_parked", ["recipient_id"], "parked_at IS NOT NULL")

    op.alter_column("payments", "reference", type_=sa.String(collation="C"), schema="wallet")

    _check_transfers("""
        SELECT t.id FROM added t LEFT JOIN wallet.payments p ON p.id = t.payment_id
        WHERE p.id IS NULL OR p.currency <> t.currency
           OR (t.debit_seq = 1 AND NOT EXISTS (
                   SELECT FROM wallet.accounts a WHERE a.id = t.debit_account_id AND a.currency = t.currency))
           OR (t.credit_seq = 1 AND NOT EXISTS (
                   SELECT FROM wallet.accounts a WHERE a.id = t.credit_account_id AND a.currency = t.currency))
    """)


def downgrade() -> None:
    _check_transfers("""
        SELECT t.id FROM added t
        LEFT JOIN wallet.payments p ON p.id = t.payment_id
        LEFT JOIN wallet.accounts debit ON debit.id = t.debit_account_id AND debit.currency = t.currency
        LEFT JOIN wallet.accounts credit ON credit.id = t.credit_account_id AND credit.currency = t.currency
        WHERE p.id IS NULL OR debit.id IS NULL OR credit.id IS NULL
    """)

    op.alter_column("payments", "reference", type_=sa.String(collation="default"), schema="wallet")

    op.drop_index("ix_notices_parked", "notices", schema="wallet")
    op.drop_index("ix_notices_in_order", "notices", schema="wallet")
    _index_notices("ix_notices_untold", ["recipient_id", "id"], "delivered_at IS NULL")

    op.create_index("ix_spending_at", "spending", ["account_id", "at"], schema="wallet")
    _key_spending_by("account_id", "nth")


def _key_spending_by(*columns: str) -> None:
    op.drop_constraint("pk_spending", "spending", schema="wallet")
    op.create_primary_key("pk_spending", "spending", list(columns), schema="wallet")


def _index_notices(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "notices", columns, schema="wallet", postgresql_where=sa.text(where))


def _check_transfers(violations: str) -> None:
    name = "ck_transfers_are_of_a_payment_and_two_accounts"
    op.execute(f"""
        CREATE OR REPLACE FUNCTION wallet.{name}() RETURNS trigger LANGUAGE plpgsql
        SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
        BEGIN
            IF EXISTS ({violations}) THEN
                RAISE EXCEPTION 'new row for wallet.transfers violates {name}' USING
                    ERRCODE = 'check_violation', SCHEMA = 'wallet', TABLE = 'transfers', CONSTRAINT = '{name}';
            END IF;
            RETURN NULL;
        END $$
    """)
