"""The decided model trained again: the lead's button, its progress, the result gate by gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.decision.reproduced_gate import Match
from core.language import Message
from core.state_words import capitals
from core.timestamps import parse_moment
from core.vocabulary import ACTIVE_STATES, JobState, Right
from dashboard.components import outcomes
from dashboard.components.boundary import boundary
from dashboard.components.figures_table import table
from dashboard.components.headings import part
from dashboard.components.markup import small, tinted
from dashboard.page import TICK_SECONDS
from dashboard.wording import plain
from runner.client.reproductions import newest_of, reproductions_of

if TYPE_CHECKING:
    from core.decision import SavedDecision
    from core.decision.reproduced_gate import ReproducedGate
    from core.decision.reproduction import Reproduction
    from dashboard.page import Page
    from runner.records import Job

PLACE = "reproduce"
_LOOKS = {
    Match.EQUAL: ("green", "equal"),
    Match.WITHIN: ("orange", "approximation"),
    Match.DIFFERENT: ("red", "difference"),
}


def show(page: Page, saved: SavedDecision) -> None:
    """Draw the part; it ticks while the model is trained again, and not otherwise."""
    drawn = _is_active(_job(page, saved))

    def reproduction() -> None:
        with boundary(page.say):
            job = _job(page, saved)
            if _is_active(job) != drawn:
                st.rerun()
            with st.container(border=True, key="reproduction"):
                _draw(page, saved, job)

    page.live(reproduction, every=TICK_SECONDS, still=not drawn, steady=drawn)


def _job(page: Page, saved: SavedDecision) -> Job | None:
    snapshot = page.snapshot()
    return None if snapshot is None else newest_of(snapshot.records.reproducing, saved.sha256)


def _is_active(job: Job | None) -> bool:
    return job is not None and job.state in ACTIVE_STATES


def _draw(page: Page, saved: SavedDecision, job: Job | None) -> None:
    say, snapshot = page.say, page.snapshot()
    part(
        say("Reproduction"),
        help=say.raw(
            "The model is trained again from the recipe, the seed and the data of this decision, "
            "and its gates are compared. It gives no decision, changes nothing in the week and is "
            "no new look at the hold-out: the claim is the same."
        ),
    )
    if job is not None and job.state in ACTIVE_STATES:
        _progress(page, job)
    else:
        _ended(page, job)
        _button(page, saved)
    outcomes.show(page, PLACE)
    lines = () if snapshot is None else snapshot.records.decision_lines
    found = reproductions_of(lines, saved.sha256)
    if found:
        _result(page, found[0])
    elif job is None:
        st.caption(say("Not trained again yet."))
    if len(found) > 1:
        equal = sum(one.match is Match.EQUAL for one in found)
        st.caption(
            say(
                "{equal} of {n} reproductions of this decision are equal to the bit.",
                equal=equal,
                n=len(found),
            )
        )


def _progress(page: Page, job: Job) -> None:
    say, client = page.say, page.services.client
    known = client.progress(job.id) or {}
    steps, total = known.get("steps") or 0, known.get("total_steps") or 0
    text = (
        say("Training again: step {steps:,} of {total:,}", steps=steps, total=total)
        if total
        else say("Waiting for the training to begin")
    )
    st.progress(min(steps / total, 1.0) if total else 0.0, text=text)
    denied = page.denied(Right.REVALIDATE)
    st.button(
        say.raw("Stop"),
        key=f"{PLACE}:stop",
        icon=":material/stop_circle:",
        disabled=denied is not None or job.state is JobState.STOPPING,
        help=denied or say("Nothing is kept of a stopped reproduction."),
        on_click=outcomes.click(page, PLACE, _saved(page), lambda: client.stop(job.id)),
    )


def _ended(page: Page, job: Job | None) -> None:
    """How the last one ended, if it gave no result."""
    if job is None or job.state is JobState.SUCCEEDED:
        return
    text = page.say(
        "The last reproduction ended without a result ({state}). {reason}",
        state=capitals(job.state),
        reason=job.reason,
    )
    st.markdown(tinted(text, "orange", "warning"))


def _button(page: Page, saved: SavedDecision) -> None:
    say, client = page.say, page.services.client
    denied = page.denied(Right.REVALIDATE)
    if denied is None and (refused := client.irreproducible(saved)) is not None:
        denied = f"{say.text(refused.reason)} {say.text(refused.remedy)}"
    key = outcomes.intent(PLACE)
    st.button(
        say.raw("Train it again"),
        key=f"{PLACE}:start",
        icon=":material/replay:",
        disabled=denied is not None,
        on_click=outcomes.click(
            page, PLACE, _saved(page), lambda: client.reproduce(saved, key=key)
        ),
    )
    if denied:
        st.caption(denied)


def _saved(page: Page) -> str:
    return Message("the request").in_(page.viewer.language)


def _result(page: Page, found: Reproduction) -> None:
    say = page.say
    colour, icon = _LOOKS[found.match]
    st.markdown(f"**{tinted(say(found.sentence()), colour, icon)}**")
    heads = [say("Gate"), say("Decision"), say("Again"), say("Result")]
    table(heads, [_row(page, gate) for gate in found.gates], "reproduced-gates")
    if reasons := found.reasons():
        lines = "\n".join(f"- {say(reason)}" for reason in reasons)
        st.markdown(f"{say(found.heading())}\n\n{lines}")
    when = page.viewer.stamp(parse_moment(found.at))
    words = [
        say(
            "{by}, {when}; seed {seed}, {steps:,} steps in {seconds:.0f} s",
            by=found.requested_by,
            when=when,
            seed=found.seed,
            steps=found.trained_steps,
            seconds=found.seconds,
        )
    ]
    if found.not_recorded:
        words.append(say(found.unknown()))
    st.markdown(small(" · ".join(words)))


def _row(page: Page, gate: ReproducedGate) -> list[str]:
    say = page.say
    colour, icon = _LOOKS[gate.match]
    return [
        plain(gate.short),
        say(gate.shown(gate.claimed)),
        say(gate.shown(gate.now)),
        f":{colour}[:material/{icon}: {say(gate.outcome())}]",
    ]
