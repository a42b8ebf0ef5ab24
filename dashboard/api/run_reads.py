"""The runs of a week and their curves."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime

from core.language import Message, said
from core.telemetry import RunEvents
from core.telemetry.chart import MAX_POINTS, downsample, later_of_a_step
from core.telemetry.readings import known_series
from core.vocabulary import JobKind
from dashboard.api import problems
from dashboard.api.asked import Asked, Asking, WeekId
from dashboard.api.run_shapes import ReadingShape, RunShape, SeriesShape, TagsShape
from dashboard.api.shapes import After, Limit, Page, page_of
from dashboard.data.snapshot import Snapshot

FEWEST_POINTS, MOST_POINTS = 7, 10_000
RunName = Annotated[str, Path(max_length=200, description="Name of a run of the week.")]

router = APIRouter(tags=["runs"], responses=problems.documented(401, 403, 404, 422, 503))


@router.get("/weeks/{week}/runs", operation_id="list_runs")
def runs(week: WeekId, asked: Asking, after: After = None, limit: Limit = 50) -> Page[RunShape]:
    """The runs of a week, newest first."""
    snapshot = asked.weeks.snapshot(week)
    make = partial(_run, snapshot, asked)
    return page_of(_names(snapshot), lambda name: name, make, after, limit)


@router.get("/weeks/{week}/runs/{run}/tags", operation_id="list_tags")
def tags(week: WeekId, run: RunName, asked: Asking) -> TagsShape:
    """The tags that a run has logged."""
    return TagsShape(run=run, tags=sorted(_events(asked.weeks.snapshot(week), run).tags()))


@router.get("/weeks/{week}/runs/{run}/series", operation_id="read_series")
def series(
    week: WeekId,
    run: RunName,
    asked: Asking,
    tag: Annotated[
        str,
        Query(min_length=1, max_length=300, description="A tag, or a name that it is known by."),
    ],
    since: Annotated[
        AwareDatetime | None, Query(alias="from", description="Points after this real moment.")
    ] = None,
    until: Annotated[
        AwareDatetime | None, Query(alias="to", description="Points up to this real moment.")
    ] = None,
    points: Annotated[
        int,
        Query(
            ge=FEWEST_POINTS,
            le=MOST_POINTS,
            description="Most points: lowest and highest of each stretch are kept.",
        ),
    ] = MAX_POINTS,
) -> SeriesShape:
    """A run's curve over all its attempts, as the charts show it."""
    snapshot = asked.weeks.snapshot(week)
    whole = later_of_a_step(known_series(_events(snapshot, run), tag, snapshot.now))
    if not len(whole):
        raise problems.not_found(
            Message("Run {run} has logged nothing as {tag}.", run=run, tag=tag),
            Message("Its tags are listed at …/runs/{run}/tags.", run=run),
        )
    whole = whole.between(
        None if since is None else since.timestamp(), None if until is None else until.timestamp()
    )
    return SeriesShape.of(run, whole, downsample(whole, points))


def _names(snapshot: Snapshot) -> list[str]:
    found = [] if snapshot.run is None else [snapshot.run.name]
    jobs = (one.run for one in snapshot.jobs if one.kind is JobKind.TRAIN)
    return list(dict.fromkeys([*found, *(name for name in jobs if name is not None)]))


def _events(snapshot: Snapshot, name: str) -> RunEvents:
    """The events of one of the week's runs.

    :raises ApiProblem: the week has no such run, or the run no events.
    """
    newest = snapshot.run
    if newest is not None and newest.name == name:
        found = newest.reader
    elif name in _names(snapshot):
        found = snapshot.events(snapshot.home.run(name))
    else:
        raise problems.not_found(
            Message("Week {week} has no run {run}.", week=snapshot.week.id, run=name),
            Message("The runs are listed at /api/v1/weeks/{week}/runs.", week=snapshot.week.id),
        )
    if found is None:
        raise problems.not_found(Message("The run has written no events yet"))
    return found


def _run(snapshot: Snapshot, asked: Asked, name: str) -> RunShape:
    own = [one for one in snapshot.jobs if one.kind is JobKind.TRAIN and one.run == name]
    job = own[0] if own else None
    run = snapshot.run if snapshot.run is not None and snapshot.run.name == name else None
    started = [one.started_at for one in own if one.started_at is not None]
    reason = run.reason if run is not None else "" if job is None else job.reason
    readings = {} if run is None else snapshot.readings
    return RunShape(
        name=name,
        newest=run is not None,
        status=None if run is None else run.status,
        state=None if job is None else job.state,
        reason=said(reason, asked.language),
        started_at=run.started if run is not None else min(started, default=None),
        ended_at=run.ended if run is not None else None if job is None else job.ended_at,
        attempts=run.attempts if run is not None else sum(one.attempt for one in own),
        total_steps=None if run is None else run.total_steps,
        readings={key: ReadingShape.of(one, asked.language) for key, one in readings.items()},
    )
