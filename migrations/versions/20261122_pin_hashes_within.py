"""PIN hashes stay within the database: the application counts, proves and chooses by functions and reads none.

And each quote carries a code over what was shown, which only the pepper's holder can make.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_pin_hashes"
down_revision = "20261121_books"
branch_labels = None
depends_on = None


FUNCTIONS = {
    "wallet.count_pin_attempt(uuid, timestamptz)": """
        CREATE FUNCTION wallet.count_pin_attempt(person uuid, at timestamptz)
        RETURNS TABLE (recipe text, pepper_id text, failures bigint, locked_until timestamptz)
        LANGUAGE sql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        BEGIN ATOMIC
            UPDATE wallet.pins AS pin
            SET failures = pin.failures + 1,
                unproved = least(pin.unproved + 1, 10),
                locked_until = CASE WHEN pin.failures + 1 BETWEEN 5 AND 9 THEN at + INTERVAL '24 hours' END
            WHERE pin.party_id = person
                AND pin.hash IS NOT NULL
                AND pin.failures < 10
                AND (pin.locked_until IS NULL OR pin.locked_until <= at)
            RETURNING regexp_replace(pin.hash, '[$][^$]*$', ''), pin.pepper_id, pin.failures, pin.locked_until;
        END
    """,
    "wallet.prove_pin(uuid, uuid, text, text, text, timestamptz)": """
        CREATE FUNCTION wallet.prove_pin(
            person uuid, attempt uuid, given text, newer text, newer_pepper_id text, changed timestamptz
        )
        RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        AS $$
        DECLARE
            pin wallet.pins%ROWTYPE;
        BEGIN
            SELECT * INTO pin FROM wallet.pins WHERE party_id = person FOR NO KEY UPDATE;
            IF pin.proved_by = attempt THEN
                RETURN TRUE; -- asked again, because the answer was lost
            ELSIF pin.hash IS NULL OR pin.unproved = 0 THEN
                RETURN NULL;
            ELSIF pin.hash = given THEN
                UPDATE wallet.pins
                SET failures = 0, unproved = pin.unproved - 1, locked_until = NULL, proved_by = attempt,
                    hash = coalesce(newer, pin.hash), pepper_id = coalesce(newer_pepper_id, pin.pepper_id),
                    changed_at = coalesce(changed, pin.changed_at)
                WHERE party_id = person;
                RETURN TRUE;
            END IF;
            UPDATE wallet.pins SET unproved = pin.unproved - 1 WHERE party_id = person;
            RETURN FALSE;
        END
        $$
    """,
    "wallet.choose_pin(uuid, text, text, timestamptz)": """
        CREATE FUNCTION wallet.choose_pin(person uuid, chosen text, chosen_pepper_id text, at timestamptz)
        RETURNS boolean
        LANGUAGE sql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        BEGIN ATOMIC
            INSERT INTO wallet.pins AS pin (party_id, hash, pepper_id, changed_at)
            VALUES (person, chosen, chosen_pepper_id, at)
            ON CONFLICT (party_id) DO UPDATE
            SET hash = chosen, pepper_id = chosen_pepper_id, changed_at = at, cooling_until = at + INTERVAL '24 hours'
            WHERE pin.hash IS NULL
            RETURNING TRUE;
        END
    """,
    "wallet.reset_pin(uuid, timestamptz)": """
        CREATE FUNCTION wallet.reset_pin(person uuid, at timestamptz)
        RETURNS boolean
        LANGUAGE sql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        BEGIN ATOMIC
            UPDATE wallet.pins
            SET hash = NULL, pepper_id = NULL, failures = 0, unproved = 0, proved_by = NULL, locked_until = NULL,
                cooling_until = at + INTERVAL '24 hours', changed_at = at
            WHERE party_id = person
            RETURNING TRUE;
        END
    """,
}
"""They run with the owner's rights, whoever calls them, and see nothing of the caller's search path.

The limits stand here, where the application's login cannot reach them: five attempts, then one after each 24 hours of
the caller's clock, and after ten nobody's clock helps. Each attempt counted allows one PIN to be compared.
"""

READABLE = "SELECT (party_id, pepper_id, failures, locked_until, cooling_until, changed_at)"


def upgrade() -> None:
    op.add_column("pins", sa.Column("unproved", sa.BigInteger(), server_default="0", nullable=False), schema="wallet")
    op.add_column("pins", sa.Column("proved_by", sa.Uuid(), nullable=True), schema="wallet")
    op.create_check_constraint(op.f("ck_pins_unproved"), "pins", "unproved BETWEEN 0 AND 10", schema="wallet")
    op.create_check_constraint(
        op.f("ck_pins_a_hash_names_its_pepper"), "pins", "(hash IS NULL) = (pepper_id IS NULL)", schema="wallet"
    )
    for signature, definition in FUNCTIONS.items():
        op.execute(definition)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO sixpence_app")
    op.execute("REVOKE ALL ON wallet.pins FROM sixpence_app")
    op.execute(f"GRANT {READABLE} ON wallet.pins TO sixpence_app")
    op.execute("REVOKE UPDATE ON bot.people FROM sixpence_app")
    op.execute("GRANT UPDATE (username, name, language, reachable) ON bot.people TO sixpence_app")
    # A quote without a code, as those from before, is void unless it is paid.
    no_code = sa.Column("code", sa.LargeBinary(), server_default=sa.text("''::bytea"), nullable=False)
    op.add_column("quotes", no_code, schema="wallet")


def downgrade() -> None:
    op.drop_column("quotes", "code", schema="wallet")
    op.execute("GRANT UPDATE ON bot.people TO sixpence_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON wallet.pins TO sixpence_app")
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_constraint(op.f("ck_pins_a_hash_names_its_pepper"), "pins", schema="wallet")
    op.drop_constraint(op.f("ck_pins_unproved"), "pins", schema="wallet")
    op.drop_column("pins", "proved_by", schema="wallet")
    op.drop_column("pins", "unproved", schema="wallet")
