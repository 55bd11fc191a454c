"""What tells of money and PINs is taken from the outbox before requests, so each of the two is sorted by itself."""

import sqlalchemy as sa
from alembic import op

revision = "20261204_money_first"
down_revision = "20261204_open_splits"
branch_labels = None
depends_on = None

WAITING = "delivered_at IS NULL AND parked_at IS NULL"
OF_REQUESTS = "('request_received', 'request_reminded', 'request_cancelled', 'request_declined', 'request_expired')"


def upgrade() -> None:
    op.drop_index("ix_notices_due", "notices", schema="wallet")
    _index_notices("ix_notices_due", f"{WAITING} AND kind NOT IN {OF_REQUESTS}")
    _index_notices("ix_notices_due_of_requests", f"{WAITING} AND kind IN {OF_REQUESTS}")


def downgrade() -> None:
    op.drop_index("ix_notices_due_of_requests", "notices", schema="wallet")
    op.drop_index("ix_notices_due", "notices", schema="wallet")
    _index_notices("ix_notices_due", WAITING)


def _index_notices(name: str, where: str) -> None:
    op.create_index(name, "notices", ["due_at"], schema="wallet", postgresql_where=sa.text(where))
