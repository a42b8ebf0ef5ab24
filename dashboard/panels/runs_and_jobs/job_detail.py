"""One job: its state and why, its attempts, its output, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from core.vocabulary import LIVE_STATES, UNFINISHED_STATES, WAITING_STATES, JobKind, JobState, Right
from dashboard.components import outcomes
from dashboard.components.jobline import job_line
from dashboard.components.log_pane import log_pane
from dashboard.components.safe_actions import restart
from dashboard.components.start_training import progress
from dashboard.components.states import mark
from dashboard.data.snapshot import Snapshot
from dashboard.navigation import link
from dashboard.page import Page
from dashboard.wording import plain
from runner.records import Job

TAIL_LINES = 100


def show(page: Page, look: Snapshot, job: Job) -> None:
    say = page.say
    with st.container(border=True, key="job-detail"):
        job_line(page, look, job, evidence=True)
        _incidents(page, look, job)
        if job.kind is JobKind.TRAIN and job.id == getattr(look.latest(JobKind.TRAIN), "id", None):
            progress(page, look, job)
        _actions(page, look, job)
        outcomes.show(page, f"job:{job.id}")
        _attempts(page, look, job)
        left, right = st.columns((2, 3), gap="medium")
        with left:
            st.markdown(f"**{say('jobs.params')}**")
            st.json(dict(job.params), expanded=True)
            if result := look.result(job):
                st.markdown(f"**{say('jobs.result')}**")
                st.json(dict(result), expanded=1)
        with right:
            st.markdown(f"**{say('jobs.output', count=TAIL_LINES)}**")
            output = look.output_tail(job, TAIL_LINES)
            if output:
                log_pane(output, f"output-{job.id}", 420)
            else:
                st.caption(say("jobs.output_none"))


def _incidents(page: Page, look: Snapshot, job: Job) -> None:
    """What the runner opened for it, with the way there while it is open."""
    for incident in (one for one in look.incidents if one.job_id == job.id):
        name = plain(look.procedure(incident.procedure, page.viewer.language))
        with st.container(horizontal=True, vertical_alignment="center"):
            told = f"{mark(incident.state, page.say)} **{name}**"
            if incident.closed_at is not None:
                told += f" :small[:gray[{plain(incident.close_reason)}]]"
            st.markdown(told, width="content")
            if incident.closed_at is None:
                link("escalation", page.say.raw("week.open", page=page.say.raw("page.escalation")))


def _attempts(page: Page, look: Snapshot, job: Job) -> None:
    say, attempts = page.say, look.attempts(job)
    if not attempts:
        return
    st.markdown(f"**{say('jobs.attempts')}**")
    st.table(
        pd.DataFrame(
            [
                {
                    say.raw("jobs.attempt"): attempt.number,
                    say.raw("jobs.state"): mark(attempt.state, say),
                    say.raw("jobs.pid"): "" if attempt.pid is None else str(attempt.pid),
                    say.raw("jobs.exit"): (
                        "" if attempt.exit_code is None else str(attempt.exit_code)
                    ),
                    say.raw("jobs.reason"): plain(attempt.reason),
                    say.raw("jobs.folder"): plain(attempt.folder),
                }
                for attempt in attempts
            ]
        ),
        border="horizontal",
        hide_index=True,
        alt="attempts",
    )


def _actions(page: Page, look: Snapshot, job: Job) -> None:
    """Stop what lives; resume or restart a training that ended early."""
    say, client, place = page.say, page.services.client, f"job:{job.id}"
    right = Right.REVALIDATE if job.kind is JobKind.REVALIDATE else Right.OPERATE
    denied = page.denied(right)
    with st.container(horizontal=True):
        if job.state in LIVE_STATES | WAITING_STATES:
            with st.popover(
                say.raw("jobs.stop"), icon=":material/stop_circle:", disabled=denied is not None,
                help=denied or say("jobs.stop_help"), key=f"{place}:stop",
            ):  # fmt: skip
                st.markdown(say("jobs.stop_confirm", job=job.id))
                st.button(
                    say.raw("jobs.stop"),
                    key=f"{place}:stop:yes",
                    type="primary",
                    on_click=lambda: outcomes.act(
                        page, place, say.raw("saved.stop"), lambda: client.stop(job.id)
                    ),
                )
        newest = look.latest(JobKind.TRAIN)
        if job.kind is not JobKind.TRAIN or newest is None or newest.id != job.id:
            return
        if job.state is JobState.SUCCEEDED:
            return
        if look.held:
            denied = denied or say.raw("launch.blocked_incident").replace("*", "")
        training = look.week.playbook.training
        if job.state in UNFINISHED_STATES:
            _button(
                page, place, say.raw("jobs.resume"), denied, "primary",
                lambda: client.submit(
                    JobKind.TRAIN, {"resume": True}, key=outcomes.intent(place)
                ),
            )  # fmt: skip
        lower, raised = training.lowered_learning_rate, training.raised_ent_coef
        _button(
            page, place, say.raw("jobs.restart_lower", lr=f"{lower:g}"), denied, "secondary",
            restart(page, place, learning_rate=lower),
        )  # fmt: skip
        _button(
            page, place, say.raw("jobs.restart_raised", ent=f"{raised:g}"), denied, "secondary",
            restart(page, place, ent_coef=raised),
        )  # fmt: skip


def _button(
    page: Page,
    place: str,
    label: str,
    denied: str | None,
    kind: str,
    action: Callable[[], object],
) -> None:
    st.button(
        label,
        key=f"{place}:{label}",
        type=kind,
        disabled=denied is not None,
        help=denied or page.say("jobs.restart_help"),
        on_click=lambda: outcomes.act(page, place, "", action),
    )
