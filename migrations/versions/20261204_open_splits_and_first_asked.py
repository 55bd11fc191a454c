"""What is open is found among what is not, who was asked first is kept, and every transfer is in the books' one unit.

- A split ends, once everybody is asked, when its shares run out of time: so those of a group that may be open are found
  by their time, however many came after them.
- A request remembers whose it was before somebody claimed it.
- A transfer's accounts are looked up for the first entry of each alone, so its currency is held against the unit too.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261204_open_splits"
down_revision = "20261204_served"
branch_labels = None
depends_on = None

OF_TWO_ACCOUNTS = """
    (t.debit_seq = 1 AND NOT EXISTS (
        SELECT FROM wallet.accounts a WHERE a.id = t.debit_account_id AND a.currency = t.currency))
    OR (t.credit_seq = 1 AND NOT EXISTS (
        SELECT FROM wallet.accounts a WHERE a.id = t.credit_account_id AND a.currency = t.currency))
"""


def upgrade() -> None:
    op.execute("GRANT UPDATE (expires_at) ON wallet.splits TO sixpence_app")
    op.execute("""
        UPDATE wallet.splits s SET expires_at = asked.until
        FROM (SELECT h.split_id, max(r.expires_at) AS until
              FROM wallet.shares h JOIN wallet.requests r ON r.id = h.request_id GROUP BY h.split_id) asked
        WHERE asked.split_id = s.id
    """)
    op.create_index(
        "ix_splits_not_closed",
        "splits",
        ["group_key", "expires_at"],
        schema="wallet",
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.add_column("requests", sa.Column("claimed_from", sa.Uuid(), nullable=True), schema="wallet")
    op.create_foreign_key(
        op.f("fk_requests_claimed_from"),
        "requests",
        "accounts",
        ["claimed_from"],
        ["id"],
        source_schema="wallet",
        referent_schema="wallet",
    )
    op.create_check_constraint(
        op.f("ck_requests_claimed_from_another"), "requests", "claimed_from <> payer_account_id", schema="wallet"
    )
    op.execute("GRANT UPDATE (claimed_from) ON wallet.requests TO sixpence_app")
    # Of a share it is still known; of other requests that were claimed before this, nothing says it.
    op.execute("""
        UPDATE wallet.requests r SET claimed_from = h.account_id FROM wallet.shares h
        WHERE h.request_id = r.id AND h.account_id <> r.payer_account_id
    """)

    _check_transfers(f"""
        SELECT t.id FROM added t LEFT JOIN wallet.payments p ON p.id = t.payment_id
        WHERE p.id IS NULL OR p.currency <> t.currency
           OR t.currency <> (SELECT currency FROM wallet.units) OR {OF_TWO_ACCOUNTS}
    """)  # noqa: S608 - words of this file's own


def downgrade() -> None:
    _check_transfers(f"""
        SELECT t.id FROM added t LEFT JOIN wallet.payments p ON p.id = t.payment_id
        WHERE p.id IS NULL OR p.currency <> t.currency OR {OF_TWO_ACCOUNTS}
    """)  # noqa: S608 - as above

    op.drop_constraint(op.f("ck_requests_claimed_from_another"), "requests", schema="wallet")
    op.drop_constraint(op.f("fk_requests_claimed_from"), "requests", schema="wallet")
    op.drop_column("requests", "claimed_from", schema="wallet")

    op.drop_index("ix_splits_not_closed", "splits", schema="wallet")
    op.execute("REVOKE UPDATE (expires_at) ON wallet.splits FROM sixpence_app")


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
