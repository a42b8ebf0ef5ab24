"""What the ledger file itself proves of a signature and of the closure of a condition.

The tables repeat the lines, and a program that changes only them reads no key. So each value that
a deployment depends on is compared with its line.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from core.ledger_bodies import ConditionClosed, DecisionSigned, parse_body
from core.timestamps import parse_moment
from runner.records import Condition, ConditionClosure, Signature
from runner.store.opening import refresh_ledger_file
from runner.store.proofs import proved_line

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from core.paths import Home

Record = TypeVar("Record", Signature, ConditionClosure)
_KINDS = {Signature: DecisionSigned, ConditionClosure: ConditionClosed}


def as_proved(home: Home, connection: Connection, record: Record) -> Record:
    """The record, verified only if its line proves who acted, and says what the record says.

    :raises SetupError: the key of proofs can't be used.
    """
    if not record.verified or _proved(home, connection, record):
        return record
    return replace(record, verified=False)


def closed_as_proved(home: Home, connection: Connection, condition: Condition) -> Condition:
    """The condition with its closure :func:`as_proved`."""
    if condition.closed is None:
        return condition
    return replace(condition, closed=as_proved(home, connection, condition.closed))


def _proved(home: Home, connection: Connection, record: Signature | ConditionClosure) -> bool:
    line = proved_line(home, connection, record.id)
    if line is None and refresh_ledger_file(home):
        line = proved_line(home, connection, record.id)
    if line is None:
        return False
    body = parse_body(line["kind"], line["body"], line["seq"])
    if not isinstance(body, _KINDS[type(record)]):
        return False
    said = {
        **{name: line[name] for name in ("week_id", "by", "role")},
        **{name: parse_moment(line[name]) for name in ("at", "at_week")},
        **body.given(),
    }
    return all(_plain(getattr(record, name)) == value for name, value in said.items())


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
