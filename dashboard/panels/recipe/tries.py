"""The heat map: each seed on each fold, by the gates it passes or by one gate's metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.state_words import capitals
from core.sweep.folds import OWN_SPLIT
from core.vocabulary import ACTIVE_STATES, Decision
from dashboard.components.chart_numbers import numbers_behind
from dashboard.figures.tries import Cell, Look, heat_map, height
from dashboard.formatting import fixed, number

if TYPE_CHECKING:
    from core.playbook.gates import GateSpec
    from core.sweep.record import Sweep, Trial
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

ALL = "all"
KEY = "recipe-map"
_LOOKS = {Decision.GO: Look.GOOD, Decision.PARTIAL: Look.MIDDLE, Decision.NO_GO: Look.BAD}


def show(page: Page, snapshot: Snapshot, sweep: Sweep) -> None:
    """A choice of what is shown, the map, and its numbers."""
    say, gates = page.say, snapshot.week.playbook.gates
    titles = {gate.id: gate.title.in_(page.viewer.language) for gate in gates}
    shown = st.selectbox(
        say.raw("Show"),
        [ALL, *titles],
        format_func=lambda name: say.raw("Gates passed") if name == ALL else titles[name],
        key=f"{KEY}:shown",
        width=320,
    )
    gate = next((each for each in gates if each.id == shown), None)
    seeds, folds = list(sweep.seeds), [int(fold["number"]) for fold in sweep.folds]
    cells = [
        (folds.index(each.fold), seeds.index(each.seed), *_cell(page, each, gate))
        for each in sweep.trials
    ]
    known = {
        Look.GOOD: say.raw("GO") if gate is None else say.raw("passes"),
        Look.MIDDLE: say.raw("PARTIAL"),
        Look.BAD: say.raw("NO-GO") if gate is None else say.raw("does not pass"),
        Look.DIVERGED: say.raw("diverged"),
        Look.FAILED: say.raw("failed"),
        Look.OPEN: say.raw("in progress"),
    }
    occurring = {cell[2] for cell in cells}
    option = heat_map(
        [_fold(page, fold) for fold in folds],
        [str(seed) for seed in seeds],
        cells,
        {look: name for look, name in known.items() if look in occurring},
    )
    st.echarts_chart(option, key=KEY, height=height(len(seeds)), alt=_alt(page, cells, known))
    numbers_behind(page, KEY, lambda: _table(page, sweep, gates), lambda: _every(sweep))
    for each in sweep.failed:
        st.caption(
            say(
                ":material/error: Seed {seed}, {fold}: {state}. {reason}",
                seed=each.seed,
                fold=_fold(page, each.fold),
                state=capitals(each.state),
                reason=each.reason,
            )
        )


def _cell(page: Page, trial: Trial, gate: GateSpec | None) -> tuple[Look, str]:
    if trial.decision is None:
        if trial.state in ACTIVE_STATES or trial.is_open:
            return Look.OPEN, "…"
        return Look.FAILED, "×"
    if _has_diverged(trial):
        return Look.DIVERGED, "NaN"
    if gate is None:
        passed = sum(bool(each["passed"]) for each in trial.gates)
        return _LOOKS[trial.decision], f"{passed}/{len(trial.gates)}"
    mine = next(each for each in trial.gates if each["id"] == gate.id)
    value = mine["value"]
    text = "-" if value is None else page.say.raw(fixed(value, gate.decimals) or "")
    return (Look.GOOD if mine["passed"] else Look.BAD), text


def _has_diverged(trial: Trial) -> bool:
    found = trial.as_try()
    return found is not None and found.has_diverged


def _fold(page: Page, fold: int) -> str:
    if fold == OWN_SPLIT:
        return page.say.raw("own split")
    return page.say.raw("fold {number}", number=fold)


def _alt(page: Page, cells: list[Cell], names: dict[Look, str]) -> str:
    counted = [
        f"{name}: {sum(cell[2] is look for cell in cells)}"
        for look, name in names.items()
        if any(cell[2] is look for cell in cells)
    ]
    return f"{page.say.raw('Tries by seed and fold')}. {', '.join(counted)}."


def _ended(page: Page, trial: Trial) -> str:
    if trial.decision is None:
        return page.say.text(capitals(trial.state))
    if _has_diverged(trial):
        return f"{trial.decision.value}, {page.say.raw('diverged')}"
    return trial.decision.value


def _table(page: Page, sweep: Sweep, gates: tuple[GateSpec, ...]) -> pd.DataFrame:
    say = page.say
    rows = []
    for trial in sweep.trials:
        values = {gate["id"]: gate["value"] for gate in trial.gates}
        shown = [values.get(gate.id) for gate in gates]
        rows.append(
            [
                str(trial.seed),
                _fold(page, trial.fold),
                _ended(page, trial),
                *("-" if each is None else say.raw(number(each)) for each in shown),
            ]
        )
    heads = [say.raw("Seed"), say.raw("Fold"), say.raw("Decision")]
    titles = [gate.title.in_(page.viewer.language) for gate in gates]
    return pd.DataFrame(rows, columns=[*heads, *titles])


def _every(sweep: Sweep) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "seed": trial.seed,
                "fold": trial.fold,
                "state": trial.state.value,
                "decision": trial.decision.value if trial.decision else None,
                **{gate["id"]: gate["value"] for gate in trial.gates},
            }
            for trial in sweep.trials
        ]
    )
