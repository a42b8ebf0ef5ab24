"""The rules that a person approved last, with their differences named in what was signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.playbook.rule_changes import RuleChange, changed_from_shipped, rule_changes
from core.vocabulary import APPROVALS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from core.decision import SavedDecision
    from core.week import Week
    from runner.records import Signature

RULE_CHANGES = "rule_changes"
"""Key of a signed statement; statements of older versions don't have it."""


@dataclass(frozen=True)
class ApprovedRules:
    """A playbook whose rules were approved by a signature that names how they differ."""

    text: str
    signature: Signature


@dataclass(frozen=True)
class ComparedRules:
    """The rules of a playbook, compared with the two that people know.

    :ivar shipped: what differs from the playbook that comes with trainweek.
    :ivar approved: the newest approved rules; None: none were approved yet.
    :ivar since_approved: what differs from them; empty without any.
    """

    shipped: tuple[RuleChange, ...]
    approved: ApprovedRules | None
    since_approved: tuple[RuleChange, ...]

    @property
    def leads(self) -> tuple[RuleChange, ...]:
        """The changes that only the lead may bring into a week; empty for known rules."""
        known = [self.shipped] if self.approved is None else [self.shipped, self.since_approved]
        bars = [tuple(one for one in changes if one.sets_the_bar) for changes in known]
        return bars[0] if all(bars) else ()


def compared_rules(text: str, approved: ApprovedRules | None) -> ComparedRules:
    """Compare the rules of a valid playbook."""
    since = () if approved is None else rule_changes(approved.text, text)
    return ComparedRules(changed_from_shipped(text), approved, since)


def approved_rules(
    signatures: Sequence[Signature],
    week_of: Callable[[Signature], Week | None],
    signing_keys: Collection[str],
    *,
    verified: bool,
) -> ApprovedRules | None:
    """The rules of the newest approval that nobody replaced with another act.

    :param signatures: of all weeks, oldest first.
    :param signing_keys: of the data directory, as base64.
    :param verified: whether only a person who signed in counts.
    """
    seen: set[str] = set()
    for signature in reversed(signatures):
        sha256 = signature.revalidation_sha256
        if sha256 in seen:
            continue
        seen.add(sha256)
        text = _signed_text(signature, week_of(signature), signing_keys)
        if text is not None and (signature.verified or not verified):
            return ApprovedRules(text, signature)
    return None


def _signed_text(
    signature: Signature, week: Week | None, signing_keys: Collection[str]
) -> str | None:
    """The playbook that an approval names the changes of; None if it can't be relied on."""
    sealed = signature.sealed or {}
    if signature.act not in APPROVALS or RULE_CHANGES not in sealed.get("statement", {}):
        return None
    from core.decision.validity import is_genuine

    if week is None or not is_genuine(sealed):
        return None
    statement = sealed["statement"]
    same = (statement["act"], statement["by"]) == (signature.act.value, signature.by)
    if not same or statement["public_key"] not in signing_keys:
        return None
    texts = {one.sha256: one.text for one in week.earlier} | {
        week.playbook_sha256: week.playbook_text
    }
    return texts.get(statement["bound"]["playbook"]["sha256"])


def rule_facts(week: Week, saved: SavedDecision, statement: Mapping[str, Any]) -> dict[str, Any]:
    """How the rules of a decision differ, as plain JSON, and whether its signature says so.

    :param statement: what was signed; empty without a signature.
    """
    changes = changed_from_shipped(week.playbook_text_of(saved.decision.playbook.sha256))
    return {
        RULE_CHANGES: [one.as_dict() for one in changes],
        "rule_changes_signed": RULE_CHANGES in statement if statement else None,
    }
