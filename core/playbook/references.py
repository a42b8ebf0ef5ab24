"""What must fit together between the parts of a playbook. One small function a rule.

Each yields (path, what is wrong, remedy); the path is the place in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.metrics.conventions import HOURS_PER_YEAR
from core.playbook.extension import REPEATED_SETTINGS
from core.playbook.gates import GATE_IDS
from core.playbook.metrics import METRICS
from core.playbook.schema import Playbook
from core.vocabulary import Decision

Path = tuple[str | int, ...]
Complaint = tuple[Path, str, str]

HOURLY = "1h"

_ONCE = ("preflight", "launch", "preparation", "revalidation", "results", "delivery", "approval")


def _names(known) -> str:
    return ", ".join(map(str, known))


def ids_are_unique(playbook: Playbook) -> Iterator[Complaint]:
    for part in ("schedule", "gates", "scenarios", "escalations"):
        seen: set[str] = set()
        for index, item in enumerate(getattr(playbook, part)):
            if item.id in seen:
                yield (
                    (part, index, "id"),
                    f"the id {item.id!r} stands twice",
                    "Give each its own id.",
                )
            seen.add(item.id)


def slots_name_known_roles_and_checks(playbook: Playbook) -> Iterator[Complaint]:
    for index, slot in enumerate(playbook.schedule):
        if slot.owner not in playbook.roles:
            yield (
                ("schedule", index, "owner"),
                f"there is no role {slot.owner!r}",
                f"Use one of {_names(playbook.roles)}, or add it under roles.",
            )
        for place, check in enumerate(slot.checks):
            if check not in playbook.checks:
                yield (
                    ("schedule", index, "checks", place),
                    f"there is no check {check!r}",
                    "Correct the name, or add it under checks.",
                )
            elif check in slot.checks[:place]:
                yield (
                    ("schedule", index, "checks", place),
                    f"the check {check!r} stands twice",
                    "Remove one.",
                )


def checks_measure_known_metrics(playbook: Playbook) -> Iterator[Complaint]:
    for name, check in playbook.checks.items():
        metric = METRICS.get(check.metric)
        if metric is None:
            yield (
                ("checks", name, "metric"),
                f"there is no metric {check.metric!r}",
                f"Known metrics: {_names(METRICS)}.",
            )
            continue
        words = (check.threshold,) if isinstance(check.threshold, str) else check.threshold
        if not metric.words:
            if isinstance(check.threshold, float) and check.op in (">", ">=", "<", "<="):
                continue
            yield (
                ("checks", name, "threshold" if check.op not in ("is", "in") else "op"),
                f"{check.metric} is a number, compared by >, >=, < or <=",
                "Give such an operator and a number as threshold.",
            )
        elif check.op not in ("is", "in") or isinstance(words, float):
            yield (
                ("checks", name, "op" if check.op not in ("is", "in") else "threshold"),
                f"{check.metric} is a word, compared by 'is' or 'in'",
                f"Give such an operator, and a threshold out of {_names(metric.words)}.",
            )
        elif (check.op == "is") != isinstance(check.threshold, str):
            yield (
                ("checks", name, "threshold"),
                "'is' compares with one word, 'in' with a list of words",
                "Change the operator or the threshold.",
            )
        elif unknown := [word for word in words if word not in metric.words]:
            yield (
                ("checks", name, "threshold"),
                f"{check.metric} is never {unknown[0]!r}",
                f"Use {_names(metric.words)}.",
            )


def checks_repeat_the_training_settings(playbook: Playbook) -> Iterator[Complaint]:
    for name, check in playbook.checks.items():
        setting = REPEATED_SETTINGS.get(check.metric)
        value = check.threshold if setting is None else getattr(playbook.training, setting)
        if check.threshold != value:
            yield (
                ("checks", name, "threshold"),
                f"training.{setting} is {value:g}, but this check asks for {check.threshold}",
                "Make the two the same.",
            )


def schedule_has_its_fixed_points(playbook: Playbook) -> Iterator[Complaint]:
    for kind in _ONCE:
        found = playbook.slots_of_kind(kind)
        if len(found) != 1:
            yield (
                ("schedule",),
                f"the schedule has {len(found)} slots of kind {kind}",
                f"Have exactly one of kind {kind}.",
            )
    daily = {slot.day for slot in playbook.slots_of_kind("daily")}
    for index, slot in enumerate(playbook.schedule):
        if slot.kind == "daily" and slot.day is None:
            yield (
                ("schedule", index, "offset"),
                "a daily check-in stands on a day of the week",
                "Give day and time instead of offset.",
            )
        if slot.kind == "launch" and slot.offset not in ("+0h", "+0m"):
            yield (
                ("schedule", index),
                "the launch is the zero of all offsets",
                "Give it the offset +0h.",
            )
        if slot.only_after_anomaly != (slot.kind == "anomaly"):
            yield (
                ("schedule", index),
                "slots of kind anomaly, and only they, are due after an anomaly",
                "Set only_after_anomaly to true for kind anomaly, and leave it out elsewhere.",
            )
        if slot.kind == "anomaly" and slot.day not in daily:
            yield (
                ("schedule", index, "day" if slot.day is not None else "offset"),
                "no daily check-in stands on the same day",
                "Move it to the day of a daily check-in.",
            )


def gates_are_the_six(playbook: Playbook) -> Iterator[Complaint]:
    missing = set(GATE_IDS) - {gate.id for gate in playbook.gates}
    if missing:
        yield ("gates",), f"the gate {min(missing)!r} is missing", "Have all six gates."
    numbers = [gate.number for gate in playbook.gates]
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        yield (
            ("gates",),
            f"the gates are numbered {_names(numbers)}",
            "Number them from 1, each number once.",
        )


def decision_covers_every_count(playbook: Playbook) -> Iterator[Complaint]:
    rules = playbook.decision
    if [rule.decision for rule in rules] != [Decision.GO, Decision.PARTIAL, Decision.NO_GO]:
        yield (
            ("decision",),
            "the rule must name GO, PARTIAL and NO-GO, in this order",
            "Write three rules.",
        )
        return
    least = [rule.min_passed for rule in rules]
    if not len(playbook.gates) >= least[0] > least[1] > least[2] or least[2] != 0:
        yield (
            ("decision",),
            f"the counts {_names(least)} leave a hole or overlap",
            f"Let them fall from at most {len(playbook.gates)} to 0.",
        )


def troubles_name_known_procedures_and_roles(playbook: Playbook) -> Iterator[Complaint]:
    procedures = {procedure.id for procedure in playbook.escalations}
    for index, scenario in enumerate(playbook.scenarios):
        if scenario.escalation is not None and scenario.escalation not in procedures:
            yield (
                ("scenarios", index, "escalation"),
                f"there is no procedure {scenario.escalation!r}",
                f"Use one of {_names(sorted(procedures))}, or null.",
            )
    for index, procedure in enumerate(playbook.escalations):
        for place, role in enumerate(procedure.chain):
            if role not in playbook.roles:
                yield (
                    ("escalations", index, "chain", place),
                    f"there is no role {role!r}",
                    f"Use one of {_names(playbook.roles)}.",
                )


def training_settings_fit_together(playbook: Playbook) -> Iterator[Complaint]:
    training = playbook.training
    rollout = training.n_envs * training.n_steps
    if rollout % training.batch_size:
        yield (
            ("training", "batch_size"),
            f"{training.batch_size} does not divide n_envs x n_steps = {rollout}",
            "Choose a divisor, so that no minibatch is a remainder.",
        )
    if training.lowered_learning_rate >= training.learning_rate:
        yield (
            ("training", "lowered_learning_rate"),
            f"{training.lowered_learning_rate:g} is not below learning_rate {training.learning_rate:g}",
            "Make it smaller.",
        )
    if training.raised_ent_coef <= training.ent_coef:
        yield (
            ("training", "raised_ent_coef"),
            f"{training.raised_ent_coef:g} is not above ent_coef {training.ent_coef:g}",
            "Make it larger.",
        )


def bars_are_hours(playbook: Playbook) -> Iterator[Complaint]:
    # Candles, purge gap and warm-up all count hours; another number of bars a year would
    # only scale Sharpe and Calmar to whatever a gate asks for.
    if playbook.interval != HOURLY:
        yield (
            ("interval",),
            f"{playbook.interval!r} bars can't be read: only hourly candles are supported",
            f"Write {HOURLY}.",
        )
    if playbook.revalidation.bars_per_year != HOURS_PER_YEAR:
        yield (
            ("revalidation", "bars_per_year"),
            f"a year of 365 days has {HOURS_PER_YEAR} hourly bars,"
            f" not {playbook.revalidation.bars_per_year}",
            f"Write {HOURS_PER_YEAR}.",
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
    """Everything that does not fit together."""
    return [complaint for rule in RULES for complaint in rule(playbook)]
