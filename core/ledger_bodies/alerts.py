"""What people did about alerts."""

from __future__ import annotations

from core.ledger_bodies.body import Body, BodyPart, PlainText


class AlertsSilenced(Body):
    """Alerts are not reported until an end."""

    kind = "alert"
    action = "silence"

    what: PlainText  # an alert's key, a kind of event, or "all"
    until: PlainText  # ISO 8601, UTC
    reason: PlainText


class AlertAcknowledged(Body):
    """A person has taken an alert on."""

    kind = "alert"
    action = "acknowledge"

    what: PlainText  # the alert's key, such as incident:12


class AlertMarked(Body):
    """Who acknowledged an alert says whether it was useful."""

    kind = "alert"
    action = "mark"

    id: int  # sequence number of the line that acknowledged it
    useful: bool
    note: PlainText = ""


class _RuleTerms(BodyPart):
    name: PlainText
    tag: PlainText
    operator: PlainText  # above, below, changes
    threshold: float
    level: PlainText
    minutes: float  # week time; 0: not given
    steps: int  # 0: not given


class AlertRuleMade(_RuleTerms, Body):
    """A rule of the engineers' own."""

    kind = "alert"
    action = "rule"


class AlertRuleChanged(_RuleTerms, Body):
    """A rule has other terms from now on."""

    kind = "alert"
    action = "change-rule"

    id: int  # sequence number of the line that made it


class AlertRuleRetired(Body):
    """A rule does not hold any more."""

    kind = "alert"
    action = "retire-rule"

    id: int  # sequence number of the line that made it


class SilenceEnded(Body):
    """A silence was ended before its time."""

    kind = "alert"
    action = "unsilence"

    id: int  # sequence number of the line that began it
