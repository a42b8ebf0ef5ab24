"""Run by Alembic on the connection that :mod:`runner.store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from runner.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    # Both databases can roll back DDL: a kill in the middle leaves the old schema intact.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
