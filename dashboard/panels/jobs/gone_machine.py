"""The act that says that the machine of an unreachable job is gone for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.vocabulary import EngineState
from dashboard.components import done_form, outcomes
from dashboard.components.why_not import why_not

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.records import Job

_ALIVE = Message("Its shim still speaks: it is alive. It can be stopped without its engine.")


def gone_machine(page: Page, snapshot: Snapshot, job: Job, place: str, denied: str | None) -> None:
    """A button that asks for the reason; nothing where somebody can say whether the job runs.

    :param denied: why the viewer may not act on this job.
    """
    pulse = snapshot.pulse_of(job)
    words = None if pulse is None else pulse.words
    if words is None or words.state is not EngineState.UNREACHABLE:
        return
    say, key = page.say, f"{place}:machine-gone"
    form = done_form.open_key(key)
    if not words.silent:
        denied = denied or say(_ALIVE)

    def save() -> None:
        reason = str(st.session_state.get(f"{form}:reason") or "")
        if outcomes.act(
            page,
            place,
            Message("the machine counts as gone").in_(page.viewer.language),
            lambda: page.services.client.machine_gone(job.id, reason, key=outcomes.intent(key)),
        ):
            done_form.done(key)

    with st.popover(
        say.raw("The machine is gone"),
        icon=":material/cloud_off:",
        disabled=denied is not None,
        help=denied,
        key=f"{form}:open",
    ):
        st.markdown(
            say(
                "Only say this if nothing of {job} can run any more: the machine was switched off or"
                " returned. On Slurm and Ray it saves and ends if it runs after all and sees its folder;"
                " without an engine nothing ends it. The run is resumed from its last checkpoint.",
                job=job.id,
            )
        )
        st.text_area(
            say.raw("Why that is certain"), key=f"{form}:reason", max_chars=1000, height=72
        )
        st.button(say.raw("It is gone"), key=f"{form}:save", type="primary", on_click=save)
    why_not(key, denied)
