"""Twin runs of an incident or a finding: how far they are, which arm is better, and keeping it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.state_words import capitals
from core.twin.comparison import TwinVerdict
from core.vocabulary import ACTIVE_STATES, JobKind, JobState, Right, TrainingStatus
from dashboard.components import done_form, outcomes
from dashboard.components.restart_form import effect
from dashboard.components.why_not import why_not

if TYPE_CHECKING:
    from core.twin.result import TwinResult
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.records import Job

_LOOKS = {
    TwinVerdict.BETTER: ("green", "trending_up"),
    TwinVerdict.WORSE: ("red", "trending_down"),
    TwinVerdict.CANNOT_TELL: ("orange", "help"),
}
_SHOWN = 3


def twin_runs(
    page: Page,
    snapshot: Snapshot,
    place: str,
    *,
    incident: int | None = None,
    scenario: str | None = None,
    acts: bool = True,
) -> None:
    """The newest twin runs that this incident, or this finding, asked for.

    :param acts: whether they can be stopped, resumed and kept from here.
    """
    asked = {"incident": incident} if incident is not None else {"scenario": scenario}
    found = [
        job
        for job in snapshot.jobs
        if job.kind is JobKind.TWIN
        and all(job.params.get(name) == value for name, value in asked.items())
    ]
    for job in found[:_SHOWN]:
        with st.container(border=True, gap="xsmall", key=f"twin:{place}:{job.id}"):
            _one(page, snapshot, place, job, acts=acts and job is found[0])


def _one(page: Page, snapshot: Snapshot, place: str, job: Job, *, acts: bool) -> None:
    say, result = page.say, snapshot.records.twins.get(job.id)
    st.markdown(f":small[:gray[:material/call_split: {say('Twin run')} `{job.id}`]]")
    if result is not None:
        colour, icon = _LOOKS[result.comparison.verdict]
        st.markdown(f"**:{colour}[:material/{icon}:] {say(result.sentence())}**")
        lines = "\n".join(f"- {say(each)}" for each in result.details())
        with st.expander(say.raw("Each metric"), key=f"twin:{place}:{job.id}:details"):
            st.markdown(lines)
        if acts and result.is_better:
            _keep(page, snapshot, place, job, result)
        return
    if job.state in ACTIVE_STATES:
        made = snapshot.progress(job) or {}
        steps, total = made.get("steps") or 0, made.get("total_steps") or 0
        text = (
            say("Training the arms: {steps:,} of {total:,} steps", steps=steps, total=total)
            if total
            else say("Waiting for the training to begin")
        )
        st.progress(min(steps / total, 1.0) if total else 0.0, text=text)
    else:
        state = say("Ended without a result ({state}).", state=capitals(job.state))
        st.markdown(f":orange[:material/warning:] {state} {say.text(job.reason)}")
    if acts:
        _stop_or_resume(page, place, job)


def _stop_or_resume(page: Page, place: str, job: Job) -> None:
    say, client = page.say, page.services.client
    denied = page.denied(Right.OPERATE)
    active = job.state in ACTIVE_STATES
    if job.state is JobState.SUCCEEDED:  # of another version
        return
    key = outcomes.intent(place)
    st.button(
        say.raw("Stop") if active else say.raw("Resume"),
        key=f"twin:{place}:{job.id}:{'stop' if active else 'resume'}",
        icon=":material/stop_circle:" if active else ":material/resume:",
        disabled=denied is not None or job.state is JobState.STOPPING,
        help=denied or say("The arms that have ended are kept."),
        on_click=outcomes.click(
            page,
            place,
            Message("stop request") if active else "",
            lambda: client.stop(job.id) if active else client.resume_twin(job.id, key=key),
        ),
    )


def _keep(page: Page, snapshot: Snapshot, place: str, job: Job, result: TwinResult) -> None:
    say, client = page.say, page.services.client
    key = f"twin:{place}:{job.id}:keep"
    denied = page.denied(Right.OPERATE)
    if denied is None and snapshot.status is TrainingStatus.COMPLETED:
        denied = say("Run {run} has completed: it can't be stopped or restarted.", run=result.run)
    fields = done_form.open_key(key)

    def keep() -> None:
        reason = str(st.session_state.get(f"{fields}:reason") or "")
        if outcomes.act(
            page,
            place,
            "",
            lambda: client.keep_twin(job.id, reason, key=outcomes.intent(place)),
        ):
            done_form.done(key)

    with st.popover(
        say.raw("Keep the change"),
        icon=":material/check_circle:",
        disabled=denied is not None,
        help=denied,
        key=f"{fields}:ask",
    ):
        st.markdown(
            say(
                "Restarts the run from its own checkpoint with the change. No arm's model is used, "
                "so there is one run as before."
            )
        )
        for line in effect(page, snapshot):
            st.markdown(line)
        st.text_input(say.raw("Note (optional)"), key=f"{fields}:reason", max_chars=500)
        st.button(
            say.raw("Restart with the change"),
            key=f"{fields}:do",
            type="primary",
            disabled=denied is not None,
            help=denied,
            on_click=keep,
        )
    why_not(key, denied)
