"""Consistency rules between the parts of a playbook, one small function per rule.

Each yields (path, problem, remedy); the path is the place in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message
from core.metrics.conventions import HOURS_PER_YEAR
from core.playbook.check_references import (
    Complaint,
    checks_measure_known_metrics,
    checks_repeat_the_training_settings,
    names_of,
    use,
)
from core.playbook.gates import GATE_IDS
from core.vocabulary import Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.playbook.schema import Playbook

HOURLY = "1h"

_ONCE = ("preflight", "launch", "preparation", "revalidation", "results", "delivery", "approval")
_REMOVE_ONE = Message("Remove one.")


def _unknown_role(role: str) -> Message:
    return Message("unknown role {role}", role=repr(role))


def ids_are_unique(playbook: Playbook) -> Iterator[Complaint]:
    """No two items of a list have the same id."""
    for part in ("schedule", "gates", "scenarios", "escalations"):
        seen: set[str] = set()
        for index, item in enumerate(getattr(playbook, part)):
            if item.id in seen:
                yield (
                    (part, index, "id"),
                    Message("duplicate id {id}", id=repr(item.id)),
                    Message("Use a unique id."),
                )
            seen.add(item.id)


def slots_name_known_roles_and_checks(playbook: Playbook) -> Iterator[Complaint]:
    """The owner of a slot is a role; its checks exist, each once."""
    for index, slot in enumerate(playbook.schedule):
        if slot.owner not in playbook.roles:
            yield (
                ("schedule", index, "owner"),
                _unknown_role(slot.owner),
                Message("Use {known}, or add it to roles.", known=names_of(playbook.roles)),
            )
        for place, check in enumerate(slot.checks):
            if check not in playbook.checks:
                yield (
                    ("schedule", index, "checks", place),
                    Message("unknown check {check}", check=repr(check)),
                    Message("Correct the name, or add it to checks."),
                )
            elif check in slot.checks[:place]:
                yield (
                    ("schedule", index, "checks", place),
                    Message("duplicate check {check}", check=repr(check)),
                    _REMOVE_ONE,
                )


def schedule_has_its_fixed_points(playbook: Playbook) -> Iterator[Complaint]:
    """Slots that happen once, daily slots on a day, the launch at the offset 0."""
    for kind in _ONCE:
        found = playbook.slots_of_kind(kind)
        if len(found) != 1:
            yield (
                ("schedule",),
                Message(
                    "the schedule has {count} slots of kind {kind}", count=len(found), kind=kind
                ),
                Message("Use exactly one slot of kind {kind}.", kind=kind),
            )
    daily = {slot.day for slot in playbook.slots_of_kind("daily")}
    for index, slot in enumerate(playbook.schedule):
        if slot.kind == "daily" and slot.day is None:
            yield (
                ("schedule", index, "offset"),
                Message("a daily check-in needs a day"),
                Message("Use day and time instead of offset."),
            )
        if slot.kind == "launch" and slot.offset not in ("+0h", "+0m"):
            yield (
                ("schedule", index),
                Message("offsets are counted from the launch"),
                Message("Use the offset +0h."),
            )
        if slot.only_after_anomaly != (slot.kind == "anomaly"):
            yield (
                ("schedule", index),
                Message("only_after_anomaly is for slots of kind anomaly, and required there"),
                Message("Set it to true for kind anomaly, and remove it elsewhere."),
            )
        if slot.kind == "anomaly" and slot.day not in daily:
            yield (
                ("schedule", index, "day" if slot.day is not None else "offset"),
                Message("no daily check-in on the same day"),
                Message("Move the slot to the day of a daily check-in."),
            )


def gates_are_the_six(playbook: Playbook) -> Iterator[Complaint]:
    """All six gates, numbered from 1."""
    missing = set(GATE_IDS) - {gate.id for gate in playbook.gates}
    if missing:
        yield (
            ("gates",),
            Message("the gate {gate} is missing", gate=repr(min(missing))),
            Message("Add it: all six gates are required."),
        )
    numbers = [gate.number for gate in playbook.gates]
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        yield (
            ("gates",),
            Message("the gates are numbered {numbers}", numbers=names_of(numbers)),
            Message("Number them from 1, each number once."),
        )


def decision_covers_every_count(playbook: Playbook) -> Iterator[Complaint]:
    """Every number of passed gates has exactly one decision."""
    rules = playbook.decision
    if [rule.decision for rule in rules] != [Decision.GO, Decision.PARTIAL, Decision.NO_GO]:
        yield (
            ("decision",),
            Message("the decisions must be GO, PARTIAL and NO-GO, in this order"),
            Message("Use three rules."),
        )
        return
    least = [rule.min_passed for rule in rules]
    if not len(playbook.gates) >= least[0] > least[1] > least[2] or least[2] != 0:
        yield (
            ("decision",),
            Message("the counts {counts} leave a gap or overlap", counts=names_of(least)),
            Message("Use counts that fall from at most {most} to 0.", most=len(playbook.gates)),
        )


def troubles_name_known_procedures_and_roles(playbook: Playbook) -> Iterator[Complaint]:
    """A scenario's procedure exists, and so do the roles of a procedure's chain."""
    procedures = {procedure.id for procedure in playbook.escalations}
    for index, scenario in enumerate(playbook.scenarios):
        if scenario.escalation is not None and scenario.escalation not in procedures:
            yield (
                ("scenarios", index, "escalation"),
                Message("unknown procedure {procedure}", procedure=repr(scenario.escalation)),
                Message("Use {known}, or null.", known=names_of(sorted(procedures))),
            )
    for index, procedure in enumerate(playbook.escalations):
        for place, role in enumerate(procedure.chain):
            if role not in playbook.roles:
                yield (
                    ("escalations", index, "chain", place),
                    _unknown_role(role),
                    use(playbook.roles),
                )


def training_settings_fit_together(playbook: Playbook) -> Iterator[Complaint]:
    """Whole minibatches; the values of a restart differ in the right direction."""
    training = playbook.training
    rollout = training.n_envs * training.n_steps
    if rollout % training.batch_size:
        yield (
            ("training", "batch_size"),
            Message(
                "{size} does not divide n_envs x n_steps = {rollout}",
                size=training.batch_size,
                rollout=rollout,
            ),
            Message("Use a divisor, so that all minibatches are full."),
        )
    if training.lowered_learning_rate >= training.learning_rate:
        yield (
            ("training", "lowered_learning_rate"),
            Message(
                "{lowered:g} is not below learning_rate {rate:g}",
                lowered=training.lowered_learning_rate,
                rate=training.learning_rate,
            ),
            Message("Use a smaller value."),
        )
    if training.raised_ent_coef <= training.ent_coef:
        yield (
            ("training", "raised_ent_coef"),
            Message(
                "{raised:g} is not above ent_coef {weight:g}",
                raised=training.raised_ent_coef,
                weight=training.ent_coef,
            ),
            Message("Use a larger value."),
        )


def bars_are_hours(playbook: Playbook) -> Iterator[Complaint]:
    """Only hourly candles are supported.

    Candles, purge gap and warm-up all count hours; another number of bars per year would
    only scale Sharpe and Calmar until the gates pass.
    """
    if playbook.interval != HOURLY:
        yield (
            ("interval",),
            Message(
                "{interval} bars are not supported, only hourly candles",
                interval=repr(playbook.interval),
            ),
            use([HOURLY]),
        )
    if playbook.revalidation.bars_per_year != HOURS_PER_YEAR:
        yield (
            ("revalidation", "bars_per_year"),
            Message(
                "a year of 365 days has {hours} hourly bars, not {given}",
                hours=HOURS_PER_YEAR,
                given=playbook.revalidation.bars_per_year,
            ),
            use([HOURS_PER_YEAR]),
        )


RULES: tuple[Callable[[Playbook], Iterator[Complaint]], ...] = (
    ids_are_unique,
    slots_name_known_roles_and_checks,
    checks_measure_known_metrics,
    checks_repeat_the_training_settings,
    schedule_has_its_fixed_points,
    gates_are_the_six,
    decision_covers_every_count,
    troubles_name_known_procedures_and_roles,
    training_settings_fit_together,
    bars_are_hours,
)


def complaints(playbook: Playbook) -> list[Complaint]:
    """All inconsistencies of a playbook; only duplicate ids if there are any."""
    return list(ids_are_unique(playbook)) or [
        complaint for rule in RULES for complaint in rule(playbook)
    ]
