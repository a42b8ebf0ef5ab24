"""Who did each action of an incident, and when; taken from the ledger."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from core.timestamps import iso, parse_moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Replace each incident's list of indices by the items, as the ledger recorded them."""
    connection = op.get_bind()
    items: dict[int, dict[str, dict[str, str]]] = {
        row.id: {} for row in connection.execute(sa.text("SELECT id FROM incidents"))
    }
    lines = connection.execute(
        sa.text("SELECT body, by, at FROM ledger WHERE kind = 'incident' ORDER BY seq")
    )
    for line in lines:
        body = json.loads(line.body)
        if body.get("action") == "do" and body["id"] in items:
            done = {"state": "DONE", "by": line.by, "at": iso(parse_moment(line.at)), "note": ""}
            items[body["id"]][str(body["index"])] = done
    for incident, done_items in items.items():
        connection.execute(
            sa.text("UPDATE incidents SET actions_done = :items WHERE id = :id"),
            {"items": json.dumps(done_items), "id": incident},
        )


def downgrade() -> None:
    """Not supported: restore the copy that was made before the migration."""
    raise NotImplementedError("Downgrades are not supported; restore the copy of the database.")
