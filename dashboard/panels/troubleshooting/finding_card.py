"""One finding as a card, or as one quiet line that unfolds."""

from __future__ import annotations

import streamlit as st

from core.diagnosis import Finding
from core.diagnosis.explain import explain
from core.diagnosis.finding import Sentence
from core.language import Message
from core.playbook import ScenarioSpec
from core.playbook.text import Text
from core.vocabulary import FindingStatus, Severity
from dashboard.components import outcomes
from dashboard.components.safe_actions import action_button, has_button
from dashboard.components.states import Look, badge, mark
from dashboard.data.snapshot import Snapshot
from dashboard.formatting import number
from dashboard.navigation import link
from dashboard.page import Page
from dashboard.panels.troubleshooting import context
from dashboard.wording import plain

_CALM = Look("spa", "blue")


def loud(page: Page, look: Snapshot, finding: Finding) -> None:
    """What it is, since when, evidence for and against, what to do."""
    with st.container(border=True, gap="xsmall", key=f"finding-{finding.scenario}"):
        calm = finding.normal_until is not None and finding.severity is Severity.INFO
        state = (
            f":{_CALM.colour}-badge[:material/{_CALM.icon}: "
            f"{page.say('trouble.normal', until=_said(page, finding.normal_until))}]"
            if calm
            else badge(finding.status, page.say)
        )
        since = ""
        if finding.since_step is not None and finding.status is not FindingStatus.OK:
            text = page.say("trouble.since", step=number(finding.since_step))
            since = f" :small[:gray[{text}]]"
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.markdown(f"**{plain(title(page, look, finding))}** {state}{since}")
            _explain(page, look, finding)
        st.markdown(_in(page, finding.headline))
        _body(page, look, finding, calm)


def quiet(page: Page, look: Snapshot, finding: Finding) -> None:
    """One line, with all the rest behind it."""
    label = (
        f"{mark(finding.status, page.say)} **{plain(title(page, look, finding))}** "
        f":small[:gray[{_in(page, finding.headline)}]]"
    )
    with st.expander(label, key=f"quiet-{finding.scenario}"):
        _explain(page, look, finding)
        _body(page, look, finding, calm=False)


def title(page: Page, look: Snapshot, finding: Finding) -> str:
    """The playbook's title, or ours for what the manual doesn't name."""
    spec = scenario(look, finding)
    if spec is not None:
        return spec.title.in_(page.viewer.language)
    key = f"scenario.{finding.scenario}"
    return page.say.raw(key) if page.say.has(key) else finding.scenario


def scenario(look: Snapshot, finding: Finding) -> ScenarioSpec | None:
    return look.week.playbook.find_scenario(finding.scenario)


def _body(page: Page, look: Snapshot, finding: Finding, calm: bool) -> None:
    say, spec = page.say, scenario(look, finding)
    if spec is not None:
        st.markdown(f":small[:gray[{say('trouble.symptom')}: {_in(page, spec.symptom)}]]")
    sides = (
        ("trouble.for", finding.evidence_for, "add_circle", "green"),
        ("trouble.against", finding.evidence_against, "remove_circle", "gray"),
    )
    told = [side for side in sides if side[1]]
    for side, column in zip(told, st.columns(len(told)) if told else (), strict=True):
        with column:
            _points(page, *side)
    context.show(page, look, finding)
    _points(page, "trouble.causes", finding.causes, "psychology_alt", "gray")
    if finding.actions:
        st.markdown(f"**{say('trouble.actions')}**")
    place = f"finding:{finding.scenario}"
    for index, step in enumerate(finding.actions, start=1):
        act = getattr(step, "act", None)
        st.markdown(f"{index}\\. {_in(page, step)}")
        if getattr(step, "command", None):
            st.code(step.command, language="bash", wrap_lines=True)
        if has_button(act) and not calm:
            action_button(page, look, act, place)
    outcomes.show(page, place)
    if spec is not None:
        st.markdown(f":small[:gray[{say('trouble.log_line')}:]] `{spec.log_line}`")
        if spec.escalation:
            name = look.week.playbook.escalation(spec.escalation).title.in_(page.viewer.language)
            link("escalation", say("trouble.escalate", title=name))


def _explain(page: Page, look: Snapshot, finding: Finding) -> None:
    """The rule with its numbers, and what was measured against it."""
    say = page.say
    with st.popover(say("trouble.explain"), icon=":material/help:", type="tertiary"):
        st.markdown(f"**{say('trouble.rule')}**")
        st.markdown(_in(page, explain(look.week.playbook, finding.scenario)))
        measured = [finding.headline, *finding.evidence_for, *finding.evidence_against]
        _points(page, "trouble.measured", measured, "straighten", "gray")


def _in(page: Page, text: Text | str) -> str:
    return plain(_said(page, text))


def _said(page: Page, text: Text | str) -> str:
    """In the viewer's language, if the text knows it."""
    return (
        text.in_(page.viewer.language) if isinstance(text, Text | Sentence | Message) else str(text)
    )


def _points(page: Page, key: str, texts: object, icon: str, colour: str) -> None:
    texts = list(texts or ())
    if not texts:
        return
    lines = "  \n".join(f":{colour}[:material/{icon}:] {_in(page, text)}" for text in texts)
    st.markdown(f"**{page.say(key)}**  \n{lines}")
