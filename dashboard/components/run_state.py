"""The run's state in one word and colour, the same above each page, in the tab and on the wall."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.language import Message
from core.state_words import word_of
from core.vocabulary import Liveness, TrainingStatus
from dashboard.components.states import look

if TYPE_CHECKING:
    from dashboard.components.states import Colour
    from dashboard.data.snapshot import Snapshot
    from dashboard.wording import Words


class RunState(NamedTuple):
    """A word with its colour and icon."""

    text: str
    colour: Colour
    icon: str


class SeenState(NamedTuple):
    """The same before it is said in a viewer's language."""

    word: Message
    colour: Colour
    icon: str


def run_state(snapshot: Snapshot, say: Words) -> RunState:
    """For a snapshot with a run."""
    seen = seen_state(snapshot)
    return RunState(say(seen.word), seen.colour, seen.icon)


def seen_state(snapshot: Snapshot) -> SeenState:
    """For a snapshot with a run, in no language yet."""
    if only_ended(snapshot):
        return SeenState(Message("Ended"), "gray", "flag")
    if snapshot.out_of_sight and snapshot.pulse is not None:
        apart = look(snapshot.pulse.liveness)
        return SeenState(word_of(snapshot.pulse.liveness), apart.colour, apart.icon)
    text = word_of(Liveness.STALLED if snapshot.stalled else snapshot.status)
    if snapshot.stale:
        return SeenState(text, "red", "sensors_off")
    seen = look(snapshot.status)
    return SeenState(text, seen.colour, seen.icon)


def only_ended(snapshot: Snapshot) -> bool:
    """Whether the run is only watched and ended in a way that no process tells: that is no alarm."""
    run = snapshot.run
    return run is not None and snapshot.status is TrainingStatus.LOST and not run.process_known


def progress(snapshot: Snapshot) -> float | None:
    """The run's share of its steps; None for one whose end is not known."""
    if snapshot.week.only_watched or "progress" not in snapshot.readings:
        return None
    return float(snapshot.readings["progress"].value)
