"""Columns that several tables have."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Integer, MetaData, String

from runner.store.utc_datetime import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# What may exceed 2,147,483,647, the most that PostgreSQL's own INTEGER holds.
LARGE = Integer().with_variant(BigInteger(), "postgresql")


def week() -> Column[str]:
    """The week that a row is about."""
    return Column("week_id", ForeignKey("weeks.id"), nullable=False, index=True)


def who_and_when() -> list[Column[Any]]:
    """Author and both times of the ledger line that made a row."""
    return [
        Column("by", String, nullable=False),
        Column("role", String, nullable=False),
        Column("verified", Boolean, nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("at_week", UtcDateTime, nullable=False),
    ]


def message(column: str) -> Column[Any]:
    """Template and values of the text in another column; NULL for text that has none."""
    return Column(f"{column}_message", JSON(none_as_null=True))
