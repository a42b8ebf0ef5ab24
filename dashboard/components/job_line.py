"""One job in one line: state, id, duration, reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.vocabulary import ENDED_STATES, JobState
from dashboard.components.job_liveness import alive
from dashboard.components.states import badge
from dashboard.formatting import age
from dashboard.wording import plain

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.records import Job


def job_line(page: Page, snapshot: Snapshot, job: Job | None, *, evidence: bool = False) -> None:
    """Draw the line; nothing if there is no job.

    :param evidence: also show the evidence that a running job makes progress.
    """
    if job is None:
        st.markdown("")
        return
    now = snapshot.now
    if job.state in ENDED_STATES and job.ended_at is not None:
        old = page.say("ended {age} ago", age=age(now - job.ended_at))
    elif job.state is JobState.QUEUED and job.attempt > 0:
        old = page.say("restarting")  # its age counts again from the restart
    elif job.started_at is not None:
        old = page.say("for {age}", age=age(now - job.started_at))
    else:
        old = page.say("requested {age} ago", age=age(now - job.requested_at))
    parts = [
        badge(job.state, page.say),
        f":small[:gray[{plain(job.id)} · {plain(job.requested_by)} · {old}]]",
    ]
    if state := alive(page, snapshot, job, always=evidence):
        parts.append(state)
    if job.reason:
        parts.append(f":small[{page.say.text(job.reason)}]")
    st.markdown(" ".join(parts), width="content")
