"""A changed playbook is taken into a week that exists: an act of the lead, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.language import Message
from core.ledger_bodies import PlaybookField, PlaybookTaken
from core.path_names import safe_name
from core.playbook.differences import Difference, as_text, differences
from core.playbook.rules import decides
from core.text_rules import is_blank
from core.vocabulary import JobKind, Right
from runner.client.base import BaseClient, no_week, refused_text
from runner.client.playbook_files import PlaybookFile, playbook_file
from runner.outcomes import Conflict, Recorded, Refused
from runner.store import queries, schema
from runner.store.rows import entry_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from core.week import Week
    from runner.records import LedgerEntry

# What a training process is given at its start and keeps: a change of it waits for its end. The
# others of these settings only say how the run is judged, or what a restart proposes.
_STARTED_WITH = frozenset({"training", "symbol", "interval", "tag"})
_NOT_STARTED_WITH = frozenset(
    {
        "min_free_disk_gb",
        "min_steps_per_second",
        "lowered_learning_rate",
        "raised_ent_coef",
    }
)


@dataclass(frozen=True)
class PlaybookChange:
    """A playbook file compared with the playbook of a week.

    :ivar before_sha256: of the week's present playbook.
    :ivar differences: empty if only comments and spacing differ.
    :ivar refused: why it can't be taken now; None if it can.
    """

    week: Week
    file: PlaybookFile
    before_sha256: str
    differences: Sequence[Difference]
    refused: Refused | None


class WeekPlaybooks(BaseClient):
    """Compares a playbook file with a week's playbook, and takes it into the week."""

    def playbook_change(self, week_id: str, path: str | Path | None) -> PlaybookChange | Refused:
        """What taking this file into the week would change; nothing is written.

        :param path: relative to the home; None: trainweek's own playbook.
        :raises InputError: the file can't be read.
        :raises PlaybookError: it is invalid.
        """
        file = playbook_file(self.home, path)
        with self.store.read() as connection:
            week = queries.week_by_id(connection, week_id)
            return no_week(week_id) if week is None else _change(connection, week, file)

    def playbook_changes(self, week_id: str) -> list[LedgerEntry]:
        """The lines of the ledger that took another playbook into the week, newest first."""
        ledger = schema.ledger
        with self.store.read() as connection:
            found = connection.execute(
                select(ledger)
                .where(ledger.c.week_id == week_id, ledger.c.kind == PlaybookTaken.kind)
                .order_by(ledger.c.seq.desc())
            )
            entries = [entry_of(row) for row in found]
        return [entry for entry in entries if isinstance(entry.body, PlaybookTaken)]

    def take_playbook(
        self,
        week_id: str,
        path: str | Path | None,
        reason: str,
        seen: PlaybookChange | None = None,
        key: str | None = None,
    ) -> Recorded[Week] | Conflict[Week] | Refused:
        """Take a changed playbook into the week. Right of the ML lead.

        Slots that were judged before keep the playbook that they were judged under. A signature
        is void as long as the rules that it binds are not the week's.

        :param seen: what the person was shown; a conflict if week or file changed since.
        :raises InputError: the file can't be read.
        :raises PlaybookError: it is invalid.
        """
        if denied := self._denied(Right.PLAN) or refused_text(reason):
            return denied
        if is_blank(reason):
            return Refused(
                Message("Changing the playbook of a week requires a reason."),
                Message("Say why it is changed."),
            )
        file = playbook_file(self.home, path)
        with self.store.write() as transaction:
            connection = transaction.connection
            if entry := self._keyed(connection, key, PlaybookTaken):
                assert isinstance(entry.body, PlaybookTaken)
                return Recorded(_week(connection, entry.body.id))
            week = queries.week_by_id(connection, week_id)
            if week is None:
                return no_week(week_id)
            change = _change(connection, week, file)
            if seen is not None and _moved(seen, change):
                return Conflict(
                    week,
                    Message(
                        "The playbook of the week, or the file, changed since its differences were shown."
                    ),
                )
            if change.refused is not None:
                return change.refused
            self._append(transaction, _body(change, reason), week_id, key)
            return Recorded(_week(connection, week_id))


def _week(connection: Connection, week_id: str) -> Week:
    week = queries.week_by_id(connection, week_id)
    assert week is not None
    return week


def _moved(seen: PlaybookChange, now: PlaybookChange) -> bool:
    return (seen.before_sha256, seen.file.sha256) != (now.before_sha256, now.file.sha256)


def _body(change: PlaybookChange, reason: str) -> PlaybookTaken:
    week, file, before = change.week, change.file, change.week.playbook
    own_tag = week.tag != safe_name(before.tag, "tag")  # given when the week was created
    return PlaybookTaken(
        id=week.id,
        reason=reason,
        before_sha256=change.before_sha256,
        playbook_text=file.text,
        playbook_sha256=file.sha256,
        playbook_file=file.name,
        tag=week.tag if own_tag else safe_name(file.playbook.tag, "tag"),
        symbol=file.playbook.symbol if week.symbol == before.symbol else week.symbol,
        changes=[
            PlaybookField(field=each.dotted, before=as_text(each.before), after=as_text(each.after))
            for each in change.differences
        ],
    )


def _change(connection: Connection, week: Week, file: PlaybookFile) -> PlaybookChange:
    found = differences(week.playbook_text, file.text)
    refused = _unchanged(week, found) or _in_use(connection, week, found)
    return PlaybookChange(week, file, week.playbook_sha256, found, refused)


def _unchanged(week: Week, found: Sequence[Difference]) -> Refused | None:
    if week.only_watched:
        return Refused(
            Message("The run is only watched: no playbook belongs to it."),
            Message("Create a week with the playbook: trainweek week new --playbook FILE"),
        )
    if found:
        return None
    return Refused(
        Message("No field differs from the playbook of week {week}.", week=week.id),
        Message("Change the file, and save it."),
    )


def _in_use(connection: Connection, week: Week, found: Sequence[Difference]) -> Refused | None:
    """Why it must wait: work in progress goes by a part that differs."""
    return (
        _of_training(connection, week, found)
        or _of_revalidation(connection, week, found)
        or _of_incidents(connection, week, found)
    )


def _of_training(connection: Connection, week: Week, found: Sequence[Difference]) -> Refused | None:
    fields = [
        each
        for each in found
        if (each.path[0] in _STARTED_WITH and each.path[-1] not in _NOT_STARTED_WITH)
        or each.path == ("revalidation", "bars_per_year")
    ]
    job = queries.active_job(connection, JobKind.TRAIN, week.id) if fields else None
    if job is None or job.week_id != week.id:
        return None
    return Refused(
        Message(
            "Run {run} is in progress and was started with the present {fields}.",
            run=job.run or job.id,
            fields=_named(fields),
        ),
        Message("Wait until it has ended, or stop it: trainweek jobs stop {job}", job=job.id),
    )


def _of_revalidation(
    connection: Connection, week: Week, found: Sequence[Difference]
) -> Refused | None:
    fields = [each for each in found if decides(each.path)]
    job = queries.active_job(connection, JobKind.REVALIDATE, week.id) if fields else None
    if job is None or job.week_id != week.id:
        return None
    return Refused(
        Message(
            "Revalidation {job} is in progress and judges by the present {fields}.",
            job=job.id,
            fields=_named(fields),
        ),
        Message("Wait until it has ended, or stop it: trainweek jobs stop {job}", job=job.id),
    )


def _of_incidents(
    connection: Connection, week: Week, found: Sequence[Difference]
) -> Refused | None:
    changed = {each.path[1] for each in found if each.path[0] == "escalations" and each.path[1:]}
    for row in queries.open_incidents(connection, week.id):
        if row.procedure in changed:
            return Refused(
                Message(
                    "Incident {id} is open and follows the present procedure {procedure}.",
                    id=str(row.id),
                    procedure=row.procedure,
                ),
                Message("Close it first (page Escalation, or trainweek incidents close)."),
            )
    return None


def _named(fields: Iterable[Difference]) -> str:
    return ", ".join(each.dotted for each in fields)
