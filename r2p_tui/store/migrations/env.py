"""Alembic's entry: runs the steps on the connection that `run.upgrade` opened."""

from alembic import context

from r2p_tui.store.records import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
