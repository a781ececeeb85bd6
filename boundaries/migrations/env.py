"""Alembic runs this module; the caller passes an open connection."""

from alembic import context

from boundaries.migrate import comparison_options

connection = context.config.attributes["connection"]
context.configure(connection=connection, **comparison_options(connection))
with context.begin_transaction():
    context.run_migrations()
