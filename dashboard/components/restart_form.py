"""A restart of the run, asked for with its new value: what it does, and when it kills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import streamlit as st

from core.language import Message
from core.reading import as_set
from core.vocabulary import JobKind
from dashboard.components import done_form, outcomes
from dashboard.components.why_not import why_not

if TYPE_CHECKING:
    from core.playbook import TrainingSettings
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

Changed = Literal["learning_rate", "ent_coef"]


@dataclass(frozen=True)
class _Change:
    """One setting that a restart changes."""

    name: Message
    icon: str
    proposal: str  # field of the playbook's training settings


_CHANGES: dict[Changed, _Change] = {
    "learning_rate": _Change(
        Message("Restart with lower learning rate"),
        ":material/trending_down:",
        "lowered_learning_rate",
    ),
    "ent_coef": _Change(
        Message("Restart with higher ent_coef"), ":material/shuffle:", "raised_ent_coef"
    ),
}


def restart_form(
    page: Page,
    snapshot: Snapshot,
    place: str,
    key: str,
    *,
    changed: Changed | None = None,
    scenario: str | None = None,
    denied: str | None = None,
) -> None:
    """A button that opens the question; its outcome is shown at ``place`` by the caller.

    :param changed: the setting that gets a new value; None: the same settings.
    :param scenario: scenario that the restart responds to.
    :param denied: why the viewer can't restart it.
    """

    def restart() -> None:
        if outcomes.act(
            page,
            place,
            "",
            lambda: page.services.client.restart(
                **({} if changed is None else {changed: _typed(f"{key}:value")}),
                scenario=scenario,
                because=None,
                key=outcomes.intent(place),
            ),
        ):
            done_form.done(key)

    say, change = page.say, None if changed is None else _CHANGES[changed]
    name = change.name if change else Message("Restart from the last checkpoint")
    with st.popover(
        say.raw(name),
        icon=change.icon if change else ":material/restart_alt:",
        disabled=denied is not None,
        help=denied,
        key=f"{done_form.open_key(key)}:ask",
    ):
        for line in effect(page, snapshot):
            st.markdown(line)
        if change is not None and changed is not None:
            _value(page, snapshot, key, changed, change)
        st.button(
            say.raw("Restart"),
            key=key,
            type="primary",
            disabled=denied is not None,
            help=denied,
            on_click=restart,
        )
    why_not(key, denied)


def effect(page: Page, snapshot: Snapshot) -> list[str]:
    """What a restart does to the run now."""
    say, client = page.say, page.services.client
    job = snapshot.latest(JobKind.TRAIN)
    point = say(client.resume_point(job.run)) if job is not None and job.run else ""
    if snapshot.busy(JobKind.TRAIN) is None:
        return [point] if point else []
    stops = say(
        "Stops the run now. It has {grace:g} s to save a checkpoint and resumes there, so no step "
        "is lost. If it does not end by then, it is killed, and resumes from its last checkpoint.",
        grace=client.stop_grace_s(),
    )
    last = say("As of now: {point}", point=client.resume_point(job.run)) if job and job.run else ""
    return [stops, f":small[{last}]"] if last else [stops]


def _value(page: Page, snapshot: Snapshot, key: str, changed: Changed, change: _Change) -> None:
    say, training = page.say, snapshot.week.playbook.training
    now = present_value(snapshot, training, changed)
    st.caption(
        say("Now {value}; the playbook proposes {proposal}.",
            value=as_set(now), proposal=as_set(getattr(training, change.proposal)))
    )  # fmt: skip
    st.text_input(
        say.raw("New {name}", name=changed),
        value=f"{getattr(training, change.proposal):g}",
        key=f"{key}:value",
        max_chars=20,
        width=220,
    )


def _typed(key: str) -> float:
    """The typed number; NaN for any other text, which the client refuses with the bounds."""
    try:
        return float(str(st.session_state.get(key, "")).strip().replace(",", "."))
    except ValueError:
        return float("nan")


def present_value(snapshot: Snapshot, training: TrainingSettings, changed: Changed) -> float:
    """The value that the newest attempt of the run has."""
    job = snapshot.latest(JobKind.TRAIN)
    given = None if job is None else job.params.get(changed)
    return float(given if isinstance(given, int | float) else getattr(training, changed))
