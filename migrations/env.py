"""Alembic's entry: one history for both schemas, run on the connection that `wallet.migrate` hands over."""

from alembic import context
from sqlalchemy import Connection

import bot.models
import wallet.models
import wallet.models_ledger
import wallet.models_splits

TARGETS = [wallet.models.Base.metadata, bot.models.Base.metadata]


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=TARGETS, include_schemas=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
