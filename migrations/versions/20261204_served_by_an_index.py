"""What is looked up again and again is served by an index: a payment's notices that nobody has been told yet.

Only those are in it, and payments' ids follow one another in time, so it costs settling little (docs/adr/0011).
"""

import sqlalchemy as sa
from alembic import op

revision = "20261204_served"
down_revision = "20261203_units"
branch_labels = None
depends_on = None


def upgrade() -> None:
    untold = sa.text("delivered_at IS NULL")
    op.create_index("ix_notices_untold", "notices", ["payment_id"], schema="wallet", postgresql_where=untold)


def downgrade() -> None:
    op.drop_index("ix_notices_untold", "notices", schema="wallet")
