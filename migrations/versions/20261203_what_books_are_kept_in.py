"""The currency that the books are kept in, and its digits, which a unit of an operator's own has from its setting."""

import sqlalchemy as sa
from alembic import op

revision = "20261203_units"
down_revision = "20261202_choice"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "units",
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("digits", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("digits BETWEEN 0 AND 4", name=op.f("ck_units_digits")),
        sa.PrimaryKeyConstraint("currency", name=op.f("pk_units")),
        schema="wallet",
    )
    op.create_index("uq_units_one", "units", [sa.text("(true)")], unique=True, schema="wallet")
    op.execute("GRANT SELECT, INSERT ON wallet.units TO sixpence_app")
    # With how many digits earlier books were kept, nothing in them says.
    op.execute("""
        INSERT INTO wallet.units (currency) SELECT currency FROM wallet.accounts WHERE party_id IS NOT NULL LIMIT 1
    """)


def downgrade() -> None:
    op.drop_table("units", schema="wallet")
