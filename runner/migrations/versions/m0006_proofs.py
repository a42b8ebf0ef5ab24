"""Proofs of the acts of signed-in people: an act without one is identity unverified."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. No earlier line has a proof, so no other table keeps ``verified``."""
    op.add_column("ledger", sa.Column("proof", sa.String))
    op.add_column(
        "ledger", sa.Column("proved", sa.Boolean, nullable=False, server_default=sa.false())
    )
    inspector = sa.inspect(op.get_bind())
    for table in inspector.get_table_names():
        names = {column["name"] for column in inspector.get_columns(table)}
        if table != "ledger" and "verified" in names:
            changed = sa.table(table, sa.column("verified", sa.Boolean))
            op.execute(changed.update().values(verified=sa.false()))


def downgrade() -> None:
    """Not supported: restore the copy that was made before the migration."""
    raise NotImplementedError("Downgrades are not supported; restore the copy of the database.")
