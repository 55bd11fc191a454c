"""The books: both schemas, the application role and what it may do, history that cannot be changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261121_books"
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = ("wallet.transfers", "wallet.entries", "wallet.acts")
"""History: nobody updates, deletes or truncates it, whatever their rights."""

NEVER_DELETED = ("wallet.payments", "wallet.accounts", "wallet.parties")
"""What history speaks of."""

GRANTS = {
    "wallet.parties": "SELECT, INSERT, UPDATE (name, search_name)",
    "wallet.accounts": "SELECT, INSERT, UPDATE (status, balance, last_seq, head)",
    "wallet.quotes": "SELECT, INSERT, UPDATE (state, pin_attempts)",
    "wallet.payments": "SELECT, INSERT, UPDATE (refunded, fee_refunded)",
    "wallet.transfers": "SELECT, INSERT",
    "wallet.entries": "SELECT, INSERT",
    "wallet.spending": "SELECT, INSERT",
    "wallet.pins": "SELECT, INSERT, UPDATE",
    "wallet.notices": "SELECT, INSERT, UPDATE (due_at, attempts, delivered_at, parked_at)",
    "wallet.acts": "SELECT, INSERT",
    "bot.inbox": "SELECT, INSERT, UPDATE, DELETE",
    "bot.people": "SELECT, INSERT, UPDATE",
    "bot.cards": "SELECT, INSERT, UPDATE, DELETE",
    "bot.conversations": "SELECT, INSERT, UPDATE, DELETE",
}


def upgrade() -> None:
    op.execute("CREATE SCHEMA wallet")
    op.execute("CREATE SCHEMA bot")
    create_tables()
    check_history()
    protect_history()
    grant_to_application()


def downgrade() -> None:
    """Takes all books away. The role stays: other databases of the server may use it."""
    op.execute("DROP SCHEMA bot CASCADE")
    op.execute("DROP SCHEMA wallet CASCADE")


def check_history() -> None:
    """What foreign keys would check row by row, and more, checked for all rows that a statement adds.

    The planner is kept to index look-ups, as many as there are new rows, however large the books have grown.
    """
    check_added(
        "transfers",
        "are_of_a_payment_and_two_accounts",
        """
        SELECT t.id FROM added t
        LEFT JOIN wallet.payments p ON p.id = t.payment_id
        LEFT JOIN wallet.accounts debit ON debit.id = t.debit_account_id AND debit.currency = t.currency
        LEFT JOIN wallet.accounts credit ON credit.id = t.credit_account_id AND credit.currency = t.currency
        WHERE p.id IS NULL OR debit.id IS NULL OR credit.id IS NULL
        """,
    )
    check_added(
        "entries",
        "continue_their_account",
        """
        SELECT e.transfer_id FROM added e
        LEFT JOIN wallet.entries before ON before.account_id = e.account_id AND before.seq = e.seq - 1
        WHERE e.balance_after IS DISTINCT FROM e.amount + CASE e.seq WHEN 1 THEN 0 ELSE before.balance_after END
        """,
    )
    check_added(
        "entries",
        "are_of_their_transfer",
        """
        SELECT e.transfer_id FROM added e LEFT JOIN wallet.transfers t ON t.id = e.transfer_id
        WHERE t.id IS NULL OR (e.account_id, e.seq, e.amount) NOT IN
            ((t.debit_account_id, t.debit_seq, -t.amount), (t.credit_account_id, t.credit_seq, t.amount))
        """,
    )


def check_added(table: str, claim: str, violations: str) -> None:
    name = f"ck_{table}_{claim}"
    op.execute(f"""
        CREATE FUNCTION wallet.{name}() RETURNS trigger LANGUAGE plpgsql
        SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
        BEGIN
            IF EXISTS ({violations}) THEN
                RAISE EXCEPTION 'new row for wallet.{table} violates {name}' USING
                    ERRCODE = 'check_violation', SCHEMA = 'wallet', TABLE = '{table}', CONSTRAINT = '{name}';
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER {name} AFTER INSERT ON wallet.{table} REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION wallet.{name}()
    """)


def protect_history() -> None:
    op.execute("""
        CREATE FUNCTION wallet.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'history is append-only: % on % refused', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END $$
    """)
    for table in (*APPEND_ONLY, *NEVER_DELETED):
        name = table.replace(".", "_")
        changes = "UPDATE OR DELETE" if table in APPEND_ONLY else "DELETE"
        op.execute(f"""
            CREATE TRIGGER {name}_append_only BEFORE {changes} ON {table}
            FOR EACH ROW EXECUTE FUNCTION wallet.refuse_change()
        """)
        op.execute(f"""
            CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION wallet.refuse_change()
        """)


def grant_to_application() -> None:
    """Every connection of bot and wallet works as `sixpence_app`, which owns nothing; the owner's too.

    Whoever may not make or give a role may still migrate where a superuser did so before.
    """
    op.execute("""
        DO $$
        DECLARE may_set text := CASE WHEN current_setting('server_version_num')::integer >= 160000
                                     THEN 'SET' ELSE 'MEMBER' END;
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sixpence_app') THEN
                BEGIN
                    CREATE ROLE sixpence_app NOLOGIN;
                EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
                END;
            END IF;
            IF NOT pg_has_role('sixpence_app', may_set) THEN
                GRANT sixpence_app TO CURRENT_USER;
            END IF;
        END $$
    """)
    op.execute("GRANT USAGE ON SCHEMA wallet, bot TO sixpence_app")
    op.execute("GRANT SELECT ON alembic_version TO sixpence_app")
    for table, rights in GRANTS.items():
        op.execute(f"GRANT {rights} ON {table} TO sixpence_app")


def create_tables() -> None:
    op.create_table(
        "acts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("length(actor) > 0", name=op.f("ck_acts_actor")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_acts_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
        schema="wallet",
    )
    op.create_table(
        "parties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("search_name", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'business') = (owner_id IS NOT NULL)", name=op.f("ck_parties_a_business_has_an_owner")
        ),
        sa.CheckConstraint("kind IN ('person', 'business')", name=op.f("ck_parties_kind")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 64", name=op.f("ck_parties_name_length")),
        sa.ForeignKeyConstraint(["owner_id"], ["wallet.parties.id"], name=op.f("fk_parties_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
        sa.UniqueConstraint("key", name=op.f("uq_parties_key")),
        schema="wallet",
    )
    op.create_index(op.f("ix_parties_owner_id"), "parties", ["owner_id"], unique=False, schema="wallet")
    op.create_index(op.f("ix_parties_search_name"), "parties", ["search_name"], unique=False, schema="wallet")
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("balance", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("head", sa.LargeBinary(), server_default=sa.text("''::bytea"), nullable=False),
        sa.CheckConstraint(
            "(party_id IS NOT NULL) = (kind IN ('personal', 'business'))",
            name=op.f("ck_accounts_parties_own_party_accounts"),
        ),
        sa.CheckConstraint(
            "balance >= 0 OR kind IN ('card_clearing', 'bank_clearing', 'suspense')",
            name=op.f("ck_accounts_no_overdraft"),
        ),
        sa.CheckConstraint(
            "kind IN ('personal', 'business', 'fee_income', 'card_clearing', 'bank_clearing', 'escrow', 'suspense')",
            name=op.f("ck_accounts_kind"),
        ),
        sa.CheckConstraint("status IN ('open', 'pending', 'frozen')", name=op.f("ck_accounts_status")),
        sa.CheckConstraint("last_seq >= 0", name=op.f("ck_accounts_last_seq")),
        sa.CheckConstraint("length(head) = CASE last_seq WHEN 0 THEN 0 ELSE 32 END", name=op.f("ck_accounts_head")),
        sa.ForeignKeyConstraint(["party_id"], ["wallet.parties.id"], name=op.f("fk_accounts_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("id", "currency", name=op.f("uq_accounts_id_currency")),
        sa.UniqueConstraint("party_id", "currency", name=op.f("uq_accounts_party_id_currency")),
        schema="wallet",
        postgresql_with={"fillfactor": "60"},
    )
    op.create_index(
        "uq_accounts_system_kind",
        "accounts",
        ["kind", "currency"],
        unique=True,
        schema="wallet",
        postgresql_where=sa.text("party_id IS NULL"),
    )
    op.create_table(
        "pins",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(), nullable=True),
        sa.Column("pepper_id", sa.String(), nullable=True),
        sa.Column("failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cooling_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("failures BETWEEN 0 AND 10", name=op.f("ck_pins_failures")),
        sa.ForeignKeyConstraint(["party_id"], ["wallet.parties.id"], name=op.f("fk_pins_party_id")),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_pins")),
        schema="wallet",
    )
    op.create_table(
        "quotes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("payer_account_id", sa.Uuid(), nullable=False),
        sa.Column("payee_account_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("pin_attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'paid', 'cancelled', 'voided')", name=op.f("ck_quotes_state")),
        sa.CheckConstraint("amount BETWEEN 1 AND 9007199254740991", name=op.f("ck_quotes_amount")),
        sa.CheckConstraint("fee BETWEEN 0 AND amount", name=op.f("ck_quotes_fee")),
        sa.CheckConstraint("payer_account_id <> payee_account_id", name=op.f("ck_quotes_not_to_oneself")),
        sa.CheckConstraint("pin_attempts BETWEEN 0 AND 3", name=op.f("ck_quotes_pin_attempts")),
        sa.ForeignKeyConstraint(
            ["payee_account_id", "currency"], ["wallet.accounts.id", "wallet.accounts.currency"], name="fk_quotes_payee"
        ),
        sa.ForeignKeyConstraint(
            ["payer_account_id", "currency"], ["wallet.accounts.id", "wallet.accounts.currency"], name="fk_quotes_payer"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotes")),
        sa.UniqueConstraint("key", name=op.f("uq_quotes_key")),
        schema="wallet",
        postgresql_with={"fillfactor": "50"},
    )
    op.create_index("ix_quotes_payer_account_id", "quotes", ["payer_account_id"], unique=False, schema="wallet")
    op.create_table(
        "spending",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("nth", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("nth >= 1", name=op.f("ck_spending_nth")),
        sa.CheckConstraint("total >= nth", name=op.f("ck_spending_total")),
        sa.PrimaryKeyConstraint("account_id", "nth", name=op.f("pk_spending")),
        schema="wallet",
    )
    op.create_index("ix_spending_at", "spending", ["account_id", "at"], unique=False, schema="wallet")
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("debit_account_id", sa.Uuid(), nullable=False),
        sa.Column("credit_account_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=True),
        sa.Column("original_id", sa.Uuid(), nullable=True),
        sa.Column("refunded", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fee_refunded", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'payment') = (quote_id IS NOT NULL)", name=op.f("ck_payments_a_payment_has_a_quote")
        ),
        sa.CheckConstraint(
            "(kind IN ('refund', 'reversal')) = (original_id IS NOT NULL)",
            name=op.f("ck_payments_a_return_cites_its_original"),
        ),
        sa.CheckConstraint(
            "kind IN ('payment', 'deposit', 'withdrawal', 'refund', 'reversal')", name=op.f("ck_payments_kind")
        ),
        sa.CheckConstraint("amount BETWEEN 1 AND 9007199254740991", name=op.f("ck_payments_amount")),
        sa.CheckConstraint("debit_account_id <> credit_account_id", name=op.f("ck_payments_not_to_oneself")),
        sa.CheckConstraint("fee BETWEEN 0 AND amount", name=op.f("ck_payments_fee")),
        sa.CheckConstraint(
            "fee_refunded BETWEEN 0 AND fee", name=op.f("ck_payments_never_more_fee_returned_than_taken")
        ),
        sa.CheckConstraint("quote_id = id", name=op.f("ck_payments_the_quote_is_the_key")),
        sa.CheckConstraint("refunded BETWEEN 0 AND amount", name=op.f("ck_payments_never_more_refunded_than_paid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("reference", name=op.f("uq_payments_reference")),
        schema="wallet",
    )
    op.create_index(
        "ix_payments_pair", "payments", ["debit_account_id", "credit_account_id"], unique=False, schema="wallet"
    )
    op.create_index(
        "uq_payments_one_reversal",
        "payments",
        ["original_id"],
        unique=True,
        schema="wallet",
        postgresql_where=sa.text("kind = 'reversal'"),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        schema="wallet",
    )
    op.create_index(
        "ix_notices_due",
        "notices",
        ["due_at"],
        unique=False,
        schema="wallet",
        postgresql_where=sa.text("delivered_at IS NULL AND parked_at IS NULL"),
    )
    op.create_index(
        "ix_notices_untold",
        "notices",
        ["recipient_id", "id"],
        unique=False,
        schema="wallet",
        postgresql_where=sa.text("delivered_at IS NULL"),
    )
    op.create_table(
        "transfers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("debit_account_id", sa.Uuid(), nullable=False),
        sa.Column("debit_seq", sa.BigInteger(), nullable=False),
        sa.Column("credit_account_id", sa.Uuid(), nullable=False),
        sa.Column("credit_seq", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(seal) = 32", name=op.f("ck_transfers_seal")),
        sa.CheckConstraint("kind IN ('amount', 'fee')", name=op.f("ck_transfers_kind")),
        sa.CheckConstraint("amount BETWEEN 1 AND 9007199254740991", name=op.f("ck_transfers_amount")),
        sa.CheckConstraint("debit_account_id <> credit_account_id", name=op.f("ck_transfers_not_to_oneself")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("payment_id", "kind", name=op.f("uq_transfers_payment_id_kind")),
        schema="wallet",
    )
    op.create_table(
        "entries",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_entries_amount")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_entries_seq")),
        sa.PrimaryKeyConstraint("account_id", "seq", name=op.f("pk_entries")),
        schema="wallet",
    )
    op.create_table(
        "cards",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("look_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards")),
        schema="bot",
    )
    op.create_index(
        "ix_cards_look_again_at",
        "cards",
        ["look_again_at"],
        unique=False,
        schema="bot",
        postgresql_where=sa.text("look_again_at IS NOT NULL"),
    )
    op.create_index("ix_cards_message", "cards", ["chat_id", "message_id"], unique=False, schema="bot")
    op.create_index("ix_cards_quote_id", "cards", ["quote_id"], unique=False, schema="bot")
    op.create_table(
        "conversations",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_conversations")),
        schema="bot",
    )
    op.create_table(
        "inbox",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.BigInteger(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("redacted", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_inbox_attempts")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_inbox")),
        sa.UniqueConstraint("update_id", name=op.f("uq_inbox_update_id")),
        schema="bot",
    )
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["position"],
        unique=False,
        schema="bot",
        postgresql_where=sa.text("handled_at IS NULL"),
    )
    op.create_table(
        "people",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_people")),
        sa.UniqueConstraint("party_id", name=op.f("uq_people_party_id")),
        schema="bot",
    )
    op.create_index("uq_people_username", "people", [sa.literal_column("lower(username)")], unique=True, schema="bot")
