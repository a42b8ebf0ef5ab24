"""The manual's risky commands as safe actions of the runner: stop, restart, check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.language import Message
from core.vocabulary import JobKind, Right, TrainingStatus
from dashboard.components import outcomes
from dashboard.components.restart_form import Changed, restart_form
from dashboard.components.why_not import why_not
from dashboard.data.snapshot import Snapshot
from dashboard.page import Page
from runner.outcomes import Refused

Prepared = Callable[[Page, Snapshot, str], Callable[[], object]]


def action_button(page: Page, snapshot: Snapshot, act: str, place: str) -> None:
    """One safe action as a button; the caller shows the outcome at ``place``.

    Nothing is offered that acts on a run which has completed.
    """
    if not can_still(snapshot, act):
        return
    say, denied = page.say, page.denied(Right.OPERATE)
    if denied is None and act != "check_data" and snapshot.week.watched is not None:
        denied = say("trainweek only watches this run: stop or restart it where it was started.")
    if denied is None and act == "stop" and snapshot.busy(JobKind.TRAIN) is None:
        denied = say("No training run is in progress.")
    if act in _RESTARTS:
        changed, scenario = _RESTARTS[act]
        restart_form(
            page,
            snapshot,
            place,
            f"act:{place}:{act}",
            changed=changed,
            scenario=scenario,
            denied=denied,
        )
        return
    action = _ACTIONS[act]
    st.button(
        say.raw(action.name),
        key=f"act:{place}:{act}",
        icon=action.icon,
        disabled=denied is not None,
        help=denied,
        on_click=outcomes.click(page, place, action.saved, action.do(page, snapshot, place)),
    )
    why_not(f"act:{place}:{act}", denied)


def can_still(snapshot: Snapshot, act: str) -> bool:
    """Whether the action can still be done: a completed run can't be stopped or restarted."""
    acts_on_run = act == "stop" or act in _RESTARTS
    return not acts_on_run or snapshot.status is not TrainingStatus.COMPLETED


def stop(page: Page, snapshot: Snapshot, place: str) -> Callable[[], object]:
    """A callback that asks the current run to save and end."""

    def run() -> object:
        job = page.services.client.live_job(JobKind.TRAIN, snapshot.week.id)
        if job is None:
            return Refused(Message("No training run is in progress."))
        return page.services.client.stop(job.id)

    return run


def _check_data(page: Page, snapshot: Snapshot, place: str) -> Callable[[], object]:
    return lambda: page.services.client.submit(JobKind.DATA_CHECK, {}, key=outcomes.intent(place))


@dataclass(frozen=True)
class _Action:
    """An action: name, icon, callback, and the name of what it saves."""

    name: Message
    icon: str
    do: Prepared
    saved: Message | str = ""


_ACTIONS = {
    "stop": _Action(
        Message("Stop training"), ":material/stop_circle:", stop, Message("stop request")
    ),
    "check_data": _Action(Message("Check the data"), ":material/fact_check:", _check_data),
}


# Restarts ask first: the setting that each changes, and the scenario that it responds to.
_RESTARTS: dict[str, tuple[Changed | None, str | None]] = {
    "restart": (None, "hung"),
    "restart_lowered_learning_rate": ("learning_rate", None),
    "restart_raised_ent_coef": ("ent_coef", None),
}


def changed_by(act: str | None) -> Changed | None:
    """The setting that an action changes; None: it changes none."""
    return _RESTARTS[act][0] if act in _RESTARTS else None


def has_button(act: str | None) -> bool:
    """Whether an action of the playbook has a button.

    The copies of log and model have none: opening the incident makes them.
    """
    return act in _ACTIONS or act in _RESTARTS
