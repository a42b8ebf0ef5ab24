"""The curve behind a check, around the moment for which it was judged: one click on its row."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from core.checks.case import SIGNS
from core.language import Message
from core.telemetry.drawn_series import SPEED_TAG, drawn_series, step_at
from core.telemetry.readings import pace_series
from dashboard.components.charts import KL, REWARD, SHARPE, SPEED, draw_curves
from dashboard.components.curve_marks import reward_marks
from dashboard.data.shown_events import shown_until
from dashboard.figures.palette import ORANGE, VIOLET
from dashboard.figures.view import Limit, Mark, MarkKind, View
from dashboard.wording import plain
from runner.week.facts import facts_of_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.checks.judgement import Judgement
    from core.facts import RunFacts
    from core.playbook import CheckSpec, SlotSpec
    from core.telemetry.series import Series
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

HEIGHT = 220
BEFORE = timedelta(hours=2)  # week time before the moment, where the check has no window
_REWARD = {REWARD: "rollout/ep_rew_mean"}
# What a metric is read from. Where that is a state or a log, what the run did then: its reward.
_CURVES: Mapping[str, Mapping[Message, str]] = {
    "last_reward": _REWARD,
    "reward_trend": _REWARD,
    "loss_change_pct": {Message("value"): "train/value_loss"},
    "policy_loss": {Message("policy"): "train/policy_gradient_loss"},
    "kl_divergence": {KL: "train/approx_kl"},
    "approx_sharpe": {SHARPE: "eval/sharpe"},
    "steps_per_second": {SPEED: SPEED_TAG},
    "steps_done": _REWARD,
    "crashes": _REWARD,
    "anomalies": _REWARD,
    "issues": _REWARD,
    "training_status": _REWARD,
}


def button(page: Page, snapshot: Snapshot, slot: SlotSpec, judged: Judgement, metric: str) -> None:
    """Opens and closes the curve of a row; nothing where the check is read from no run."""
    run = snapshot.facts_at(slot).run
    if metric not in _CURVES or run is None or run.reader is None:
        return
    open_ = _key(slot) in st.session_state and st.session_state[_key(slot)] == judged.check

    def turn() -> None:
        st.session_state[_key(slot)] = None if open_ else judged.check

    st.button(
        page.say.raw("Close the curve") if open_ else page.say.raw("Curve"),
        key=f"curve:{slot.id}:{judged.check}",
        icon=":material/show_chart:",
        type="tertiary",
        on_click=turn,
    )


def chart(
    page: Page, snapshot: Snapshot, slot: SlotSpec, judged: Judgement, spec: CheckSpec
) -> None:
    """The opened curve, with the limit and what happened around the moment."""
    if st.session_state.get(_key(slot)) != judged.check:
        return
    run = _judged_run(snapshot, slot)
    if run is None or run.reader is None:
        return
    until = shown_until(run, snapshot.now)
    lines = {
        page.say.raw(name): drawn_series(run.reader, tag, until)
        for name, tag in _CURVES.get(spec.metric, {}).items()
    }
    lines = {name: line for name, line in lines.items() if len(line)}
    if not lines:
        st.caption(page.say("The run has logged no points of this check yet."))
        return
    pace = pace_series(run.reader, until)
    low, at, high = _part(snapshot, judged, spec, pace)
    when = page.say.raw("judged {time}", time=f"{judged.as_of:%H:%M}")
    newest = snapshot.run is not None and snapshot.run.name == run.name
    marks = reward_marks(page, snapshot, pace) if newest else []  # they are of the newest run
    if at is not None:
        marks = [*marks, Mark(at, when, VIOLET, kind=MarkKind.NOTE)]
    st.markdown(f":small[**{plain(', '.join(lines))}** · {_around(page, judged)}]")
    draw_curves(
        page,
        lines,
        key=f"evidence:{slot.id}",
        title=spec.title.in_(page.viewer.language),
        height=HEIGHT,
        limits=_limits(page, spec),
        marks=marks,
        view=View(low=low, high=high, language=page.viewer.language),
    )


def _key(slot: SlotSpec) -> str:
    return f"curve-open:{slot.id}"


def _judged_run(snapshot: Snapshot, slot: SlotSpec) -> RunFacts | None:
    """The run that the slot is judged on, up to its end or now: a later one may be the newest."""
    judged, newest = snapshot.facts_at(slot).run, snapshot.run
    if judged is None or (newest is not None and newest.name == judged.name):
        return None if judged is None else newest
    return facts_of_run(snapshot, None, judged.name).run


def _around(page: Page, judged: Judgement) -> str:
    return page.say("around {time}", time=page.viewer.moment(judged.as_of))


def _part(
    snapshot: Snapshot, judged: Judgement, spec: CheckSpec, pace: Series
) -> tuple[float | None, float | None, float | None]:
    """Steps at the shown part's beginning, at the moment, and at its end; None: the run's own."""
    before = timedelta(minutes=spec.window_minutes) if spec.window_minutes else BEFORE
    walls = [
        None if (real := snapshot.clock.to_real(moment)) is None else real.timestamp()
        for moment in (judged.as_of - before, judged.as_of, judged.as_of + before / 2)
    ]
    low, at, high = (None if wall is None else step_at(pace, wall) for wall in walls)
    shown = pace.where((pace.step >= (low or 0.0)) & (pace.step <= (high or float("inf"))))
    if len(shown) < 3:  # the run had ended by then, or had hardly begun: all of it
        return None, at, None
    return low, at, high


def _limits(page: Page, spec: CheckSpec) -> list[Limit]:
    if not isinstance(spec.threshold, float) or spec.metric not in _OWN_UNIT:
        return []
    text = page.say.raw(
        "limit {op} {limit:g}", op=SIGNS.get(spec.op, spec.op), limit=spec.threshold
    )
    return [Limit(spec.threshold, text, ORANGE)]


# The limit is in the unit of the curve; a change in percent, or a count, is not.
_OWN_UNIT = frozenset(
    {"last_reward", "policy_loss", "kl_divergence", "approx_sharpe", "steps_per_second"}
)
