"""What is looked up again and again is served by an index, instead of by reading tables that grow for years.

- A payment's notices that nobody has been told yet. Only those are in it, and payments' ids follow one another in time,
  so it costs settling little (docs/adr/0011).
- The card of a kind that a person was shown last.
- A person's links that ask for an amount, of which those long expired are forgotten with each new one.
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
    op.create_index("ix_cards_newest", "cards", ["user_id", "kind", "created_at"], schema="bot")
    op.create_index("ix_pay_links_owner_id", "pay_links", ["owner_id"], schema="bot")


def downgrade() -> None:
    op.drop_index("ix_pay_links_owner_id", "pay_links", schema="bot")
    op.drop_index("ix_cards_newest", "cards", schema="bot")
    op.drop_index("ix_notices_untold", "notices", schema="wallet")
