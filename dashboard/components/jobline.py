"""One job in one line: state, id, how long, why."""

from __future__ import annotations

import streamlit as st

from core.vocabulary import ENDED_STATES, JobState
from dashboard.components.alive import alive
from dashboard.components.states import badge
from dashboard.data.snapshot import Snapshot
from dashboard.formatting import age
from dashboard.page import Page
from dashboard.wording import plain
from runner.records import Job


def job_line(page: Page, snapshot: Snapshot, job: Job | None, *, evidence: bool = False) -> None:
    """Nothing for no job.

    :param evidence: also say by what a job that works is known to work.
    """
    if job is None:
        st.markdown("")
        return
    now = snapshot.now
    if job.state in ENDED_STATES and job.ended_at is not None:
        old = page.say("age.ended", age=age(now - job.ended_at))
    elif job.state is JobState.QUEUED and job.attempt > 0:
        old = page.say("age.again")  # asked for long ago, and at work since: no age is its own
    elif job.started_at is not None:
        old = page.say("age.for", age=age(now - job.started_at))
    else:
        old = page.say("age.asked", age=age(now - job.requested_at))
    parts = [
        badge(job.state, page.say),
        f":small[:gray[{plain(job.id)} · {plain(job.requested_by)} · {old}]]",
    ]
    if said := alive(page, snapshot, job, always=evidence):
        parts.append(said)
    if job.reason:
        parts.append(f":small[{plain(job.reason)}]")
    st.markdown(" ".join(parts), width="content")
