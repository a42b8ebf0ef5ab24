"""Starting a run: its settings, what blocks it, and its progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.checks.readiness import preflight_trouble
from core.errors import TrainweekError
from core.language import Message
from core.reading import as_set
from core.vocabulary import APPROVALS, UNFINISHED_STATES, JobKind, Right
from dashboard.components import outcomes, placement_form, run_settings
from dashboard.components.headings import part
from dashboard.components.job_line import job_line
from dashboard.components.markup import tinted
from dashboard.components.states import word
from dashboard.components.why_not import why_not
from dashboard.formatting import number
from dashboard.kept_choice import kept_choice
from dashboard.navigation import TITLES, link
from dashboard.wording import plain

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.records import Job

PLACE = "start"
_ICON = ":material/rocket_launch:"
INCIDENT_BLOCKS = Message(
    "An open incident blocks the start. Close it on Escalation after the investigation."
)
_CHOICES = {
    "resume": Message("Resume from the last checkpoint"),
    "new": Message("Start a new run"),
}


@dataclass(frozen=True)
class _Readiness:
    """Whether Start is enabled, the reason shown beside it, and whether a lead may override."""

    why: str
    ready: bool = False
    may_override: bool = False


def show(page: Page, snapshot: Snapshot) -> None:
    """What will be started, the manual's command, the current training job, and the start form."""
    say, playbook = page.say, snapshot.week.playbook
    slot = next(iter(playbook.slots_of_kind("launch")), None)
    title = plain(slot.title.in_(page.viewer.language)) if slot else say("Training")
    when = page.viewer.moment(snapshot.week.launch)
    part(f"{title} :small[:gray[{plain(when)}]]")
    st.markdown(_what(page, snapshot))
    if slot and slot.command:
        with st.expander(say.raw("The manual's command"), icon=":material/terminal:"):
            st.code(slot.command, language=None, wrap_lines=True)
            if slot.expected:
                st.caption(say("Expected log lines"))
                st.code("\n".join(slot.expected), language=None)
    job = snapshot.latest(JobKind.TRAIN)
    if job is not None:
        job_line(page, snapshot, job)
        progress(page, snapshot, job)
    _form(page, snapshot, job)
    outcomes.show(page, PLACE)


def _what(page: Page, snapshot: Snapshot) -> str:
    training = snapshot.week.playbook.training
    if training.command is not None:
        return page.say("Your own trainer: `{command}`", command=" ".join(training.command))
    return page.say(
        "The playbook's run: {steps} steps of {symbol}, tag {tag}, learning rate {lr}, ent_coef "
        "{ent}, seed {seed}",
        steps=number(training.total_steps),
        symbol=snapshot.week.symbol,
        tag=snapshot.week.tag,
        lr=as_set(training.learning_rate),
        ent=as_set(training.ent_coef),
        seed=training.seed,
    )


def progress(page: Page, snapshot: Snapshot, job: Job) -> None:
    """Progress of the newest run, from its event files."""
    say, run = page.say, snapshot.run
    if run is None or run.name != job.run:
        if snapshot.busy(JobKind.TRAIN):
            st.progress(0.0, text=say("waiting for the first events"))
        return
    step, speed = snapshot.readings.get("step"), snapshot.readings.get("steps_per_second")
    if step is None:
        if snapshot.resumed:
            st.progress(0.0, text=say(snapshot.resumed))
        elif snapshot.busy(JobKind.TRAIN):
            st.progress(0.0, text=say("waiting for the first events"))
        else:
            st.caption(say("It ended before it logged anything."))
        return
    text = (
        say(snapshot.resumed)
        if snapshot.resumed
        else say(
            "step {step} of {total} · {speed} steps/s",
            step=number(step.value),
            total=number(run.total_steps),
            speed=number(round(float(speed.value))) if speed else "–",
        )
    )
    st.progress(min(float(step.value) / max(run.total_steps, 1), 1.0), text=text)
    training = snapshot.week.playbook.training
    if training.command is None and run.total_steps not in (0, training.total_steps):
        own = say(
            "This run was started with {steps} steps; the playbook has {usual}.",
            steps=number(run.total_steps),
            usual=number(training.total_steps),
        )
        st.caption(own)


def _form(page: Page, snapshot: Snapshot, job: Job | None) -> None:
    """The button; where needed with the override, or the choice to resume or start a new run."""
    say, client = page.say, page.services.client
    now = _readiness(page, snapshot)
    blocked = not now.ready
    params: dict[str, object] = {"timestamp": True}
    unfinished = job is not None and job.state in UNFINISHED_STATES and job.attempt > 0
    if job is not None and unfinished and not snapshot.busy(JobKind.TRAIN):
        params["resume"] = _choice(page, snapshot, job)
    if now.may_override:
        with st.container(width=620):
            params["override_reason"] = st.text_input(
                say.raw("Reason for starting anyway (recorded in the ledger)"),
                key="start:override",
                max_chars=500,
                disabled=page.denied(Right.COUNTERSIGN) is not None,
                help=page.denied(Right.COUNTERSIGN),
            ).strip()
        blocked = page.denied(Right.COUNTERSIGN) is not None or not params["override_reason"]
    denied = page.denied(Right.OPERATE)
    label = Message("Start training")
    if now.may_override:
        label = Message("Start training (override the pre-flight)")
    if job is not None and not unfinished:
        params["resume"] = False  # a new run, in addition to what the week has
        label = label if now.may_override else Message("Start another run")
    new = not params.get("resume")
    if new and not blocked_by_run(snapshot):
        with st.expander(say.raw("Settings of this run"), icon=":material/tune:", key="start:set"):
            run_settings.ask(page, snapshot)
    if not blocked_by_run(snapshot):
        placement_form.ask(page, snapshot, resume=not new)
    start = outcomes.click(
        page,
        PLACE,
        "",
        lambda: client.submit(
            JobKind.TRAIN,
            params
            | (run_settings.given(snapshot) if new else {})
            | placement_form.given(page, snapshot, resume=not new),
            key=outcomes.intent(PLACE),
        ),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        hint, off = denied or now.why, blocked or denied is not None
        replaces = params.get("resume") is False and snapshot.training_attempts()
        if replaces and not snapshot.busy(JobKind.TRAIN):
            tip = hint if off else None  # a tooltip would cover what it asks
            with st.popover(say.raw(label), icon=_ICON, disabled=off, help=tip, key="start:ask"):
                for line in _replaced(page, snapshot):
                    st.markdown(line)
                st.button(say.raw(label), key="start:button", type="primary", on_click=start)
        else:
            st.button(
                say.raw(label),
                key="start:button",
                icon=_ICON,
                type="primary" if job is None or unfinished else "secondary",
                disabled=off,
                help=hint,
                on_click=start,
            )
        st.markdown(now.why, width="content")
        if snapshot.busy(JobKind.TRAIN):
            link("jobs", say.raw("Stop it on {page}", page=TITLES["jobs"]))
    why_not("start", denied)


def blocked_by_run(snapshot: Snapshot) -> bool:
    """Whether no new run can be prepared: one is in progress, or the week only watches."""
    return snapshot.busy(JobKind.TRAIN) is not None or snapshot.week.watched is not None


def _replaced(page: Page, snapshot: Snapshot) -> list[str]:
    """What a new run changes: the model in use once it completes, and what a decision says of it."""
    say, home = page.say, page.services.home
    lines = [
        say(
            "The new run starts at step 0 and keeps its own models. When it completes, its best "
            "model becomes `{path}`, also if its validation is lower than that of the one in use; "
            "until then that file stays as it is.",
            path=home.relative(home.best_model),
        )
    ]
    try:
        saved = snapshot.saved_decision
    except TrainweekError:
        return lines  # the decision can't be relied on as it is
    if saved is None:
        return lines
    decided, signature = saved.decision, snapshot.signature_of(saved.sha256)
    verdict = {"decision": word(decided.decision, say), "score": decided.score}
    text = ""
    if signature is None and snapshot.unsignable(saved.sha256) is None:
        text = say(
            "**{decision} {score} waits for a signature.** It can't be signed after the new run "
            "has completed.",
            **verdict,
        )
    elif signature and signature.act in APPROVALS and snapshot.validity(signature).valid:
        text = say(
            "**{decision} {score} is signed by {by}.** The signature is void after the new run has "
            "completed, unless the ML lead chooses the signed model again.",
            by=signature.by,
            **verdict,
        )
    return [*lines, f":orange[:material/warning:] {text}"] if text else lines


def _choice(page: Page, snapshot: Snapshot, job: Job) -> bool:
    say = page.say
    step = snapshot.readings.get("step")
    st.warning(
        say(
            "{run}: {state} at step {step}. Resume it, or start over?",
            run=job.run or job.id,
            state=word(job.state, say),
            step=number(step.value) if step else "–",
        ),
        title=say("The last run is unfinished"),
        icon=":material/fork_right:",
    )
    chosen = kept_choice(
        st.radio,
        say.raw("The last run is unfinished"),
        {choice: say.raw(caption) for choice, caption in _CHOICES.items()},
        key=f"start:choice:{job.id}",
        horizontal=True,
        label_visibility="collapsed",
    )
    if chosen == "resume" and job.run:
        st.caption(say(page.services.client.resume_point(job.run)))
    return chosen == "resume"


def _readiness(page: Page, snapshot: Snapshot) -> _Readiness:
    say = page.say
    if snapshot.week.watched:
        why = say("This week only watches a run started elsewhere.")
        return _Readiness(tinted(why, "gray", "visibility"))
    if snapshot.start_blocked:
        return _Readiness(tinted(say(INCIDENT_BLOCKS), "red", "campaign"))
    if snapshot.busy(JobKind.TRAIN):
        why = say("A training run is in progress.")
        return _Readiness(tinted(why, "blue", "play_circle"))
    if snapshot.busy(JobKind.PREFLIGHT):
        why = say("The pre-flight is running.")
        return _Readiness(tinted(why, "blue", "hourglass_top"))
    if (trouble := preflight_trouble(snapshot.week.playbook, snapshot.facts)) is not None:
        if not trouble.failed:
            return _Readiness(tinted(say(trouble.why), "orange", "checklist"), may_override=True)
        why = say(
            "The pre-flight failed. Fix what failed and run it again; a lead can override it with "
            "a reason."
        )
        return _Readiness(tinted(why, "red", "cancel"), may_override=True)
    if not snapshot.runner.alive:
        why = say("The pre-flight passed; a start waits for the runner.")
        return _Readiness(tinted(why, "orange", "hourglass_top"), ready=True)
    why = say("Ready: the pre-flight passed.")
    return _Readiness(tinted(why, "green", "check_circle"), ready=True)
