"""The one button: what it will do, how far it is, what came of it."""

from __future__ import annotations

import streamlit as st

from core.vocabulary import Decision, JobKind, JobState, Right
from dashboard.components import outcomes
from dashboard.components.gate_cards import gate_cards
from dashboard.components.jobline import job_line
from dashboard.components.states import badge
from dashboard.data.backtest_input import BacktestData, Model, backtest_data, model
from dashboard.data.snapshot import Snapshot
from dashboard.formatting import age, number
from dashboard.navigation import link
from dashboard.page import Page
from dashboard.wording import plain
from runner.records import Job

PLACE = "revalidate"
# What is told behind the episodes, in its order; the gates stand from the first on.
STAGES = (
    "gates", "lookahead", "uncertainty", "skill", "robustness", "documents", "report", "done",
)  # fmt: skip


def show(page: Page, snapshot: Snapshot) -> None:
    say, home = page.say, page.services.home
    st.markdown(f"#### {say('reval.title')}", anchors=False)
    settings = snapshot.week.playbook.revalidation
    found_model = model(home, settings.model_path)
    found_data = backtest_data(home, settings.backtest_data_dir)
    job = snapshot.latest(JobKind.REVALIDATE)
    st.markdown(
        f"**{say('reval.model')}** {_model(page, found_model)}  \n"
        f"**{say('reval.data')}** {_data(page, found_data, found_model)}  \n"
        f"**{say('reval.episodes')}** {_episodes(page, settings.episodes, job)}"
    )
    busy = snapshot.busy(JobKind.REVALIDATE)
    denied = page.denied(Right.REVALIDATE)
    ready = found_model.sha256 is not None and found_data.bars > 0
    st.number_input(
        say.raw("reval.trials"),
        min_value=1,
        step=1,
        value=None,
        key="revalidate:trials",
        placeholder=say.raw("reval.trials_counted"),
        disabled=denied is not None,
        help=denied or say("reval.trials_help"),
        width=260,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            say.raw("reval.again" if job and not busy else "reval.button"),
            key="revalidate:button",
            icon=":material/science:",
            type="primary",
            disabled=denied is not None or not ready,
            help=denied or (None if ready else say("reval.blocked")),
            on_click=lambda: outcomes.act(
                page,
                PLACE,
                "",
                lambda: page.services.client.submit(
                    JobKind.REVALIDATE,
                    {"save_report": True, "episodes": settings.episodes} | _declared(),
                    key=outcomes.intent(PLACE),
                ),
            ),
        )
        job_line(page, snapshot, job)
    for slot in snapshot.week.playbook.slots_of_kind("revalidation"):
        if slot.command:
            with st.expander(say.raw("command"), icon=":material/terminal:"):
                st.code(slot.command, language="bash", wrap_lines=True)
    outcomes.show(page, PLACE)
    if busy is not None:
        _progress(page, snapshot, busy)
    elif job is not None:
        _ended(page, snapshot, job)


def _declared() -> dict[str, int]:
    """Trials that the lead knows of beyond those that the ledger counts."""
    trials = st.session_state.get("revalidate:trials")
    return {} if trials is None else {"trials": int(trials)}


def _model(page: Page, found: Model) -> str:
    if found.sha256 is None:
        return f":orange[{page.say('reval.model_none', path=found.path)}]"
    return page.say(
        "reval.model_text",
        path=found.path,
        sha=found.sha256[:12],
        run=found.run or "–",
        step=number(found.step) if found.step is not None else "–",
    )


def _data(page: Page, found: BacktestData, of: Model) -> str:
    say = page.say
    if not found.bars:
        return f":orange[{say('reval.data_none', why=found.why)}]"
    text = say(
        "reval.data_text",
        bars=number(found.bars),
        first=found.first,
        last=found.last,
        sha=found.sha256[:12],
    )
    if found.synthetic:
        text += f" :orange-badge[:material/experiment: {say('frame.synthetic')}]"
    if of.trained_until:
        text += f"  \n:small[:gray[{say('reval.trained_on', last=of.trained_until)}]]"
    return text


def _episodes(page: Page, count: int, job: Job | None) -> str:
    if job and job.state is JobState.SUCCEEDED and job.started_at and job.ended_at:
        return page.say("reval.episodes_text", count=count, age=age(job.ended_at - job.started_at))
    return page.say("reval.episodes_first", count=count)


def _progress(page: Page, snapshot: Snapshot, job: Job) -> None:
    seen = snapshot.progress(job)
    done, total = int(seen.get("episode", 0)), int(seen.get("episodes", 0))
    if not total:
        st.progress(0.0, text=page.say("reval.progress_wait"))
        return
    say, stage = page.say, f"reval.stage_{seen.get('stage')}"
    if seen.get("stage") in STAGES:
        at = STAGES.index(str(seen["stage"]))
        # Half of the bar for the episodes, half for the evidence that fills in behind the gates.
        st.progress(0.5 + 0.5 * at / len(STAGES), text=say(stage))
    else:
        text = say("reval.progress", done=done, total=total)
        st.progress(0.5 * min(done / total, 1.0), text=text)
    gates = seen.get("gates") or []
    if gates:
        settled = seen.get("stage") in STAGES
        key = "reval.gates_settled" if settled else "reval.gates_so_far"
        st.caption(say(key, done=done, total=total))
        gate_cards(page, gates)


def _ended(page: Page, snapshot: Snapshot, job: Job) -> None:
    say, result = page.say, snapshot.result(job)
    if job.state is not JobState.SUCCEEDED:
        text = " ".join(str(result.get(key) or "") for key in ("error", "remedy")).strip()
        st.error(plain(text or job.reason), title=say("reval.failed"), icon=":material/cancel:")
        return
    decision = Decision(result["decision"])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(badge(decision, say), width="content")
        st.markdown(
            say("reval.done", decision=decision.value, score=result.get("score", "")),
            width="content",
        )
        link("decision", say.raw("go", page=say.raw("page.decision")))
