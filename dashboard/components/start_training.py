"""Starting a training: what it will do, why it may not yet, how far it is."""

from __future__ import annotations

import streamlit as st

from core.facts import JobFacts
from core.vocabulary import UNFINISHED_STATES, JobKind, Right
from dashboard.components import outcomes
from dashboard.components.jobline import job_line
from dashboard.components.states import word
from dashboard.data.snapshot import Snapshot
from dashboard.formatting import number
from dashboard.page import Page
from dashboard.wording import plain
from runner.records import Job

PLACE = "start"


def show(page: Page, look: Snapshot) -> None:
    say, playbook = page.say, look.week.playbook
    slot = next(iter(playbook.slots_of_kind("launch")), None)
    title = plain(slot.title.in_(page.viewer.language)) if slot else say("launch.start_title")
    when = page.viewer.moment(look.week.launch)
    st.markdown(f"#### {title} :small[:gray[{plain(when)}]]", anchors=False)
    st.markdown(_what(page, look))
    if slot and slot.command:
        with st.expander(say.raw("command"), icon=":material/terminal:"):
            st.code(slot.command, language="bash", wrap_lines=True)
            if slot.expected:
                st.caption(say("launch.expected"))
                st.code("\n".join(slot.expected), language="log")
    job = look.latest(JobKind.TRAIN)
    if job is not None:
        job_line(page, look, job)
        progress(page, look, job)
    _form(page, look, job)
    outcomes.show(page, PLACE)


def _what(page: Page, look: Snapshot) -> str:
    training = look.week.playbook.training
    if training.command is not None:
        return page.say("launch.what_own", command=" ".join(training.command))
    return page.say(
        "launch.what",
        steps=number(training.total_steps),
        symbol=look.week.symbol,
        tag=look.week.tag,
        lr=f"{training.learning_rate:g}",
        ent=f"{training.ent_coef:g}",
        seed=training.seed,
    )


def progress(page: Page, look: Snapshot, job: Job) -> None:
    """How far the newest training is, from its event files."""
    say, run = page.say, look.run
    if run is None or run.name != job.run:
        if look.busy(JobKind.TRAIN):
            st.progress(0.0, text=say("launch.progress_wait"))
        return
    step, speed = look.readings.get("step"), look.readings.get("steps_per_second")
    if step is None:
        st.progress(0.0, text=say("launch.progress_wait"))
        return
    text = say(
        "launch.progress",
        step=number(step.value),
        total=number(run.total_steps),
        speed=number(round(float(speed.value))) if speed else "–",
    )
    st.progress(min(float(step.value) / max(run.total_steps, 1), 1.0), text=text)


def _form(page: Page, look: Snapshot, job: Job | None) -> None:
    """The button, with the override or the resume-or-new choice where it needs one."""
    say, client = page.say, page.services.client
    blocked, why, may_override = _blocked(page, look)
    params: dict[str, object] = {"timestamp": True}
    unfinished = job is not None and job.state in UNFINISHED_STATES and job.attempt > 0
    if unfinished and not look.busy(JobKind.TRAIN):
        params["resume"] = _choice(page, look, job)
    if may_override:
        with st.container(width=620):
            params["override_reason"] = st.text_input(
                say.raw("launch.override_reason"),
                key="start:override",
                max_chars=500,
                disabled=page.denied(Right.COUNTERSIGN) is not None,
                help=page.denied(Right.COUNTERSIGN),
            ).strip()
        blocked = page.denied(Right.COUNTERSIGN) is not None or not params["override_reason"]
    denied = page.denied(Right.OPERATE)
    label = "launch.override" if may_override else "launch.start"
    if job is not None and not unfinished:
        params["resume"] = False  # a new one, beside what the week has
        label = label if may_override else "launch.another"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            say.raw(label)
            if label != "launch.override"
            else f"{say.raw('launch.start')} ({say.raw('launch.override').lower()})",
            key="start:button",
            icon=":material/rocket_launch:",
            type="primary" if job is None or unfinished else "secondary",
            disabled=blocked or denied is not None,
            help=denied or why,
            on_click=lambda: outcomes.act(
                page,
                PLACE,
                "",
                lambda: client.submit(JobKind.TRAIN, params, key=outcomes.intent(PLACE)),
            ),
        )
        st.markdown(why, width="content")


def _choice(page: Page, look: Snapshot, job: Job) -> bool:
    say = page.say
    step = look.readings.get("step")
    st.warning(
        say(
            "launch.choice_text",
            run=job.run or job.id,
            state=word(job.state, say),
            step=number(step.value) if step else "–",
        ),
        title=say("launch.choice"),
        icon=":material/fork_right:",
    )
    chosen = st.radio(
        say.raw("launch.choice"),
        ["resume", "new"],
        format_func=lambda choice: say.raw(f"launch.{choice}"),
        key="start:choice",
        horizontal=True,
        label_visibility="collapsed",
    )
    return chosen == "resume"


def _blocked(page: Page, look: Snapshot) -> tuple[bool, str, bool]:
    """Whether Start is blocked, what to say beside it, and whether a lead may override."""
    say = page.say
    if look.week.watched:
        return True, f":gray[:material/visibility: {say('launch.blocked_watched')}]", False
    if look.held:
        return True, f":red[:material/campaign: {say('launch.blocked_incident')}]", False
    if look.busy(JobKind.TRAIN):
        return True, f":blue[:material/play_circle: {say('launch.blocked_running')}]", False
    if look.busy(JobKind.PREFLIGHT):
        return (
            True,
            f":blue[:material/hourglass_top: {say('launch.blocked_preflight_running')}]",
            False,
        )
    preflight: JobFacts | None = look.facts.preflight
    if preflight is None:
        return True, f":orange[:material/checklist: {say('launch.blocked_preflight_none')}]", True
    if not (preflight.result or {}).get("ok"):
        return True, f":red[:material/cancel: {say('launch.blocked_preflight_failed')}]", True
    return False, f":green[:material/check_circle: {say('launch.ready')}]", False
