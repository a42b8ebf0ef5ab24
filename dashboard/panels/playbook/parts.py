"""The parts of the playbook page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.checks.case import limit_text
from core.language import plural, said
from core.reading import as_set
from core.state_words import WORDS, shown_word
from core.vocabulary import Severity
from dashboard.components.headings import card
from dashboard.formatting import age
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.playbook import Playbook
    from core.playbook.gates import DecisionRule
    from core.playbook.text import Step
    from dashboard.page import Page


def schedule(page: Page, playbook: Playbook) -> None:
    """One row per slot; on a phone its cells are stacked."""
    language, week, snapshot = page.viewer.language, page.week, page.snapshot()
    for slot in playbook.schedule:
        planned = slot.offset or f"+{slot.day} d {slot.time}"
        with st.container(border=True, gap="xsmall"):
            when, what, items = st.columns((1.4, 1.6, 4), gap="small")
            due = page.viewer.moment(snapshot.at(slot)) if snapshot else planned
            when.markdown(f"**{plain(due)}**")
            owner = playbook.roles[slot.owner].title.in_(language)
            what.markdown(f"**{plain(slot.title.in_(language))}**  \n:small[:gray[{plain(owner)}]]")
            with items:
                lines = [plain(playbook.checks[check].title.in_(language)) for check in slot.checks]
                if lines:
                    st.markdown(" · ".join(lines))
                if slot.command:
                    command = slot.command_at(week.launch) if week else slot.command
                    st.code(command, language=None, wrap_lines=True)


def checks(page: Page, playbook: Playbook) -> None:
    """Each check: question, limit and window, and the action if it fails."""
    language = page.viewer.language
    for check in playbook.checks.values():
        with st.container(border=True, gap="xsmall"):
            what, compared, action = st.columns((3, 2, 4), gap="small")
            what.markdown(f"**{plain(check.title.in_(language))}**")
            window = f" · {age(check.window_minutes * 60)}" if check.window_minutes else ""
            compared.markdown(
                f"{page.say(limit_text(check))} :small[:gray[{plain(check.metric)}{window}]]"
            )
            action.markdown(f":small[:gray[{plain(check.action.in_(language))}]]")


def gates(page: Page, playbook: Playbook) -> None:
    """The gates with their limits, then the rule of each decision."""
    say, language = page.say, page.viewer.language
    _table(
        [
            {
                say.raw("Gate"): f"{gate.number} {gate.name}",
                say.raw("Limit"): f"{gate.op} {say.raw(as_set(gate.threshold, gate.unit))}",
                say.raw("Meaning"): gate.title.in_(language),
            }
            for gate in playbook.gates
        ],
        "gates-table",
    )
    for rule in playbook.decision:
        st.markdown(
            f"**{rule.decision.value}** · {_rule(page, rule)} · "
            f"{rule.recommendation} · {plain(rule.next_steps.in_(language))}"
        )


def _rule(page: Page, rule: DecisionRule) -> str:
    return page.say(plural("{n} or more gates", "{n} or more gates", rule.min_passed))


def scenarios(page: Page, playbook: Playbook) -> None:
    """Each scenario with symptom, likely causes, actions and log line."""
    say, language = page.say, page.viewer.language
    for spec in playbook.scenarios:
        with st.container(border=True, gap="xsmall"):
            severity = say(WORDS[Severity][spec.severity])
            card(f"{plain(spec.title.in_(language))} :gray-badge[{severity}]")
            st.markdown(plain(spec.symptom.in_(language)))
            causes = [f"- {plain(cause.in_(language))}" for cause in spec.causes]
            st.markdown(f":gray[{say('Likely causes')}]\n" + "\n".join(causes))
            _steps(page, spec.actions)
            st.markdown(f":gray[{say('Log line')}] `{spec.log_line}`")


def escalations(page: Page, playbook: Playbook) -> None:
    """Each procedure with its owner chain, actions, contact message and log line."""
    say, language = page.say, page.viewer.language
    for spec in playbook.escalations:
        with st.container(border=True, gap="xsmall"):
            card(plain(spec.title.in_(language)))
            chain = " → ".join(
                plain(playbook.roles[role].title.in_(language)) for role in spec.chain
            )
            st.markdown(f":gray[{say('Chain')}] {chain}")
            _steps(page, spec.actions)
            if spec.contact:
                st.markdown(f":gray[{say('Message')}] `{spec.contact}`")
            if spec.log_line:
                st.markdown(f":gray[{say('Log line')}] `{spec.log_line}`")


def settings(page: Page, playbook: Playbook) -> None:
    """The training and revalidation settings, each with its meaning."""
    say = page.say
    for name, part in (("training", playbook.training), ("revalidation", playbook.revalidation)):
        st.markdown(f"**{name}**")
        _table(
            [
                {
                    say.raw("Setting"): field,
                    say.raw("Value"): _value(page, getattr(part, field)),
                    say.raw("Meaning"): said(info.description or "", page.viewer.language),
                }
                for field, info in type(part).model_fields.items()
            ],
            f"settings-{name}",
        )


def _value(page: Page, value: object) -> str:
    """A setting as the playbook has it, numbers by the viewer's language."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return page.say.raw(shown_word("yes" if value else "no"))
    if isinstance(value, int | float):
        return page.say.raw(as_set(value))
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _steps(page: Page, steps: Sequence[Step]) -> None:
    for index, step in enumerate(steps, start=1):
        st.markdown(f"{index}\\. {plain(step.in_(page.viewer.language))}")
        if step.command:
            st.code(step.command, language=None, wrap_lines=True)


def _table(rows: list[dict[str, str]], key: str) -> None:
    """A table whose cells wrap, so that prose doesn't scroll."""
    frame = pd.DataFrame(rows)
    st.table(frame.map(plain), border="horizontal", hide_index=True, alt=key)


PARTS: dict[str, Callable[[Page, Playbook], None]] = {
    "schedule": schedule,
    "checks": checks,
    "gates": gates,
    "scenarios": scenarios,
    "escalations": escalations,
    "settings": settings,
}
