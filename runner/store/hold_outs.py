"""Looks at backtest windows and locks on them, read from the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import func, select

from core.ledger_bodies import DecisionMade, HoldOutLocked, HoldOutOpened, readable_body
from core.sweep.record import tested_window
from core.timestamps import iso, parse_moment
from core.trading.hold_out import HoldOuts, Lock, Look, Window
from runner.store.schema import jobs, ledger
from runner.store.sweep_tables import sweeps, trials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

_KINDS = (DecisionMade.kind, HoldOutLocked.kind)


def is_any_locked(connection: Connection) -> bool:
    """Whether there is a lock at all: the looks need the whole ledger."""
    query = select(ledger.c.seq).where(ledger.c.kind == HoldOutLocked.kind).limit(1)
    return connection.scalar(query) is not None


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
            window = Window(data=body.data, first=body.first, last=body.last, symbol=body.symbol)
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
    looks = sorted([*looks, *_looks_of_sweeps(connection)], key=lambda look: parse_moment(look.at))
    return HoldOuts(tuple(looks), tuple(locks))


def _looks_of_sweeps(connection: Connection) -> list[Look]:
    """Folds of sweeps with a scored try. No lock is spent by one: none is judged on locked bars."""
    query = (
        select(trials.c.sweep_id, trials.c.fold, func.count())
        .where(trials.c.decision.is_not(None))
        .group_by(trials.c.sweep_id, trials.c.fold)
    )
    scored = connection.execute(query).all()
    rows = {row.id: row for row in connection.execute(select(sweeps))} if scored else {}
    return [
        Look(
            by=row.by,
            at=iso(row.at),
            job=row.id,
            playbook=row.playbook_sha256,
            window=tested_window(
                next(each for each in row.folds if each["number"] == fold),
                row.train_sha256,
                row.backtest_sha256,
            ),
            tries=tries,
        )
        for sweep_id, fold, tries in scored
        if (row := rows.get(sweep_id)) is not None
    ]


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
