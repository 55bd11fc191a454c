"""A PIN that was chosen is chosen, also when that is asked again because the answer was lost: choices have ids."""

from alembic import op

revision = "20261202_choice"
down_revision = "20261130_without_accents"
branch_labels = None
depends_on = None

BEFORE = "wallet.choose_pin(uuid, text, text, timestamptz)"
AFTER = "wallet.choose_pin(uuid, uuid, text, text, timestamptz)"


def upgrade() -> None:
    op.execute(f"DROP FUNCTION {BEFORE}")
    # The choice is kept where right attempts are: in `proved_by`, which the application's login cannot read.
    op.execute("""
        CREATE FUNCTION wallet.choose_pin(
            person uuid, choice uuid, chosen text, chosen_pepper_id text, at timestamptz
        )
        RETURNS boolean
        LANGUAGE sql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        BEGIN ATOMIC
            WITH first AS (
                INSERT INTO wallet.pins AS pin (party_id, hash, pepper_id, changed_at, proved_by)
                VALUES (person, chosen, chosen_pepper_id, at, choice)
                ON CONFLICT (party_id) DO UPDATE
                SET hash = chosen, pepper_id = chosen_pepper_id, changed_at = at, proved_by = choice,
                    cooling_until = at + INTERVAL '24 hours'
                WHERE pin.hash IS NULL
                RETURNING TRUE
            )
            SELECT EXISTS (SELECT FROM first)
                OR EXISTS (SELECT FROM wallet.pins WHERE party_id = person AND hash IS NOT NULL AND proved_by = choice);
        END
    """)
    _grant(AFTER)


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {AFTER}")
    op.execute("""
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
    """)
    _grant(BEFORE)


def _grant(signature: str) -> None:
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO sixpence_app")
