"""A split remembers a hash of what it was started with, parts and all: that tells a repetition from another split."""

import sqlalchemy as sa
from alembic import op

revision = "20261130_split_hash"
down_revision = "20261129_one_proposal"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("splits", sa.Column("request_hash", sa.LargeBinary(), nullable=True), schema="wallet")


def downgrade() -> None:
    op.drop_column("splits", "request_hash", schema="wallet")
