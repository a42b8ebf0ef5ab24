"""Why a metric is missing: too early, or never logged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.language import Message, joined, plural
from core.telemetry.aliases import ALIASES, canonical
from core.telemetry.frameworks import has_sb3_names
from core.telemetry.readings import known_series, pace_series

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.telemetry.run_events import RunEvents

_REWARD_LIKE = re.compile("reward|return|score", re.IGNORECASE)
_MOST_NAMED = 6  # tags in one sentence

PATIENCE = 3  # iterations after which a metric that was never logged counts as missing


@dataclass(frozen=True)
class Absence:
    """Why there is no value. ``pending``: it will come by itself; otherwise a person must act."""

    pending: bool
    why: Message


def absence(reader: RunEvents | None, name: str, until: datetime | None = None) -> Absence:
    """Why a metric has no value up to then. Call it only if there is none.

    :param name: a tag under its current SB3 name (``rollout/ep_rew_mean``).
    """
    if reader is None:
        return Absence(False, Message("No event folder."))
    moment = None if until is None else until.timestamp()
    if reader.last_event(moment) is None:
        return _without_any(reader, until)
    name = canonical(name)
    iterations = len(pace_series(reader, until))
    if name.startswith("rollout/"):
        return _without_rollout(reader, name, until, iterations)
    if name.startswith("train/"):
        if iterations < 2:
            return Absence(True, Message("train/* starts with the second iteration."))
    elif name.startswith("eval/"):
        if any(tag.startswith("eval/") for tag in reader.tags()):
            why = Message("{tag} is not logged, although other eval/* are.", tag=name)
            return Absence(False, _with_name(why, reader, name))
        return Absence(True, Message("No evaluation yet."))
    if iterations <= PATIENCE:
        return Absence(
            True,
            plural(
                "No {tag} yet, after {n} iteration.",
                "No {tag} yet, after {n} iterations.",
                iterations,
                tag=name,
            ),
        )
    return _never(reader, name, iterations)


def _never(reader: RunEvents, name: str, iterations: int) -> Absence:
    why = Message(
        "{tag} is not logged: none in {iterations:,} iterations.", tag=name, iterations=iterations
    )
    return Absence(False, _with_name(why, reader, name))


def _with_name(why: Message, reader: RunEvents, name: str) -> Message:
    """The sentence, and an unknown tag that may be the same metric."""
    found = _similar(reader, name)
    if found is None:
        return why
    return joined([why, Message("{tag} may be the same number.", tag=found)])


def _similar(reader: RunEvents, name: str) -> str | None:
    """An unknown tag that ends like this one."""

    def last(tag: str) -> str:
        return tag.rpartition("/")[2].replace("_", "").replace("-", "").casefold()

    for tag in reader.tags():
        if last(tag) == last(name) and canonical(tag) not in (name, *ALIASES):
            return tag
    return None


def unknown_reward(tags: Iterable[str]) -> Message:
    """That no tag is a reward under a known name, and which may be one."""
    names = sorted(tags, key=lambda tag: (not _REWARD_LIKE.search(tag), tag))
    return Message(
        "No reward under a known name. Logged: {tags}.",
        tags=", ".join(names[:_MOST_NAMED]) + (" ..." if len(names) > _MOST_NAMED else ""),
    )


def _without_any(reader: RunEvents, until: datetime | None) -> Absence:
    stopped = next((file for file in reader.files if file.stopped), None)
    if stopped is not None:
        why = Message(
            "The event file {file} can't be read: {fault}.",
            file=stopped.name,
            fault=str(stopped.stopped),
        )
        return Absence(False, why)
    if not reader.files:
        return Absence(False, Message("No event file."))
    begun = [file.first_wall for file in reader.contents if file.first_wall is not None]
    # A file that had begun by then said the same then: that it has scalars now is no matter.
    late = until is not None and bool(begun) and min(begun) > until.timestamp()
    if reader.last_event() is not None and (until is None or late):
        return Absence(True, Message("Nothing was logged up to then."))
    return Absence(
        True, Message("The event file has no scalar yet: the first iteration is not finished.")
    )


def _without_rollout(
    reader: RunEvents, name: str, until: datetime | None, iterations: int
) -> Absence:
    if name == "rollout/ep_rew_mean" and len(known_series(reader, "rollout/ep_len_mean", until)):
        return Absence(False, Message("Episode lengths are logged, but no reward."))
    # SB3 writes rollout/* as soon as one episode ended, so an env without a Monitor and
    # a long first episode look alike; only patience tells them apart.
    if iterations <= PATIENCE:
        return Absence(True, Message("No reward yet: the first episode is not finished."))
    if _similar(reader, name) is not None:
        return _never(reader, name, iterations)
    if not has_sb3_names(reader.tags()):
        return Absence(False, unknown_reward(reader.tags()))
    return Absence(
        False,
        Message(
            "No reward in {iterations:,} iterations: the env has no Monitor (wrap it in Monitor or "
            "VecMonitor), or one episode takes more than {steps:,} steps.",
            iterations=iterations,
            steps=int(pace_series(reader, until).step[-1]),
        ),
    )
