"""Run by alembic, always inside the program (collector.database.upgrade), never from alembic's own command."""

from alembic import context

from collector.database import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
