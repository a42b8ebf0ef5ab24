"""A change tried on twin runs before it is made: what it costs, and the button."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.job_params import asked_params
from core.language import Message
from core.reading import as_set
from core.twin.arms import PAIRS, default_steps, minutes, whole_rollouts
from core.vocabulary import JobKind, Right
from dashboard.components import done_form, outcomes
from dashboard.components.restart_form import Changed, present_value
from dashboard.components.why_not import why_not
from dashboard.formatting import number

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

_PROPOSALS: dict[Changed, tuple[Message, str]] = {
    "learning_rate": (Message("Lower learning rate"), "lowered_learning_rate"),
    "ent_coef": (Message("Higher ent_coef"), "raised_ent_coef"),
}
_PAIRS = (3, PAIRS, 8)
_TIMES = (0.5, 1.0, 2.0)  # of the default steps


def twin_form(
    page: Page,
    snapshot: Snapshot,
    place: str,
    *,
    incident: int | None = None,
    scenario: str | None = None,
    changes: tuple[Changed, ...] = ("learning_rate", "ent_coef"),
) -> None:
    """The popover; its outcome is shown at ``place`` by the caller.

    :param incident: that asks; ``scenario``: the finding that asks.
    :param changes: the settings that are offered.
    """
    say, client = page.say, page.services.client
    key = f"twin:{place}:{'-'.join(changes)}"
    denied = page.denied(Right.OPERATE)
    if denied is None and snapshot.week.watched is not None:
        denied = say("trainweek only watches this run: stop or restart it where it was started.")
    if denied is None and snapshot.busy(JobKind.TWIN) is not None:
        denied = say("A twin run is in progress. Wait until it has ended, or stop it.")
    fields = done_form.open_key(key)

    def start() -> None:
        changed: Changed = st.session_state.get(f"{fields}:what") or changes[0]
        params = {
            changed: _typed(f"{fields}:{changed}"),
            "pairs": st.session_state.get(f"{fields}:pairs") or PAIRS,
            "steps": _steps(snapshot, st.session_state.get(f"{fields}:times")),
            "incident": incident,
            "scenario": scenario,
        }
        given = {name: value for name, value in params.items() if value is not None}
        if outcomes.act(
            page,
            place,
            "",
            lambda: client.start_twin(
                asked_params(JobKind.TWIN, given),  # type: ignore[arg-type]  # of this kind
                key=outcomes.intent(place),
            ),
        ):
            done_form.done(key)

    with st.popover(
        say.raw("Try a change on twin runs"),
        icon=":material/call_split:",
        disabled=denied is not None,
        help=denied,
        key=f"{fields}:ask",
    ):
        st.markdown(
            say(
                "Trains the newest intact checkpoint further in pairs with the same seed, one arm "
                "with the change and one without it, and compares their reward. The run itself is "
                "not touched and goes on; to have it wait, stop it first."
            )
        )
        _fields(page, snapshot, fields, changes)
        st.button(
            say.raw("Start the twin run"),
            key=f"{fields}:start",
            type="primary",
            disabled=denied is not None,
            help=denied,
            on_click=start,
        )
    why_not(key, denied)


def _fields(page: Page, snapshot: Snapshot, key: str, changes: tuple[Changed, ...]) -> None:
    say, training = page.say, snapshot.week.playbook.training
    changed: Changed = changes[0]
    if len(changes) > 1:
        changed = st.selectbox(
            say.raw("Change"),
            changes,
            format_func=lambda each: say.raw(_PROPOSALS[each][0]),
            key=f"{key}:what",
        )
    proposal = getattr(training, _PROPOSALS[changed][1])
    now = present_value(snapshot, training, changed)
    st.caption(
        say("Now {value}; the playbook proposes {proposal}.",
            value=as_set(now), proposal=as_set(proposal))
    )  # fmt: skip
    st.text_input(
        say.raw("New {name}", name=changed),
        value=f"{proposal:g}",
        key=f"{key}:{changed}",
        max_chars=20,
    )
    pairs = st.selectbox(say.raw("Pairs"), _PAIRS, index=_PAIRS.index(PAIRS), key=f"{key}:pairs")
    times = st.selectbox(
        say.raw("Steps of each arm"),
        _TIMES,
        index=1,
        format_func=lambda each: number(_steps(snapshot, each)),
        key=f"{key}:times",
    )
    lasts = minutes(_steps(snapshot, times), pairs, _speed(snapshot))
    st.markdown(
        say(
            "Costs about {minutes:.1f} min at the run's speed, longer while other training runs on "
            "this machine. Fewer pairs notice only larger differences.",
            minutes=lasts,
        )
    )


def _steps(snapshot: Snapshot, times: float | None) -> int:
    training = snapshot.week.playbook.training
    usual = default_steps(training)
    return whole_rollouts(training, round(usual * (1.0 if times is None else times)))


def _speed(snapshot: Snapshot) -> float:
    seen = snapshot.readings.get("steps_per_second")
    value = None if seen is None else seen.value
    if isinstance(value, int | float) and value > 0:
        return float(value)
    return snapshot.week.playbook.training.min_steps_per_second


def _typed(key: str) -> float:
    """The typed number; NaN for any other text, which the client refuses with the bounds."""
    try:
        return float(str(st.session_state.get(key, "")).strip().replace(",", "."))
    except ValueError:
        return float("nan")
