"""The manual's risky commands as safe actions of the runner: stop, restart, check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.language import Message
from core.vocabulary import JobKind, Right
from dashboard.components import outcomes
from dashboard.data.snapshot import Snapshot
from dashboard.page import Page
from runner.outcomes import Refused

Prepared = Callable[[Page, Snapshot, str], Callable[[], object]]


def action_button(page: Page, snapshot: Snapshot, act: str, place: str) -> None:
    """One safe action as a button; the caller shows the outcome at ``place``."""
    say, denied, action = page.say, page.denied(Right.OPERATE), _ACTIONS[act]
    if denied is None and act != "check_data" and snapshot.week.watched is not None:
        denied = say("trainweek only watches this run: stop or restart it where it was started.")
    if denied is None and act == "stop" and snapshot.busy(JobKind.TRAIN) is None:
        denied = say("No training run is in progress.")
    st.button(
        say.raw(action.name),
        key=f"act:{place}:{act}",
        icon=action.icon,
        disabled=denied is not None,
        help=denied,
        on_click=outcomes.click(page, place, action.saved, action.do(page, snapshot, place)),
    )


def stop(page: Page, snapshot: Snapshot, place: str) -> Callable[[], object]:
    """A callback that asks the current run to save and end."""

    def run() -> object:
        job = page.services.client.live_job(JobKind.TRAIN)
        if job is None:
            return Refused(Message("No training run is in progress."))
        return page.services.client.stop(job.id)

    return run


def restart(
    page: Page,
    place: str,
    *,
    learning_rate: float | None = None,
    ent_coef: float | None = None,
    scenario: str | None = None,
) -> Callable[[], object]:
    """A callback that saves and stops the run, then resumes from the last good checkpoint.

    :param scenario: scenario that the restart responds to.
    """
    return lambda: page.services.client.restart(
        learning_rate=learning_rate,
        ent_coef=ent_coef,
        scenario=scenario,
        key=outcomes.intent(place),
    )


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
    "restart": _Action(
        Message("Restart from the last checkpoint"),
        ":material/restart_alt:",
        lambda page, snapshot, place: restart(page, place, scenario="hung"),
    ),
    "restart_lowered_learning_rate": _Action(
        Message("Restart with lower learning rate"),
        ":material/trending_down:",
        lambda page, snapshot, place: restart(
            page, place, learning_rate=snapshot.week.playbook.training.lowered_learning_rate
        ),
    ),
    "restart_raised_ent_coef": _Action(
        Message("Restart with higher ent_coef"),
        ":material/shuffle:",
        lambda page, snapshot, place: restart(
            page, place, ent_coef=snapshot.week.playbook.training.raised_ent_coef
        ),
    ),
    "check_data": _Action(Message("Check the data"), ":material/fact_check:", _check_data),
}


def has_button(act: str | None) -> bool:
    """Whether an action of the playbook has a button.

    The copies of log and model have none: opening the incident makes them.
    """
    return act in _ACTIONS
