"""The Revalidate button: its inputs, progress and outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.checks.readiness import unprepared
from core.decision.gate_record import gate_of
from core.errors import TrainweekError
from core.language import Message, joined, plural
from core.market.bar_counts import counted_bars
from core.trading.warm_up import judged_bars
from core.vocabulary import APPROVALS, Decision, EvidenceGrade, JobKind, JobState, Right
from dashboard.components import outcomes
from dashboard.components.gate_cards import gate_cards
from dashboard.components.headings import part
from dashboard.components.job_line import job_line
from dashboard.components.markup import small
from dashboard.components.states import decided
from dashboard.components.why_not import why_not
from dashboard.data.backtest_input import BacktestData, Model, backtest_data, model
from dashboard.formatting import age, number
from dashboard.navigation import TITLES, link
from dashboard.panels.revalidation import hold_out

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.records import Job

PLACE = "revalidate"
_ICON = ":material/science:"
_REASON = "revalidate:reason"
# The stages after the episodes, in order; from the first on the gates are final.
STAGES = {
    "gates": Message("gate values final"),
    "lookahead": Message("testing environment and model for look-ahead"),
    "uncertainty": Message("resampling for the confidence intervals"),
    "skill": Message("comparing with random policies and baselines"),
    "robustness": Message("stress tests: costs, delay, quarters, regimes"),
    "documents": Message("writing the documents"),
    "report": Message("archiving"),
    "done": Message("finished"),
}


def show(page: Page, snapshot: Snapshot) -> None:
    """The inputs found, the form, and the progress or outcome of the latest revalidation."""
    say, home = page.say, page.services.home
    part(say("Revalidate"))
    settings = snapshot.week.playbook.revalidation
    found_model = model(home, home.own(settings.model_path))
    found_data = backtest_data(home, settings.backtest_data_dir)
    job = snapshot.latest(JobKind.REVALIDATE)
    st.markdown(
        f"**{say('Model')}** {_model(page, found_model)}  \n"
        f"**{say('Backtest data')}** {_data(page, found_data, found_model)}  \n"
        f"**{say('Episodes')}** {_episodes(page, found_data.bars, settings.episodes, job)}"
    )
    hold_out.show(page, snapshot, found_data, found_model)
    busy = snapshot.busy(JobKind.REVALIDATE)
    denied = page.denied(Right.REVALIDATE)
    ready = found_model.sha256 is not None and found_data.bars > 0
    st.number_input(
        say.raw("Number of trials (for DSR)"),
        min_value=1,
        step=1,
        value=None,
        key="revalidate:trials",
        placeholder=say.raw("auto (from the ledger)"),
        disabled=denied is not None,
        help=denied
        or say(
            "The deflated Sharpe ratio corrects for the best of many trials looking good "
            "by luck. The ledger counts the candidates that were scored in all weeks. "
            "Enter a larger number if more was tried elsewhere; never a smaller one."
        ),
        width=260,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        start = outcomes.click(
            page,
            PLACE,
            "",
            lambda: page.services.client.submit(
                JobKind.REVALIDATE,
                {"save_report": True, "episodes": settings.episodes} | _declared() | _reason(),
                key=outcomes.intent(PLACE),
            ),
        )
        label = say.raw("Revalidate again") if job and not busy else say.raw("Revalidate")
        off = denied is not None or not ready
        hint = denied or (
            None if ready else say("Blocked: the model or the backtest data is missing.")
        )
        signed, failed = _signed(page, snapshot), _failed(snapshot)
        if (signed or failed) and busy is None:
            with st.popover(label, icon=_ICON, disabled=off, help=hint, key="revalidate:ask"):
                if signed:
                    st.markdown(signed)
                if failed:
                    _ask_reason(page, failed)
                st.button(label, key="revalidate:button", type="primary", on_click=start)
        else:
            st.button(
                label,
                key="revalidate:button",
                icon=_ICON,
                type="primary",
                disabled=off,
                help=hint,
                on_click=start,
            )
        job_line(page, snapshot, job)
    why_not("revalidate", denied)
    for slot in snapshot.week.playbook.slots_of_kind("revalidation"):
        if slot.command:
            with st.expander(say.raw("The manual's command"), icon=":material/terminal:"):
                st.code(slot.command, language=None, wrap_lines=True)
    outcomes.show(page, PLACE)
    if busy is not None:
        _progress(page, snapshot, busy)
    elif job is not None:
        _ended(page, snapshot, job)


def _signed(page: Page, snapshot: Snapshot) -> str:
    """What a new decision does to a valid approval of the present one; "" without one."""
    try:
        saved = snapshot.saved_decision
    except TrainweekError:
        return ""  # the decision can't be relied on as it is
    signature = None if saved is None else snapshot.signature_of(saved.sha256)
    if saved is None or signature is None or signature.act not in APPROVALS:
        return ""
    if not snapshot.validity(signature).valid:
        return ""
    return page.say(
        "{decision} {score} is signed by {by}. A different result is a new decision that waits for "
        "a signature; an identical one changes nothing.",
        decision=saved.decision.decision.value,
        score=saved.decision.score,
        by=signature.by,
    )


def _failed(snapshot: Snapshot) -> list[Message]:
    """What of the preparation fails now."""
    return unprepared(snapshot.week.playbook, snapshot.facts)


def _ask_reason(page: Page, failed: list[Message]) -> None:
    say = page.say
    st.warning(
        "\n".join(f"- {say(why)}" for why in failed),
        title=say("The preparation has not passed"),
        icon=":material/warning:",
    )
    st.text_area(
        say.raw("Reason for revalidating anyway"),
        key=_REASON,
        max_chars=2000,
        help=say("It is recorded, and the decision shows it."),
    )


def _reason() -> dict[str, str]:
    """The lead's reason, if the preparation failed and one was entered."""
    reason = str(st.session_state.get(_REASON) or "").strip()
    return {"override_reason": reason} if reason else {}


def _declared() -> dict[str, int]:
    """The declared number of trials, if the lead entered one."""
    trials = st.session_state.get("revalidate:trials")
    return {} if trials is None else {"trials": int(trials)}


def _model(page: Page, found: Model) -> str:
    if found.sha256 is None:
        none = page.say(
            "{path} does not exist yet: a run that completes writes it, or the ML lead chooses a "
            "run's model on {page}.",
            path=found.path,
            page=TITLES["runs"],
        )
        return f":orange[{none}]"
    line = page.say(
        "`{path}`, SHA-256 `{sha}`, run {run}, step {step}",
        path=found.path,
        sha=found.sha256[:12],
        run=found.run or "–",
        step=number(found.step) if found.step is not None else "–",
    )
    return line if found.lost is None else f"{line}  \n:orange[{page.say(found.lost)}]"


def _data(page: Page, found: BacktestData, of: Model) -> str:
    say = page.say
    if not found.bars:
        return f":orange[{say('No backtest data: {why}', why=found.why)}]"
    viewer = page.viewer
    text = say(
        "{bars}, {first} to {last}, SHA-256 `{sha}`",
        bars=counted_bars(found.bars, found.filled),
        first=viewer.stamp(found.first) if found.first else "–",
        last=viewer.stamp(found.last) if found.last else "–",
        sha=found.sha256[:12],
    )
    if found.synthetic:
        text += f" :orange-badge[:material/experiment: {say('SYNTHETIC DATA')}]"
    if of.trained_until:
        trained = say(
            "Trained on data up to {last}; the backtest must start after that.",
            last=viewer.recorded(of.trained_until),
        )
        text += f"  \n{small(trained)}"
    return text


def _episodes(page: Page, bars: int, count: int, job: Job | None) -> str:
    slices = page.say(plural("{n} slice", "{n} consecutive slices", count))
    if job and job.state is JobState.SUCCEEDED and job.started_at and job.ended_at:
        took = age(job.ended_at - job.started_at)
        slices += f" · {page.say('took {age} last time', age=took)}"
    return f"{slices}  \n{small(page.say(judged_bars(bars)))}" if bars else slices


def _progress(page: Page, snapshot: Snapshot, job: Job) -> None:
    seen = snapshot.progress(job) or {}
    done, total = int(seen.get("episode", 0)), int(seen.get("episodes", 0))
    if not total:
        st.progress(0.0, text=page.say("loading model and data"))
        return
    say, stage = page.say, str(seen.get("stage"))
    if stage in STAGES:
        at = list(STAGES).index(stage)
        # Half of the bar for the episodes, half for the evidence that follows the gates.
        st.progress(0.5 + 0.5 * at / len(STAGES), text=say(STAGES[stage]))
    else:
        text = say("episode {done} of {total}", done=done, total=total)
        st.progress(0.5 * min(done / total, 1.0), text=text)
    gates = seen.get("gates") or []
    if gates:
        st.caption(
            say("The gate values are final. Their intervals and the evidence follow.")
            if stage in STAGES
            else say(
                plural(
                    "Interim values after {done} of {n} episode; they can still change.",
                    "Interim values after {done} of {n} episodes; they can still change.",
                    total,
                    done=done,
                )
            )
        )
        gate_cards(page, [gate_of(gate) for gate in gates])


def _ended(page: Page, snapshot: Snapshot, job: Job) -> None:
    say, result = page.say, snapshot.result(job) or {}
    if job.state is not JobState.SUCCEEDED:
        given = [Message.from_record(result[key]) for key in ("error", "remedy") if result.get(key)]
        st.error(
            say(joined(given)) if given else say.text(job.reason),
            title=say("The revalidation did not finish"),
            icon=":material/cancel:",
        )
        return
    decision = Decision(result["decision"])
    graded = (result.get("evidence") or {}).get("grade")
    grade = None if graded is None else EvidenceGrade(graded)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(decided(decision, grade, say, "-badge"), width="content")
        st.markdown(str(result.get("score", "")), width="content")
        if result.get("identical"):
            st.markdown(
                say("Identical to the previous revalidation: no new decision, no new trial."),
                width="content",
            )
        link("decision", say.raw("Go to {page}", page=TITLES["decision"]))
