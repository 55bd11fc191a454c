"""A group has one proposal to settle up open at a time: a new one replaces the one before it."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_one_proposal"
down_revision = "20261129_look_ups"
branch_labels = None
depends_on = None

BEFORE = "state IN ('proposed', 'agreed', 'refused', 'overtaken')"
AFTER = "state IN ('proposed', 'agreed', 'refused', 'overtaken', 'replaced', 'expired')"


def upgrade() -> None:
    _check_states(AFTER)
    op.execute("UPDATE wallet.nettings SET state = 'expired' WHERE state = 'proposed' AND expires_at <= now()")
    op.execute("""
        UPDATE wallet.nettings n SET state = 'replaced' WHERE state = 'proposed' AND EXISTS (
            SELECT FROM wallet.nettings newer WHERE newer.group_key = n.group_key AND newer.state = 'proposed'
                AND (newer.created_at, newer.id) > (n.created_at, n.id))
    """)
    op.create_index(
        "uq_nettings_one_proposed",
        "nettings",
        ["group_key"],
        unique=True,
        schema="wallet",
        postgresql_where=sa.text("state = 'proposed'"),
    )


def downgrade() -> None:
    op.drop_index("uq_nettings_one_proposed", table_name="nettings", schema="wallet")
    op.execute("UPDATE wallet.nettings SET state = 'overtaken' WHERE state IN ('replaced', 'expired')")
    _check_states(BEFORE)


def _check_states(condition: str) -> None:
    op.drop_constraint(op.f("ck_nettings_state"), "nettings", schema="wallet")
    op.create_check_constraint(op.f("ck_nettings_state"), "nettings", condition, schema="wallet")
