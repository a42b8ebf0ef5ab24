"""Weeks and their clocks."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from core.clock import Clock
from core.errors import InputError
from core.paths import safe_name
from core.playbook import DEFAULT, parse_playbook, whole_text
from core.timestamps import iso
from core.vocabulary import Right
from core.week import Week
from runner.client.base import BaseClient
from runner.outcomes import Recorded, Refused
from runner.store import queries


class Weeks(BaseClient):
    """Making and choosing weeks."""

    def create_week(
        self,
        launch: datetime,
        playbook_path: str | Path | None = None,
        tag: str | None = None,
        synthetic: bool = False,
        watched: str | Path | None = None,
        clock_at: datetime | None = None,
        key: str | None = None,
    ) -> Recorded[Week] | Refused:
        """Make a week and make it the active one.

        :param tag: the name of its runs; None: the playbook's.
        :param watched: a log folder of somebody else's run, only looked at.
        :param clock_at: the week moment at which its clock stands still from the start,
            for a demo or a replay; None: week time is real time.
        :raises PlaybookError: the playbook is wrong.
        """
        if denied := self._denied(Right.OPERATE):
            return denied
        path = self.home.resolve(playbook_path) if playbook_path else Path(DEFAULT)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"The playbook {path} can't be read: {error}.", "Give a YAML file that exists."
            ) from error
        playbook = parse_playbook(text, source=str(path))
        text = whole_text(text)
        launch = launch.astimezone(UTC)
        week_id = launch.date().isoformat()
        with self.store.write() as transaction:
            if self._keyed(transaction.connection, key) is None:
                if queries.week_by_id(transaction.connection, week_id):
                    return Refused(
                        f"There is a week {week_id} already.",
                        f"Use it (trainweek week use {week_id}), or give another launch date.",
                    )
                body = {
                    "action": "create",
                    "id": week_id,
                    "launch": iso(launch),
                    "playbook_text": text,
                    "playbook_sha256": hashlib.sha256(text.encode()).hexdigest(),
                    "tag": safe_name(tag or playbook.tag, "tag"),
                    "symbol": playbook.symbol,
                    "watched": None if watched is None else str(watched),
                    "synthetic": synthetic,
                    "playbook_file": self.home.relative(path) if playbook_path else None,
                }
                self._append(transaction, "week", body, week_id, key)
                if clock_at is not None:
                    point = {"real": iso(self.now()), "week": iso(clock_at), "pace": 0.0}
                    self._append(transaction, "clock", point, week_id)
            made = queries.week_by_id(transaction.connection, week_id)
        assert made is not None
        return Recorded(made)

    def use_week(self, week_id: str) -> Recorded[Week] | Refused:
        """Make another week the active one."""
        if denied := self._denied(Right.OPERATE):
            return denied
        with self.store.write() as transaction:
            week = queries.week_by_id(transaction.connection, week_id)
            if week is None:
                return Refused(f"There is no week {week_id}.", "List them: trainweek week list")
            if not week.active:
                self._append(transaction, "week", {"action": "use", "id": week_id}, week_id)
                week = queries.week_by_id(transaction.connection, week_id) or week
        return Recorded(week)

    def record_clock_point(
        self, week_id: str, real: datetime, week: datetime, pace: float
    ) -> Recorded[Clock] | Refused:
        """Say where the week stands at a real moment, and how fast it goes on.

        :raises IntegrityError: week time would run backwards.
        """
        if denied := self._denied(Right.OPERATE):
            return denied
        with self.store.write() as transaction:
            if queries.week_by_id(transaction.connection, week_id) is None:
                return Refused(f"There is no week {week_id}.", "List them: trainweek week list")
            clock = queries.clock_of(transaction.connection, week_id)
            clock = clock.with_point(real, week, pace)
            body = {"real": iso(real), "week": iso(week), "pace": pace}
            self._append(transaction, "clock", body, week_id)
        return Recorded(clock)
