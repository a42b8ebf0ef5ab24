"""Which decisions are signed, by their newest signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.vocabulary import APPROVALS
from runner.store import schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


def is_signed(connection: Connection, sha256: str) -> bool:
    """Whether anybody signed the decision, as an approval or a rejection."""
    table = schema.signatures
    query = select(table.c.id).where(table.c.revalidation_sha256 == sha256).limit(1)
    return connection.scalar(query) is not None


def signed_decisions(connection: Connection) -> list[tuple[str, str | None]]:
    """Hash and week of each decision that anybody signed, the newest signature first."""
    table = schema.signatures
    rows = connection.execute(
        select(table.c.revalidation_sha256, table.c.week_id).order_by(table.c.id.desc())
    )
    found: dict[str, str | None] = {}
    for row in rows:
        found.setdefault(row.revalidation_sha256, row.week_id)
    return list(found.items())


def newest_approved(connection: Connection) -> tuple[str, str | None] | None:
    """Hash and week of the decision that was approved last and not rejected since."""
    table = schema.signatures
    rows = connection.execute(
        select(table.c.revalidation_sha256, table.c.act, table.c.week_id).order_by(
            table.c.id.desc()
        )
    )
    later: set[str] = set()
    for row in rows:
        if row.act in APPROVALS and row.revalidation_sha256 not in later:
            return row.revalidation_sha256, row.week_id
        later.add(row.revalidation_sha256)
    return None
