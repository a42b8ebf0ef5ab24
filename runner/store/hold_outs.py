"""Looks at backtest windows and locks on them, read from the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import select

from core.ledger_bodies import DecisionMade, HoldOutLocked, HoldOutOpened, readable_body
from core.timestamps import iso
from core.trading.hold_out import HoldOuts, Lock, Look, Window
from runner.store.schema import jobs, ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

_KINDS = (DecisionMade.kind, HoldOutLocked.kind)


def hold_outs(connection: Connection) -> HoldOuts:
    """All looks and locks up to now.

    A look that names no candle hash, as lines of old versions do, is left out: nobody knows what
    it looked at.
    """
    rows = connection.execute(
        select(ledger.c.kind, ledger.c.body, ledger.c.by)
        .where(ledger.c.kind.in_(_KINDS))
        .order_by(ledger.c.seq)
    ).all()
    asked = {
        row.id: (row.requested_by, row.requested_at)
        for row in connection.execute(select(jobs.c.id, jobs.c.requested_by, jobs.c.requested_at))
    }
    looks: list[Look] = []
    locks: list[Lock] = []
    for row in rows:
        body = readable_body(row.kind, row.body)
        if isinstance(body, HoldOutLocked):
            window = Window(data=body.data, first=body.first, last=body.last)
            locks.append(Lock(window, row.by, body.reason))
        elif isinstance(body, HoldOutOpened):
            locks = [
                replace(lock, opened_by=row.by) if _opens(body, lock) else lock for lock in locks
            ]
        elif isinstance(body, DecisionMade) and body.job_id in asked:
            by, at = asked[body.job_id]
            look = _look(body, by, iso(at))
            if look is None:
                continue
            looks.append(look)
            locks = [
                replace(lock, spent=look.job)
                if lock.state == "final look" and lock.window.overlaps(look.window)
                else lock
                for lock in locks
            ]
    return HoldOuts(tuple(looks), tuple(locks))


def _opens(body: HoldOutOpened, lock: Lock) -> bool:
    return lock.state == "locked" and lock.window.data == body.data


def _look(body: DecisionMade, by: str, at: str) -> Look | None:
    candidate: Mapping[str, Any] = body.candidate or {}
    seen = {**(body.window or {}), "data": candidate.get("data")}
    try:
        return Look(
            by=by,
            at=at,
            job=body.job_id,
            model=candidate.get("model"),
            playbook=candidate.get("playbook"),
            window=Window.model_validate(seen),
        )
    except ValidationError:
        return None
