"""A quote is paid if there is a payment of its id; there is no word for it beside that, which could say otherwise."""

from alembic import op

revision = "20261128_paid"
down_revision = "20261126_splits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE wallet.quotes SET state = 'open' WHERE state = 'paid'")
    _check_states("state IN ('open', 'cancelled', 'voided')")


def downgrade() -> None:
    _check_states("state IN ('open', 'paid', 'cancelled', 'voided')")
    op.execute("UPDATE wallet.quotes q SET state = 'paid' FROM wallet.payments p WHERE p.id = q.id")


def _check_states(condition: str) -> None:
    op.drop_constraint(op.f("ck_quotes_state"), "quotes", schema="wallet")
    op.create_check_constraint(op.f("ck_quotes_state"), "quotes", condition, schema="wallet")
