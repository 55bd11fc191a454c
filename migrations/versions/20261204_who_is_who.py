"""What a contact was called when last paid, which only a PIN changes; and since when a party has been called so."""

import sqlalchemy as sa
from alembic import op

revision = "20261204_who_is_who"
down_revision = "20261204_money_first"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("paid_name", sa.String(), nullable=True), schema="bot")
    op.add_column("contacts", sa.Column("paid_alias", sa.String(), nullable=True), schema="bot")
    # What they were called by then was not kept. Of an owner's own name for them, today's is the best guess.
    op.execute("UPDATE bot.contacts SET paid_alias = alias WHERE paid_at IS NOT NULL")
    op.create_check_constraint(
        op.f("ck_contacts_as_paid"),
        "contacts",
        "num_nonnulls(paid_name, paid_alias) = 0 OR paid_at IS NOT NULL",
        schema="bot",
    )
    op.execute("GRANT UPDATE (paid_name, paid_alias) ON bot.contacts TO sixpence_app")
    op.add_column("parties", sa.Column("named_at", sa.DateTime(timezone=True), nullable=True), schema="wallet")
    op.execute("GRANT UPDATE (named_at) ON wallet.parties TO sixpence_app")


def downgrade() -> None:
    op.drop_column("parties", "named_at", schema="wallet")
    op.drop_column("contacts", "paid_alias", schema="bot")
    op.drop_column("contacts", "paid_name", schema="bot")
