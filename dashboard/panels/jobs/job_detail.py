"""One job: its state and reason, attempts, output and actions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

import pandas as pd
import streamlit as st

from core.language import Message
from core.vocabulary import (
    ACTIVE_STATES,
    ENDED_STATES,
    UNFINISHED_STATES,
    JobKind,
    JobState,
    Right,
)
from dashboard.components import outcomes
from dashboard.components.file_link import file_links
from dashboard.components.job_line import job_line
from dashboard.components.log_pane import log_pane
from dashboard.components.moment_banner import NOT_KEPT
from dashboard.components.restart_form import restart_form
from dashboard.components.start_training import INCIDENT_BLOCKS, progress
from dashboard.components.states import mark
from dashboard.components.why_not import why_not
from dashboard.navigation import TITLES, link
from dashboard.panels.jobs.gone_machine import gone_machine
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.records import Job

TAIL_LINES = 100


def show(page: Page, snapshot: Snapshot, job: Job) -> None:
    """Draw one job: progress and actions first, then attempts, parameters, result and output."""
    say = page.say
    with st.container(border=True, key="job-detail"):
        job_line(page, snapshot, job, evidence=True)
        _incidents(page, snapshot, job)
        if job.kind is JobKind.TRAIN and job.id == getattr(
            snapshot.latest(JobKind.TRAIN), "id", None
        ):
            progress(page, snapshot, job)
        _actions(page, snapshot, job)
        outcomes.show(page, f"job:{job.id}")
        _attempts(page, snapshot, job)
        _files(page, snapshot, job)
        left, right = st.columns((2, 3), gap="medium")
        with left:
            st.markdown(f"**{say('Parameters')}**")
            st.json(dict(job.params), expanded=True)
            if result := snapshot.result(job):
                st.markdown(f"**{say('Result')}**")
                st.json(dict(result), expanded=1)
        with right:
            st.markdown(f"**{say('Last {count} lines of output', count=TAIL_LINES)}**")
            output = snapshot.output_tail(job, TAIL_LINES)
            if output:
                log_pane(output, f"output-{job.id}", 420)
            elif page.moment is not None and job.state not in ENDED_STATES:
                st.caption(say(NOT_KEPT))
            else:
                st.caption(say("No output yet."))


def _incidents(page: Page, snapshot: Snapshot, job: Job) -> None:
    """Incidents that the runner opened for the job, with links to the open ones."""
    for incident in (one for one in snapshot.incidents if one.job_id == job.id):
        name = plain(snapshot.procedure(incident.procedure, page.viewer.language))
        with st.container(horizontal=True, vertical_alignment="center"):
            line = f"{mark(incident.state, page.say)} **{name}**"
            if incident.closed_at is not None:
                line += f" :small[:gray[{page.say.text(incident.close_reason or '')}]]"
            st.markdown(line, width="content")
            if incident.closed_at is None:
                link("escalation", page.say.raw("Open {page}", page=TITLES["escalation"]))


def _attempts(page: Page, snapshot: Snapshot, job: Job) -> None:
    say, attempts = page.say, snapshot.attempts(job)
    if not attempts:
        return
    st.markdown(f"**{say('Attempts')}**")
    st.table(
        pd.DataFrame(
            [
                {
                    say.raw("Attempt"): attempt.number,
                    say.raw("State"): mark(attempt.state, say),
                    say.raw("pid"): "" if attempt.pid is None else str(attempt.pid),
                    say.raw("Exit code"): (
                        "" if attempt.exit_code is None else str(attempt.exit_code)
                    ),
                    say.raw("Reason"): say.text(attempt.reason),
                    say.raw("Folder"): plain(attempt.folder),
                }
                for attempt in attempts
            ]
        ),
        border="horizontal",
        hide_index=True,
        alt="attempts",
    )


def _files(page: Page, snapshot: Snapshot, job: Job) -> None:
    """The folders of its attempts, and the files that its result names."""
    folders = (attempt.folder for attempt in snapshot.attempts(job))
    result = json.dumps(dict(snapshot.result(job) or {}), default=str)
    file_links(page, f"job-{job.id}", *folders, result)


def _actions(page: Page, snapshot: Snapshot, job: Job) -> None:
    """Stop a live job; resume or restart a run that ended early."""
    say, client, place = page.say, page.services.client, f"job:{job.id}"
    right = Right.REVALIDATE if job.kind is JobKind.REVALIDATE else Right.OPERATE
    denied = page.denied(right)
    with st.container(horizontal=True):
        if job.state in ACTIVE_STATES:
            with st.popover(
                say.raw("Stop"), icon=":material/stop_circle:", disabled=denied is not None,
                help=denied or say("Sends SIGTERM so that the job can save and end. If it does not end, the " "runner kills its whole process tree."), key=f"{place}:stop",
            ):  # fmt: skip
                st.markdown(
                    say(
                        "Stop {job} now? A training run saves its state and can be resumed.",
                        job=job.id,
                    )
                )
                st.button(
                    say.raw("Stop"),
                    key=f"{place}:stop:yes",
                    type="primary",
                    on_click=outcomes.click(
                        page, place, Message("stop request"), lambda: client.stop(job.id)
                    ),
                )
            why_not(f"{place}:stop", denied)
            gone_machine(page, snapshot, job, place, denied)
        newest = snapshot.latest(JobKind.TRAIN)
        if job.kind is not JobKind.TRAIN or newest is None or newest.id != job.id:
            return
        if job.state is JobState.SUCCEEDED:
            return
        if snapshot.start_blocked:
            denied = denied or say(INCIDENT_BLOCKS)
        if job.state in UNFINISHED_STATES and job.run:
            saves = say(client.resume_point(job.run))
            why_not(f"{place}:resume", denied)
            _button(
                page, place, "resume", say.raw("Resume"), denied or saves, denied, "primary",
                lambda: client.submit(
                    JobKind.TRAIN, {"resume": True}, key=outcomes.intent(place)
                ),
            )  # fmt: skip
        if snapshot.week.playbook.training.command is None:
            for changed in ("learning_rate", "ent_coef"):
                key = f"{place}:restart:{changed}"
                restart_form(page, snapshot, place, key, changed=changed, denied=denied)


def _button(
    page: Page,
    place: str,
    key: str,
    label: str,
    hint: str,
    denied: str | None,
    kind: Literal["primary", "secondary"],
    action: Callable[[], object],
) -> None:
    st.button(
        label,
        key=f"{place}:{key}",
        type=kind,
        disabled=denied is not None,
        help=hint,
        on_click=outcomes.click(page, place, "", action),
    )
