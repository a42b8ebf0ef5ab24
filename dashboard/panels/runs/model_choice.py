"""Which model is in use, the details of one run, and its choice by the lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.vocabulary import JobKind, Right
from dashboard.components import outcomes, thing_link
from dashboard.components.report_button import report_button
from dashboard.formatting import number, short
from dashboard.panels.runs.address import DETAIL, write_run
from runner.client.models import revalidation_in_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.page import Page
    from runner.client.run_models import ModelInUse, TrainingRun

PLACE = "use-model"
_REASON = "use-model:reason"


def in_use(page: Page, runs: Sequence[TrainingRun]) -> None:
    """Whose model ``best_model.zip`` is, who put it there, and which run will replace it."""
    say, home = page.say, page.services.home
    used = page.services.client.model_in_use()
    path = home.relative(home.best_model)
    if used is None:
        st.info(
            say(
                "`{path}` does not exist, or is not the file that its manifest describes. A run that "
                "completes writes it, or the ML lead chooses a model below.",
                path=path,
            ),
            title=say("No model is in use"),
            icon=":material/deployed_code:",
        )
        return
    parts = [
        say(
            "**In use:** {run}, step {step} (`{path}`, SHA-256 `{sha}`).",
            run=used.model.run,
            step=number(used.model.step) if used.model.step is not None else "–",
            path=path,
            sha=used.model.sha256[:12],
        )
    ]
    if (choice := used.choice) is not None:
        when = page.viewer.stamp(choice.at)
        parts.append(
            say("Since {when} UTC, when the run completed.", when=when)
            if choice.how == "completed"
            else say(
                "Chosen by {by}, {when} UTC: {reason}",
                by=choice.by,
                when=when,
                reason=choice.reason or "–",
            )
        )
    st.markdown(" ".join(parts))
    if text := _replacement(page, used, runs):
        st.markdown(f":orange[:material/warning: {text}]")


def _replacement(page: Page, used: ModelInUse, runs: Sequence[TrainingRun]) -> str | None:
    """That the run in progress will replace the model in use, with both validations if known."""
    snapshot = page.snapshot()
    job = snapshot.busy(JobKind.TRAIN) if snapshot is not None else None
    if job is None or job.run == used.model.run:
        return None
    name = job.run or job.id
    present = used.model.validation_sharpe
    coming = next((run.model for run in runs if run.run == job.run), None)
    best = coming.validation_sharpe if coming is not None else None
    if present is None or best is None or best >= present:
        return page.say(
            "{run} is in progress: when it completes, its model takes this place.", run=name
        )
    return page.say(
        "{run} is in progress: when it completes, its model takes this place, although its best "
        "validation so far ({best}) is lower than that of the one in use ({present}).",
        run=name,
        best=short(best),
        present=short(present),
    )


def show(page: Page, runs: Sequence[TrainingRun], asked: str | None) -> None:
    """The details of one run, and the button that puts its model in use.

    :param asked: the run that the address newly asks for.
    """
    say = page.say
    names = [run.run for run in runs]
    if asked in names or st.session_state.get(DETAIL) not in names:
        st.session_state[DETAIL] = asked if asked in names else names[0]
    if (snapshot := page.snapshot()) is not None:
        thing_link.say_missing(page, snapshot, "run", names)
    chosen = st.selectbox(say.raw("Run details"), names, key=DETAIL, width=520, on_change=write_run)
    if snapshot is not None:
        thing_link.copy_link(page, snapshot, "runs", run=chosen or names[0])
    run = next((each for each in runs if each.run == chosen), runs[0])
    with st.container(border=True, gap="xsmall", key="run-detail"):
        _details(page, run)
        with st.container(horizontal=True):
            _use(page, run)
            if run.job.attempt:
                report_button(page, run.run, run.week_id, "runs")
        outcomes.show(page, PLACE)


def _details(page: Page, run: TrainingRun) -> None:
    say, home = page.say, page.services.home
    lines = [
        say(
            "**{run}** of week {week}, requested by {by}.",
            run=run.run,
            week=run.week_id or "–",
            by=run.job.requested_by,
        )
    ]
    if run.note:
        lines.append(say("Note: {text}", text=run.note))
    if run.job.reason:
        lines.append(say.text(run.job.reason))
    lines.append(say("Events: `{folder}`", folder=home.relative(home.run(run.run))))
    if run.model is not None:
        lines.append(
            say(
                "Model: `{path}`, step {step}, SHA-256 `{sha}`, verified.",
                path=home.relative(home.run_model(run.run)),
                step=number(run.model.step) if run.model.step is not None else "–",
                sha=run.model.sha256[:12],
            )
        )
    st.markdown("  \n".join(lines))


def _use(page: Page, run: TrainingRun) -> None:
    say = page.say
    denied = page.denied(Right.REVALIDATE)
    blocked = denied or _blocked(page, run)
    with st.popover(
        say.raw("Use this model"),
        icon=":material/deployed_code:",
        disabled=blocked is not None,
        help=blocked,
        key="use-model:ask",
    ):
        used = page.services.client.model_in_use()
        st.markdown(
            say(
                "The best model of {run} becomes `{path}`. The model of {other} stays with its run.",
                run=run.run,
                path=page.services.home.relative(page.services.home.best_model),
                other=used.model.run,
            )
            if used is not None
            else say(
                "The best model of {run} becomes `{path}`.",
                run=run.run,
                path=page.services.home.relative(page.services.home.best_model),
            )
        )
        st.markdown(say("A signature of another model does not cover this one."))
        snapshot = page.snapshot()
        if snapshot is not None and (job := snapshot.busy(JobKind.TRAIN)) is not None:
            warning = say(
                "{run} is in progress: when it completes, its model takes this place.",
                run=job.run or job.id,
            )
            st.markdown(f":orange[:material/warning: {warning}]")
        st.text_area(say.raw("Reason"), key=_REASON, max_chars=2000)
        st.button(
            say.raw("Use this model"),
            key="use-model:button",
            type="primary",
            disabled=blocked is not None,
            help=blocked,
            on_click=outcomes.click(
                page,
                PLACE,
                say.raw("{run} is in use", run=run.run),
                lambda: page.services.client.use_model(
                    run.run,
                    str(st.session_state.get(_REASON) or ""),
                    key=outcomes.intent(PLACE),
                ),
            ),
        )


def _blocked(page: Page, run: TrainingRun) -> str | None:
    if run.in_use:
        return page.say(Message("It is in use already."))
    if run.model is None:
        return page.say.text(run.problem or Message("It has no model."))
    snapshot = page.snapshot()
    job = snapshot.busy(JobKind.REVALIDATE) if snapshot is not None else None
    refused = revalidation_in_progress(job)
    return None if refused is None else page.say.text(refused.reason)
