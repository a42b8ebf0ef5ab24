"""The rules of a week that are not those of the shipped playbook, or not those approved last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import plural
from dashboard.wording import plain
from runner.client.signatures.approved_rules import approved_rules, compared_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.playbook.rule_changes import RuleChange
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.client.signatures.approved_rules import ComparedRules


def show(page: Page, snapshot: Snapshot, playbook_text: str | None = None) -> None:
    """Draw nothing where the rules are known ones.

    :param playbook_text: None: the week's present playbook.
    """
    records = snapshot.records
    approved = approved_rules(
        records.signatures,
        records.week_of,
        records.signing_keys,
        verified=page.viewer.person.verified,
    )
    text = snapshot.week.playbook_text if playbook_text is None else playbook_text
    rules = compared_rules(text, approved)
    say = page.say
    with st.container(key="changed-rules"):
        if rules.shipped:
            st.warning(
                f"{lines(page, rules.shipped)}\n\n{_approval(page, rules)}",
                title=say(
                    plural(
                        "{n} rule differs from the playbook that comes with trainweek",
                        "{n} rules differ from the playbook that comes with trainweek",
                        len(rules.shipped),
                    )
                ),
                icon=":material/rule:",
            )
        elif rules.since_approved:
            st.warning(
                lines(page, rules.since_approved),
                title=say(
                    plural(
                        "{n} rule differs from the ones that {by} approved on {day}",
                        "{n} rules differ from the ones that {by} approved on {day}",
                        len(rules.since_approved),
                        **_approved_by(page, rules),
                    )
                ),
                icon=":material/rule:",
            )


def lines(page: Page, changes: Sequence[RuleChange]) -> str:
    """The changes as a Markdown list."""
    return "\n".join(f"- {plain(one.in_(page.viewer.language))}" for one in changes)


def _approval(page: Page, rules: ComparedRules) -> str:
    """Whether somebody approved these rules, and what was changed since."""
    say = page.say
    if rules.approved is None:
        return f"**{say('No signature has approved them yet.')}**"
    who = _approved_by(page, rules)
    if not rules.since_approved:
        return say("{by} approved these rules on {day}.", **who)
    if rules.since_approved == rules.shipped:
        return f"**{say('They are not the ones that {by} approved on {day} either.', **who)}**"
    since = say("Compared with the ones that {by} approved on {day}:", **who)
    return f"**{since}**\n\n{lines(page, rules.since_approved)}"


def _approved_by(page: Page, rules: ComparedRules) -> dict[str, str]:
    assert rules.approved is not None
    signature = rules.approved.signature
    return {"by": signature.by, "day": page.viewer.date(signature.at)}
