"""Jobs: all jobs of the week, with their details."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.language import Message
from core.vocabulary import ENDED_STATES, JobKind
from dashboard.address import Address
from dashboard.components import pager, thing_link
from dashboard.components.choice import choice
from dashboard.components.empty_state import empty
from dashboard.components.live import live_panel
from dashboard.components.states import mark
from dashboard.formatting import age
from dashboard.panels.jobs import job_detail
from dashboard.wording import Words, plain
from dashboard.wording.names import JOB_KINDS

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.records import Job

ALL = "all"
JOB = Address("jobs", ("job", pager.PAGE))
ROWS, HEIGHT = 10, 330  # visible without scrolling
PER_PAGE = 50


def show(page: Page) -> None:
    """Draw the page and redraw it on each tick."""
    live_panel(page, _draw)


def _draw(page: Page, snapshot: Snapshot) -> None:
    say = page.say
    if not snapshot.jobs:
        empty(
            say("No jobs yet"),
            say(
                "Training runs, checks, backups and revalidations appear here with their "
                "attempts and output."
            ),
        )
        return
    asked = JOB.changed()
    meant = (asked or {}).get("job")
    thing_link.say_missing(page, snapshot, "job", [job.id for job in snapshot.jobs])
    if meant in {job.id for job in snapshot.jobs}:
        st.session_state["kind"] = ALL
    kinds = [ALL, *(kind.value for kind in JobKind if snapshot.latest(kind))]
    kind = choice(say.raw("Kind"), kinds, lambda kind: say.raw(_name(kind)), key="kind")
    jobs = [job for job in snapshot.jobs if kind in {ALL, job.kind.value}]
    number = pager.read(JOB, asked)
    every = [job.id for job in jobs]
    first = every.index(meant) if meant in every else min((number - 1) * PER_PAGE, len(every) - 1)
    first = max(first, 0) // PER_PAGE * PER_PAGE
    parts, jobs = -(-len(jobs) // PER_PAGE), jobs[first : first + PER_PAGE]
    with st.container(height=HEIGHT if len(jobs) > ROWS else "content", border=False, key="jobs"):
        st.table(table(jobs, snapshot, page), border="horizontal", hide_index=True, alt="jobs")
    pager.draw(JOB, first // PER_PAGE + 1, parts, _write)
    ids = [job.id for job in jobs]
    if not ids:
        return
    key = f"job:{kind}"
    if meant in ids or st.session_state.get(key) not in ids:
        st.session_state[key] = meant if meant in ids else ids[0]
    chosen = st.selectbox(
        say.raw("Job details"), ids, key=key,
        on_change=lambda: JOB.write(
            {"job": st.session_state[key], pager.PAGE: pager.text(JOB)}
        ),
    )  # fmt: skip
    thing_link.copy_link(page, snapshot, "jobs", job=chosen or ids[0])
    job_detail.show(page, snapshot, next(job for job in jobs if job.id == (chosen or ids[0])))


def _write() -> None:
    JOB.write({pager.PAGE: pager.text(JOB)})


def _name(kind: str) -> Message:
    return Message("All kinds") if kind == ALL else JOB_KINDS[JobKind(kind)]


def table(jobs: list[Job], snapshot: Snapshot, page: Page) -> pd.DataFrame:
    """One row per job, newest first; cells are Markdown. Without a reason, no such column."""
    say = page.say
    frame = pd.DataFrame(
        [
            {
                say.raw("State"): _state(job, snapshot, say),
                say.raw("Kind"): say.raw(JOB_KINDS[job.kind]),
                say.raw("Job"): plain(job.id),
                say.raw("Reason"): say.text(job.reason),
                say.raw("Attempt"): job.attempt,
                say.raw("Started (real time, UTC)"): _started(page, job),
                say.raw("Duration"): _took(job, snapshot),
                say.raw("Requested by"): plain(job.requested_by),
            }
            for job in jobs
        ]
    )
    return frame if any(job.reason for job in jobs) else frame.drop(columns=say.raw("Reason"))


def _state(job: Job, snapshot: Snapshot, say: Words) -> str:
    """The job's state, and for a live job its liveness."""
    pulse = snapshot.pulse_of(job)
    return mark(job.state, say) + (f" {mark(pulse.liveness, say)}" if pulse else "")


def _started(page: Page, job: Job) -> str:
    """Real start time, as in the job's folder."""
    if job.started_at is None:
        return ""
    return plain(f"{page.viewer.day(job.started_at)} {job.started_at:%H:%M:%S}")


def _took(job: Job, snapshot: Snapshot) -> str:
    if job.started_at is None:
        return ""
    end = job.ended_at if job.state in ENDED_STATES and job.ended_at else snapshot.now
    return age(end - job.started_at)
