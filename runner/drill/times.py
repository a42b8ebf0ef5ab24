"""What the team did about a drill's fault and when, from the drill's own records."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from core.alerts.acknowledgement import INCIDENT
from core.alerts.kinds import EventKind
from core.drill import CAUSES, PROCEDURES, DrillKind, Fault, NamedCause
from core.drill_paths import named_file
from core.drill_report import DrillTimes, Moment
from core.errors import SetupError
from core.files import write_problem
from core.language import Message
from core.people import Person
from core.timestamps import from_unix
from core.vocabulary import FindingStatus, JobKind, Role
from runner.alerts.alert_store import AlertStore
from runner.client import Client
from runner.files import parse_json
from runner.store.alerts import acknowledgements

if TYPE_CHECKING:
    from core.alerts.conditions import Condition
    from core.paths import Home

READER = Person("Drill", Role.VIEWER)
_LOGGED = 3  # logged updates that make an attempt a healthy one
_OF_THE_RUN = {EventKind.STALL, EventKind.RUN_ENDED}


def times_of(home: Home, fault: Fault, now: datetime) -> DrillTimes:
    """The moments so far; those that have not come are None.

    :raises TrainweekError: the drill's records can't be read.
    """
    client = Client(home, READER)
    signs = [
        (notice, sent)
        for notice, sent in AlertStore(home).began_after(fault.at)
        if _is_sign(notice.condition, fault.kind)
    ]
    keys = {notice.key for notice, _ in signs}
    return DrillTimes(
        fault_at=fault.at,
        appeared=_first([Moment(notice.at) for notice, _ in signs]),
        told=_first([Moment(sent) for _, sent in signs if sent is not None]),
        acknowledged=_first(_acknowledged(client, keys, fault)),
        diagnosed=_first(_diagnosed(client, home, fault)),
        recovered=_first(_recovered(client, fault, now)),
        wrong=tuple(one for one in named_causes(home) if one.scenario not in CAUSES[fault.kind]),
    )


def name_cause(home: Home, cause: NamedCause) -> None:
    """Keep what a person takes for the cause.

    :raises SetupError: it can't be written.
    """
    path = named_file(home)
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(cause.model_dump_json() + "\n")
    except OSError as error:
        raise SetupError(
            write_problem(path, error),
            Message("Check the folder's permissions."),
        ) from error


def named_causes(home: Home) -> list[NamedCause]:
    """What people took for the cause, in their order; damaged lines are skipped."""
    try:
        lines = named_file(home).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        with suppress(ValidationError):  # cut off by a crash, or changed by hand
            found.append(NamedCause.model_validate(parse_json(line)))
    return found


def _is_sign(condition: Condition, kind: DrillKind) -> bool:
    if condition.kind is EventKind.FINDING:
        return condition.key in {f"finding:{cause}" for cause in CAUSES[kind]}
    if condition.kind is EventKind.INCIDENT:
        return True
    return condition.kind in _OF_THE_RUN


def _first(moments: list[Moment]) -> Moment | None:
    return min(moments, key=lambda moment: moment.at, default=None)


def _acknowledged(client: Client, keys: set[str], fault: Fault) -> list[Moment]:
    with client.store.read() as connection:
        return [
            Moment(one.at, one.by)
            for one in acknowledgements(connection)
            if one.at >= fault.at and (one.what in keys or one.what.startswith(INCIDENT))
        ]


def _diagnosed(client: Client, home: Home, fault: Fault) -> list[Moment]:
    found = [
        Moment(one.at, one.by)
        for one in named_causes(home)
        if one.at >= fault.at and one.scenario in CAUSES[fault.kind]
    ]
    week, procedure = client.active_week(), PROCEDURES.get(fault.kind)
    incidents = [] if week is None else client.incidents(week.id)
    return found + [
        Moment(each.opened_at, each.opened_by)
        for each in incidents
        if each.job_id is None and each.procedure == procedure and each.opened_at >= fault.at
    ]


def _recovered(client: Client, fault: Fault, now: datetime) -> list[Moment]:
    """When the run had logged enough updates again, if nothing of the fault is left."""
    from core.telemetry import RunReader  # numpy: only status and end need it
    from runner.week.judged_week import JudgedWeek

    job = client.latest_job(JobKind.TRAIN)
    records = client.week_records()
    if job is None or job.run is None or records is None:
        return []
    newest = client.attempts(job.id)[-1:]
    again = [one for one in newest if (one.job_id, one.number) != (fault.job, fault.attempt)]
    if not again and fault.kind is not DrillKind.STALL:
        return []
    since = max([fault.at, *(one.started_at for one in again)])
    reader = RunReader(client.home.run(job.run))
    reader.refresh()
    logged = reader.series("train/approx_kl")
    after = logged.where(logged.wall > since.timestamp())
    if len(after) < _LOGGED:
        return []
    alarms = {
        finding.scenario
        for finding in JudgedWeek(client.home, records, now).findings
        if finding.status is FindingStatus.FIRING
    }
    if alarms & set(CAUSES[fault.kind]):
        return []
    return [Moment(from_unix(float(after.wall[_LOGGED - 1])).astimezone(UTC))]
