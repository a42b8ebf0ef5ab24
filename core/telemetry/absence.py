"""Why a number is not there: too early, or missing for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.telemetry.aliases import ALIASES, canonical
from core.telemetry.readings import known_series, pace_series
from core.telemetry.run_events import RunEvents

PATIENCE = 3  # iterations after which a metric that never came is missing


@dataclass(frozen=True)
class Absence:
    """``pending``: it will come by itself. Otherwise somebody must do something."""

    pending: bool
    why: str


def absence(reader: RunEvents | None, name: str, until: datetime | None = None) -> Absence:
    """Why there is no number of this name up to then. Meaningful only if there is none.

    :param name: a tag (``rollout/ep_rew_mean``) under its present SB3 name.
    """
    if reader is None:
        return Absence(False, "There is no event folder.")
    moment = None if until is None else until.timestamp()
    if reader.last_event(moment) is None:
        return _without_any(reader, moment)
    name = canonical(name)
    iterations = len(pace_series(reader, until))
    if name.startswith("rollout/"):
        return _without_rollout(reader, name, until, iterations)
    if name.startswith("train/"):
        if iterations < 2:
            return Absence(True, "train/* begins with the second iteration.")
    elif name.startswith("eval/"):
        if any(tag.startswith("eval/") for tag in reader.tags()):
            return Absence(
                False, f"{name} is not logged, though other eval/* are.{_renamed(reader, name)}"
            )
        return Absence(True, "No evaluation yet.")
    if iterations <= PATIENCE:
        return Absence(True, f"No {name} in the first {iterations} iterations yet.")
    return Absence(
        False,
        f"{name} is not logged: none in {iterations} iterations.{_renamed(reader, name)}",
    )


def _renamed(reader: RunEvents, name: str) -> str:
    """A sentence about a tag that nobody knows and that ends like this one."""

    def last(tag: str) -> str:
        return tag.rpartition("/")[2].replace("_", "").replace("-", "").casefold()

    for tag in reader.tags():
        if last(tag) == last(name) and canonical(tag) not in (name, *ALIASES):
            return f" {tag} may be the same under another name."
    return ""


def _without_any(reader: RunEvents, moment: float | None) -> Absence:
    stopped = [file for file in reader.files if file.stopped]
    if stopped:
        return Absence(
            False, f"The event file {stopped[0].name} can't be read: {stopped[0].stopped}."
        )
    if not reader.files:
        return Absence(False, "There is no event file.")
    if reader.last_event() is not None:
        return Absence(True, "Nothing was logged up to then.")
    return Absence(True, "The event file has only its header: the first iteration has not ended.")


def _without_rollout(
    reader: RunEvents, name: str, until: datetime | None, iterations: int
) -> Absence:
    if name == "rollout/ep_rew_mean" and len(known_series(reader, "rollout/ep_len_mean", until)):
        return Absence(False, "Episode lengths are logged, but no reward.")
    # SB3 writes rollout/* as soon as one episode ended, so an env without a Monitor and
    # a first episode that goes on look alike; only patience tells them apart.
    if iterations <= PATIENCE:
        return Absence(True, "No reward yet: the first episode has not ended.")
    if renamed := _renamed(reader, name):
        return Absence(False, f"{name} is not logged: none in {iterations} iterations.{renamed}")
    steps = int(pace_series(reader, until).step[-1])
    return Absence(
        False,
        f"No reward at all in {iterations} iterations: the env has no Monitor "
        f"(wrap it in Monitor or VecMonitor), unless one episode takes more than {steps} steps.",
    )
