"""What ``trainweek decision`` prints: a decision and its signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.language import Message, joined, literal
from core.playbook.rule_changes import RuleChange
from core.state_words import ACTS_DONE, capitals
from core.vocabulary import SignatureAct, SignatureState
from runner.cli.rule_changes import tell_changes
from runner.cli.speech import tell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.decision.validity import Validity

STATES = {"closed": Message("closed"), "OVERDUE": Message("OVERDUE"), "open": Message("open")}


def act_line(row: Mapping[str, Any]) -> Message:
    """``Approved by Eva (second: Lea (countersigned)): her reason``."""
    who = Message("{act} by {by}", act=_done(row), by=row["by"])
    if row["second"]:
        who = joined([who, joined(["(", second_person(row), ")"], "")])
    return Message("{who}: {reason}", who=who, reason=row["reason"])


def second_person(facts: Mapping[str, Any]) -> Message:
    """The second person of an override, and whether their identity was verified."""
    proof = Message("countersigned") if facts["second_verified"] else Message("identity unverified")
    return Message("second: {name} ({proof})", name=facts["second"], proof=proof)


def signed_line(facts: Mapping[str, Any]) -> Message:
    """What was done by whom, and whether their identity was verified."""
    if facts["verified"]:
        return Message("{act} by {by}", act=_done(facts), by=facts["by"])
    return Message("{act} by {by}, identity unverified", act=_done(facts), by=facts["by"])


def _done(facts: Mapping[str, Any]) -> Message:
    return ACTS_DONE[SignatureAct(facts["act"])]


def print_expiry(facts: Mapping[str, Any]) -> None:
    """Print when the signature expires, if it does."""
    if facts["expires_at"]:
        indented(Message("expires {time}", time=facts["expires_at"]))


def condition_line(condition: Mapping[str, Any]) -> Message:
    """A condition with its owner and its due day."""
    return Message(
        "{text} ({owner}, due {due})",
        text=condition["text"],
        owner=condition["owner"],
        due=condition["due"],
    )


def indented(sentence: str) -> None:
    """Print a line that belongs to the one above."""
    tell(joined(["  ", sentence], ""))


def capsule_facts(capsule: dict[str, Any]) -> dict[str, Any]:
    """What a capsule states: the decision, who signed it and how, conditions, and the key."""
    from core.decision.validity import expires
    from core.limited_files import json_of

    statement = capsule["signed"]["statement"]
    decided = json_of(capsule["files"]["decision.json"].encode())
    tried = decided.get("recipe") or {}
    names = ("decision", "score", "evidence", "decision_sha256", "week", "act", "reason")
    who = ("by", "role", "verified", "second", "second_verified", "at")
    return {
        **{name: statement[name] for name in (*names, *who)},
        "expires_at": expires(SignatureAct(statement["act"]), statement),
        "rule_changes": statement.get("rule_changes"),  # None: an older version signed it
        "recipe": _recorded(decided, tried.get("verdict")),  # None: not looked for
        "conditions": capsule["conditions"],
        "fingerprint": capsule["seal"]["fingerprint"],
    }


def _recorded(decided: Mapping[str, Any], text: str | None) -> Message | None:
    """A sentence of decision.json, which lists how each is said in another language."""
    from core.decision.record import sentences_of

    if text is None:
        return None
    try:
        return sentences_of(decided).get(text) or literal(text)
    except ValueError:
        return literal(text)


def print_verdict(file: Path, validity: Validity, capsule: dict[str, Any] | None) -> None:
    """Print whether a capsule is valid, what it states, and what was compared.

    :param capsule: None if it can't be read.
    """
    tell(joined([f"{file}:", capitals(validity.state)]))
    print_differences(validity)
    if capsule is not None and validity.state is not SignatureState.ALTERED:
        facts = capsule_facts(capsule)
        evidence = Message("evidence {grade}", grade=facts["evidence"])
        indented(joined([f"{facts['decision']} {facts['score']},", evidence]))
        indented(joined([signed_line(facts), f"({facts['role']}), {facts['at']}"]))
        if facts["recipe"]:
            indented(facts["recipe"])
        if facts["second"]:
            indented(second_person(facts))
        indented(facts["reason"])
        tell_changes([RuleChange(**one) for one in facts["rule_changes"] or ()], "  ")
        for condition in facts["conditions"]:
            closed = condition["closed"]
            state = (
                Message("closed by {by}: {note}", by=closed["by"], note=closed["note"])
                if closed
                else STATES["open"]
            )
            what = joined([condition_line(condition), state], ", ")
            indented(Message("condition: {condition}", condition=what))
        print_expiry(facts)
        indented(Message("key {fingerprint}", fingerprint=facts["fingerprint"]))
    if validity.checked:
        indented(Message("agrees: {parts}", parts=joined(validity.checked, ", ")))
    for sentence in validity.unchecked:
        indented(Message("not checked: {what}", what=sentence))


def print_differences(validity: Validity) -> None:
    """Print each difference from what was signed, with its remedy."""
    for difference in validity.differences:
        indented(joined(["!", difference.what, difference.remedy]))
