"""One finding as a card, or as one line that unfolds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.diagnosis.explain import explain
from core.language import Message
from core.playbook.text import Text
from core.vocabulary import FindingStatus, Severity
from dashboard.components import outcomes, thing_link
from dashboard.components.file_link import file_links
from dashboard.components.headings import card as card_title
from dashboard.components.headings import part
from dashboard.components.markup import tinted
from dashboard.components.safe_actions import action_button, can_still, changed_by, has_button
from dashboard.components.states import Look, badge, mark
from dashboard.components.twin_form import twin_form
from dashboard.components.twin_runs import twin_runs
from dashboard.formatting import number
from dashboard.navigation import link
from dashboard.panels.troubleshooting import context
from dashboard.wording import plain
from dashboard.wording.names import scenario_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.diagnosis import Finding
    from core.playbook import ScenarioSpec
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

FINDING = "finding"  # in the address
_CALM = Look("spa", "blue")


def card(page: Page, snapshot: Snapshot, finding: Finding) -> None:
    """A card: status, since when, evidence for and against, actions."""
    with st.container(border=True, gap="xsmall", key=f"finding-{finding.scenario}"):
        calm = finding.normal_until is not None and finding.severity is Severity.INFO
        state = badge(finding.status, page.say)
        if calm:
            until = _in_language(page, finding.normal_until or "")
            text = page.say("Normal: leave it alone until {until}", until=until)
            state = tinted(text, f"{_CALM.colour}-badge", _CALM.icon)
        since = ""
        if finding.since_step is not None and finding.status is not FindingStatus.OK:
            text = page.say("since step {step}", step=number(finding.since_step))
            since = f" :small[:gray[{text}]]"
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            part(f"{plain(title(page, snapshot, finding))} {state}{since}")
            with st.container(horizontal=True, width="content", gap="xsmall"):
                _explain(page, snapshot, finding)
                thing = {FINDING: finding.scenario}
                thing_link.copy_link(page, snapshot, "troubleshooting", **thing)
        thing_link.opened(page, FINDING, finding.scenario)
        st.markdown(_in(page, finding.headline))
        _body(page, snapshot, finding, calm)


def folded(page: Page, snapshot: Snapshot, finding: Finding) -> None:
    """One line that expands to the same content."""
    label = (
        f"{mark(finding.status, page.say)} **{plain(title(page, snapshot, finding))}** "
        f":small[:gray[{_in(page, finding.headline)}]]"
    )
    opened = st.expander(label, key=f"quiet-{finding.scenario}", on_change="rerun")
    if not opened.open:  # closed it costs nothing
        return
    with opened:
        _explain(page, snapshot, finding)
        _body(page, snapshot, finding, calm=False)


def title(page: Page, snapshot: Snapshot, finding: Finding) -> str:
    """The scenario's title from the playbook, or ours if the manual has none."""
    return scenario_name(snapshot.week.playbook, finding.scenario, page.viewer.language)


def scenario(snapshot: Snapshot, finding: Finding) -> ScenarioSpec | None:
    """The playbook's text of a finding; None if the playbook does not have the scenario."""
    return snapshot.week.playbook.find_scenario(finding.scenario)


def _body(page: Page, snapshot: Snapshot, finding: Finding, calm: bool) -> None:
    say, spec = page.say, scenario(snapshot, finding)
    if spec is not None:
        st.markdown(f":small[:gray[{say('Symptom in the manual')}: {_in(page, spec.symptom)}]]")
    sides = (
        (Message("Evidence for"), finding.evidence_for, "add_circle", "green"),
        (Message("Evidence against"), finding.evidence_against, "remove_circle", "gray"),
    )
    shown = [side for side in sides if side[1]]
    for side, column in zip(shown, st.columns(len(shown)) if shown else (), strict=True):
        with column:
            _points(page, *side)
    evidence = map(str, (finding.headline, *finding.evidence_for, *finding.evidence_against))
    file_links(page, f"finding-{finding.scenario}", *evidence)
    context.show(page, snapshot, finding)
    _points(page, Message("Likely causes"), finding.causes, "psychology_alt", "gray")
    if finding.actions:
        card_title(say("What to do"))
    place = f"finding:{finding.scenario}"
    for index, step in enumerate(finding.actions, start=1):
        act, command = getattr(step, "act", None), getattr(step, "command", None)
        st.markdown(f"{index}\\. {_in(page, step)}")
        if command:
            st.code(command, language=None, wrap_lines=True)
        if act is not None and has_button(act) and not calm:
            action_button(page, snapshot, act, place)
            changed = changed_by(act)
            if changed is not None and can_still(snapshot, act):
                twin_form(page, snapshot, place, scenario=finding.scenario, changes=(changed,))
    twin_runs(page, snapshot, place, scenario=finding.scenario)
    outcomes.show(page, place)
    if spec is not None:
        st.markdown(f":small[:gray[{say('Log line')}:]] `{spec.log_line}`")
    procedure = snapshot.week.playbook.find_escalation(finding.escalation)
    if procedure is not None:
        name = procedure.title.in_(page.viewer.language)
        link("escalation", say("Escalate: {title}", title=name))


def _explain(page: Page, snapshot: Snapshot, finding: Finding) -> None:
    """The rule with its numbers, and the measured values."""
    say = page.say
    with st.popover(say("Explain"), icon=":material/help:", type="tertiary"):
        card_title(say("Rule"))
        st.markdown(_in(page, explain(snapshot.week.playbook, finding.scenario)))
        measured = [finding.headline, *finding.evidence_for, *finding.evidence_against]
        _points(page, Message("Measured now"), measured, "straighten", "gray")


def _in(page: Page, text: Text | str) -> str:
    return plain(_in_language(page, text))


def _in_language(page: Page, text: Text | str) -> str:
    """The text in the viewer's language, if it has one."""
    return text.in_(page.viewer.language) if isinstance(text, Text | Message) else str(text)


def _points(
    page: Page, heading: Message, texts: Iterable[Text | str], icon: str, colour: str
) -> None:
    texts = list(texts)
    if not texts:
        return
    lines = "  \n".join(f":{colour}[:material/{icon}:] {_in(page, text)}" for text in texts)
    st.markdown(f"**{page.say(heading)}**  \n{lines}")
