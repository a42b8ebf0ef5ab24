"""Consistency of a playbook's checks with the known metrics and the training settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message
from core.playbook.extension import REPEATED_SETTINGS
from core.playbook.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.playbook.schema import Playbook

Path = tuple[str | int, ...]
Complaint = tuple[Path, Message, Message]


def names_of(known: Iterable[object]) -> str:
    """Names in one line."""
    return ", ".join(map(str, known))


def use(known: Iterable[object]) -> Message:
    """The remedy that lists the valid names."""
    return Message("Use {known}.", known=names_of(known))


def checks_measure_known_metrics(playbook: Playbook) -> Iterator[Complaint]:
    """A metric has a rule; operator and threshold fit its values."""
    for name, check in playbook.checks.items():
        metric = METRICS.get(check.metric)
        if metric is None:
            yield (
                ("checks", name, "metric"),
                Message("unknown metric {metric}", metric=repr(check.metric)),
                Message("Known metrics: {known}.", known=names_of(METRICS)),
            )
            continue
        words = (check.threshold,) if isinstance(check.threshold, str) else check.threshold
        compares_words = check.op in ("is", "in")
        if not metric.words:
            if isinstance(check.threshold, float) and not compares_words:
                continue
            yield (
                ("checks", name, "op" if compares_words else "threshold"),
                Message("{metric} is a number, compared with >, >=, < or <=", metric=check.metric),
                Message("Use one of these operators, and a number as the threshold."),
            )
        elif not compares_words or isinstance(words, float):
            yield (
                ("checks", name, "threshold" if compares_words else "op"),
                Message(
                    "{metric} is categorical; compare it with 'is' or 'in'", metric=check.metric
                ),
                Message(
                    "Use one of these operators, and a threshold from {known}.",
                    known=names_of(metric.words),
                ),
            )
        elif (check.op == "is") != isinstance(check.threshold, str):
            yield (
                ("checks", name, "threshold"),
                Message("'is' compares with one word, 'in' with a list of words"),
                Message("Change the operator or the threshold."),
            )
        elif unknown := [word for word in words if word not in metric.words]:
            yield (
                ("checks", name, "threshold"),
                Message(
                    "{metric} can't have the value {word}",
                    metric=check.metric,
                    word=repr(unknown[0]),
                ),
                use(metric.words),
            )


def checks_repeat_the_training_settings(playbook: Playbook) -> Iterator[Complaint]:
    """A threshold that repeats a training setting is equal to it."""
    for name, check in playbook.checks.items():
        setting = REPEATED_SETTINGS.get(check.metric)
        value = check.threshold if setting is None else getattr(playbook.training, setting)
        if check.threshold != value:
            yield (
                ("checks", name, "threshold"),
                Message(
                    "training.{setting} is {value:g}, but this check requires {threshold}",
                    setting=setting,
                    value=value,
                    threshold=check.threshold,
                ),
                Message("Use the same value for both."),
            )
