"""One row a run: what it was trained with, how far it came, how it was validated and judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core.reading import as_set
from core.vocabulary import Decision
from dashboard.components.figures_table import table
from dashboard.components.states import decided, mark
from dashboard.formatting import number, short
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.page import Page
    from runner.client.run_models import TrainingRun

SETTINGS = ("seed", "learning_rate", "ent_coef")
NONE = "–"


def show(page: Page, runs: Sequence[TrainingRun]) -> None:
    """The table, and its download."""
    say = page.say
    several = len({run.week_id for run in runs}) > 1
    heads = [say("Run"), say("Settings"), say("State"), say("Decision")]
    heads += [say("Best validation (Sharpe)"), say("Steps")]
    rows = [
        [
            _name(page, run, several),
            _settings(page, run),
            mark(run.state, say),
            _decision(page, run),
            _validation(page, run),
            _steps(page, run),
        ]
        for run in runs
    ]
    table(heads, rows, "runs", words=5)
    st.download_button(
        say.raw("Download as CSV"),
        data=csv(runs),
        file_name="trainweek_runs.csv",
        mime="text/csv",
        icon=":material/download:",
        key="runs:csv",
        on_click="ignore",
    )


def csv(runs: Sequence[TrainingRun]) -> bytes:
    """The runs as a table for a spreadsheet: plain values, one column a setting."""
    return pd.DataFrame([_record(run) for run in runs]).to_csv(index=False).encode()


def _record(run: TrainingRun) -> dict[str, Any]:
    seen, own = run.validations, run.validation
    return {
        "run": run.run,
        "week": run.week_id,
        "state": run.state.value,
        "note": run.note,
        "steps": run.steps,
        "total_steps": run.total_steps,
        "validation_sharpe": own.get("sharpe"),
        "validation_return_pct": own.get("return_pct"),
        "validation_step": run.model.step if run.model else None,
        "validations": seen.count if seen else None,
        "validations_lost": seen.lost if seen else None,
        "model_sha256": run.model.sha256 if run.model else None,
        "in_use": run.in_use,
        "decision": run.decided.decision if run.decided else None,
        "score": run.decided.score if run.decided else None,
        **{f"setting_{name}": value for name, value in sorted(run.settings.items())},
        **{
            f"setting_{name}_before": " ".join(map(str, values[:-1]))
            for name, values in sorted(run.changed.items())
        },
    }


def _name(page: Page, run: TrainingRun, several: bool) -> str:
    """Name, note and start; with runs of several weeks the week, too."""
    parts = [f"**{plain(run.run)}**"]
    if run.in_use:
        parts.append(f":blue-badge[:material/check_circle: {page.say('in use')}]")
    if run.note:
        parts.append(f":small[{plain(run.note)}]")
    about = []
    if run.started_at:
        when = page.viewer.stamp(run.started_at)
        about.append(page.say("started {when} UTC", when=when))
    if several and run.week_id:
        about.append(page.say("week {week}", week=run.week_id))
    if about:
        parts.append(f":small[:gray[{' · '.join(about)}]]")
    return " ".join(parts)


def _settings(page: Page, run: TrainingRun) -> str:
    found = [
        f"{name} {setting(page, run, name)}"
        for name in SETTINGS
        if isinstance(run.settings.get(name), int | float)
    ]
    return f":small[{plain(', '.join(found))}]" if found else NONE


def setting(page: Page, run: TrainingRun, name: str) -> str:
    """A setting of a run; of one that restarts changed all values: ``0.0003 → 0.0001``."""
    values = run.changed.get(name) or (run.settings.get(name),)
    return " → ".join(_value(page, value) for value in values)


def _value(page: Page, value: object) -> str:
    if value is None:
        return NONE
    if isinstance(value, int | float) and not isinstance(value, bool):
        return page.say.raw(as_set(value))
    return str(value)


def _decision(page: Page, run: TrainingRun) -> str:
    found = run.decided
    if found is None or found.decision is None:
        return NONE
    return f"{decided(Decision(found.decision), None, page.say)} {plain(found.score or '')}"


def _validation(page: Page, run: TrainingRun) -> str:
    say = page.say
    if run.model is None:
        return f":orange[{say.text(run.problem)}]" if run.problem and run.steps else NONE
    sharpe = run.validation.get("sharpe")
    value = short(sharpe if isinstance(sharpe, int | float) else None)
    colour = "red" if isinstance(sharpe, int | float) and sharpe < 0 else ""
    text = say("{value} at step {step}", value=value, step=_whole(run.model.step))
    found = f":{colour}[:material/cancel: {text}]" if colour else text
    if (seen := run.validations) is None:
        return found
    lost = say("{lost} of {n} lost money", lost=seen.lost, n=seen.count)
    if seen.lost == seen.count:
        return f"{found} :small[:red[{lost}]]"
    if seen.often_lost:
        return f"{found} :small[:orange[:material/warning: {lost}]]"
    return f"{found} :small[:gray[{lost}]]"


def _steps(page: Page, run: TrainingRun) -> str:
    if run.steps is None:
        return NONE
    return page.say.text(_whole(run.steps)) + (
        f" / {page.say.text(_whole(run.total_steps))}" if run.total_steps else ""
    )


def _whole(value: int | None) -> str:
    return NONE if value is None else number(value)
