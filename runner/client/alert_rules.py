"""Rules of the engineers' own: made, changed and retired."""

from __future__ import annotations

import difflib
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.field_hints import shown
from core.language import Message
from core.ledger_bodies import AlertRuleChanged, AlertRuleMade, AlertRuleRetired
from core.vocabulary import Right
from runner.client.recorded_runs import RecordedRuns
from runner.outcomes import Recorded, Refused
from runner.store.alert_rules import alert_rules

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.alerts.own_rule import OwnRule, RuleTerms
    from core.telemetry import RunEvents, RunReader

MOST_RULES = 100
_MOST_NAMED = 3


class AlertRules(RecordedRuns):
    """Makes, changes and retires rules. They hold in every week."""

    def alert_rules(self) -> list[OwnRule]:
        """The rules that hold, oldest first."""
        with self.store.read() as connection:
            return alert_rules(connection)

    def make_rule(
        self, terms: RuleTerms, reader_of: Callable[[Path], RunReader] | None = None
    ) -> Recorded[OwnRule] | Refused:
        """Make a rule; the same rule made again by the same person is answered like the first.

        :param reader_of: readers of event files that the caller keeps.
        """
        if denied := self._denied(Right.RECORD) or self._unsound(terms, reader_of):
            return denied
        with self.store.write() as transaction:
            known = alert_rules(transaction.connection)
            same = next((one for one in known if one.terms.name == terms.name), None)
            if same is not None:
                return Recorded(same) if _again(same, terms, self.person.name) else _named(same)
            if len(known) >= MOST_RULES:
                return Refused(
                    Message("There are {n} rules already.", n=len(known)),
                    Message("Retire one that nobody needs."),
                )
            week = self._meant_week(transaction.connection)
            body = AlertRuleMade(**_plain(terms))
            self._append(transaction, body, None if week is None else week.id)
            made = alert_rules(transaction.connection)[-1]
        return Recorded(made)

    def change_rule(
        self, rule_id: int, terms: RuleTerms, reader_of: Callable[[Path], RunReader] | None = None
    ) -> Recorded[OwnRule] | Refused:
        """Give a rule other terms; its record stays with it.

        Where it fires on another tag, operator, threshold or duration, that is a new alert:
        nobody has acknowledged it yet.
        """
        tags = {one.id: one.terms.tag for one in self.alert_rules()}
        if denied := self._denied(Right.RECORD) or self._unsound(
            terms, reader_of, tags.get(rule_id)
        ):
            return denied
        with self.store.write() as transaction:
            known = {one.id: one for one in alert_rules(transaction.connection)}
            rule = known.get(rule_id)
            if rule is None:
                return _no_rule(rule_id)
            same = next(
                (o for o in known.values() if o.terms.name == terms.name and o.id != rule_id), None
            )
            if same is not None:
                return _named(same)
            if rule.terms != terms:
                week = self._meant_week(transaction.connection)
                body = AlertRuleChanged(id=rule_id, **_plain(terms))
                self._append(transaction, body, None if week is None else week.id)
        return Recorded(replace(rule, terms=terms))

    def retire_rule(self, rule_id: int) -> Recorded[OwnRule] | Refused:
        """End a rule; one that was retired stays as it is."""
        if denied := self._denied(Right.RECORD):
            return denied
        with self.store.write() as transaction:
            every = alert_rules(transaction.connection, retired=True)
            rule = next((one for one in every if one.id == rule_id), None)
            if rule is None:
                return _no_rule(rule_id)
            if not rule.retired:
                week = self._meant_week(transaction.connection)
                body = AlertRuleRetired(id=rule_id)
                self._append(transaction, body, None if week is None else week.id)
        return Recorded(replace(rule, retired=True))

    def _unsound(
        self,
        terms: RuleTerms,
        reader_of: Callable[[Path], RunReader] | None,
        tag: str | None = None,
    ) -> Refused | None:
        """The refusal of a rule that can't be right; None if it can.

        Without any recorded run its tag can't be checked.

        :param tag: the one that the rule has had, which it may keep.
        """
        try:
            terms.require_sound()
        except InputError as error:
            return Refused.by(error)
        from core.telemetry import RunReader

        recorded = self.recorded_weeks().weeks
        found = [
            events
            for week in recorded
            for run in week.runs
            if (events := run.events(reader_of or RunReader)) is not None and events.tags()
        ]
        known = terms.tag == tag or any(terms.tag in events.tags() for events in found)
        if found and not known:
            return _unknown_tag(terms.tag, sorted({tag for one in found for tag in one.tags()}))
        return _always(terms, [events for events in found if terms.tag in events.tags()])


def _always(terms: RuleTerms, found: list[RunEvents]) -> Refused | None:
    from core.alerts.rule_firing import always_wrong, usable

    points = [usable(events.series(terms.tag, stitched=False)) for events in found]
    points = [each for each in points if len(each) > 1]
    if not points or not all(always_wrong(terms, each) for each in points):
        return None
    return Refused(
        Message(
            "Each of the {n:,} recorded readings of {tag} is {side} {threshold:g}: the rule would"
            " fire all the time.",
            n=sum(map(len, points)),
            tag=terms.tag,
            side=terms.side,
            threshold=terms.threshold,
        ),
        Message(
            "They lie between {low:.4g} and {high:.4g}: choose a threshold among or beyond them.",
            low=min(float(each.value.min()) for each in points),
            high=max(float(each.value.max()) for each in points),
        ),
    )


def _unknown_tag(tag: str, tags: list[str]) -> Refused:
    near = difflib.get_close_matches(tag, tags, _MOST_NAMED) or tags[:_MOST_NAMED]
    return Refused(
        Message("No recorded run has the tag {tag}.", tag=shown(tag)),
        Message("Did you mean {tags}?", tags=", ".join(near)),
    )


def _named(rule: OwnRule) -> Refused:
    return Refused(
        Message("There is already a rule {name}.", name=shown(rule.terms.name)),
        Message("Change that one, or give yours another name."),
    )


def _no_rule(rule_id: int) -> Refused:
    return Refused(
        Message("There is no rule {number}.", number=str(rule_id)),
        Message("List them: trainweek alerts rules list"),
    )


def _again(rule: OwnRule, terms: RuleTerms, by: str) -> bool:
    return rule.terms == terms and rule.by == by


def _plain(terms: RuleTerms) -> dict[str, Any]:
    given = asdict(terms)
    return {
        **given,
        "operator": terms.operator.value,
        "level": terms.level.value,
        "threshold": float(terms.threshold),
        "minutes": float(terms.minutes),
    }
