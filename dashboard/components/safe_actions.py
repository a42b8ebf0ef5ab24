"""The manual's hard commands as safe actions: stop, restart, back up, check, by the runner."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.vocabulary import JobKind, Right
from dashboard.components import outcomes
from dashboard.data.snapshot import Snapshot
from dashboard.page import Page
from runner.outcomes import Refused


def action_button(page: Page, snapshot: Snapshot, act: str, place: str) -> None:
    """One safe action as a button; the outcome is shown by the caller at ``place``."""
    say, denied = page.say, page.denied(Right.OPERATE)
    if denied is None and act == "stop" and snapshot.busy(JobKind.TRAIN) is None:
        denied = say.raw("act.nothing_live")
    st.button(
        say.raw(f"act.{act}"),
        key=f"act:{place}:{act}",
        icon=_ICONS[act],
        disabled=denied is not None,
        help=denied,
        on_click=lambda: outcomes.act(
            page,
            place,
            say.raw("saved.stop") if act == "stop" else "",
            _ACTS[act](page, snapshot, place),
        ),
    )


def stop(page: Page, snapshot: Snapshot, place: str) -> Callable[[], object]:
    """Ask the training at work to save and end."""

    def run() -> object:
        job = page.services.client.live_job(JobKind.TRAIN)
        if job is None:
            return Refused(page.say.raw("act.nothing_live"))
        return page.services.client.stop(job.id)

    return run


def restart(page: Page, place: str, **given: object) -> Callable[[], object]:
    """Save and stop what is at work, then go on from the last good checkpoint: one click.

    :param given: changed settings, or the scenario that asks for it.
    """
    return lambda: page.services.client.restart(**given, key=outcomes.intent(place))


def _submit(kind: JobKind) -> Callable[[Page, Snapshot, str], Callable[[], object]]:
    def action(page: Page, snapshot: Snapshot, place: str) -> Callable[[], object]:
        return lambda: page.services.client.submit(kind, {}, key=outcomes.intent(place))

    return action


_ACTS: dict[str, Callable[[Page, Snapshot, str], Callable[[], object]]] = {
    "stop": stop,
    "restart": lambda page, snapshot, place: restart(page, place, scenario="hung"),
    "restart_lowered_learning_rate": lambda page, snapshot, place: restart(
        page, place, learning_rate=snapshot.week.playbook.training.lowered_learning_rate
    ),
    "restart_raised_ent_coef": lambda page, snapshot, place: restart(
        page, place, ent_coef=snapshot.week.playbook.training.raised_ent_coef
    ),
    "check_data": _submit(JobKind.DATA_CHECK),
}
_ICONS = {
    "stop": ":material/stop_circle:",
    "restart": ":material/restart_alt:",
    "restart_lowered_learning_rate": ":material/trending_down:",
    "restart_raised_ent_coef": ":material/shuffle:",
    "check_data": ":material/fact_check:",
}


def has_button(act: str | None) -> bool:
    """Whether an action of the playbook has a button. The copies of log and model have none:
    opening the incident makes them."""
    return act in _ACTS
