"""Which decisions are signed, by their newest signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.vocabulary import APPROVALS
from runner.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def approved_by_place(signed: Iterable[tuple[str, str, str | None]]) -> dict[str | None, str]:
    """The decision that was approved last in each place of runs, and not rejected since.

    :param signed: decision, act and place of each signature, the newest first.
    """
    found: dict[str | None, str] = {}
    later: set[str] = set()
    for sha256, act, place in signed:
        if act in APPROVALS and sha256 not in later:
            found.setdefault(place, sha256)
        later.add(sha256)
    return found


def approved_decisions(connection: Connection) -> dict[str | None, str]:
    """:func:`approved_by_place`, of all signatures."""
    table, weeks = schema.signatures, schema.weeks
    rows = connection.execute(
        select(table.c.revalidation_sha256, table.c.act, weeks.c.place)
        .select_from(table.outerjoin(weeks, weeks.c.id == table.c.week_id))
        .order_by(table.c.id.desc())
    )
    return approved_by_place((row.revalidation_sha256, row.act, row.place) for row in rows)
