"""What is said where neither a problem nor an alert is known: it is not always green."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.language import Message, joined, plural
from dashboard.components.run_summary import missed_limits

if TYPE_CHECKING:
    from dashboard.components.states import Colour
    from dashboard.data.snapshot import Snapshot


class NoProblem(NamedTuple):
    """A sentence with its colour and icon."""

    text: Message
    colour: Colour
    icon: str


def no_problem(snapshot: Snapshot) -> NoProblem:
    """For a snapshot without a concern above INFO and without an alert."""
    if snapshot.run is None:
        text = Message("No problem known: no run has been started yet.")
        return NoProblem(text, "gray", "radio_button_unchecked")
    if missed := missed_limits(snapshot):
        # Before its check is judged a number is no problem yet, but it is not green either.
        text = plural(
            "No alert, but {n} number misses its limit now: {names}",
            "No alert, but {n} numbers miss their limits now: {names}",
            len(missed),
            names=joined(missed, ", "),
        )
        return NoProblem(text, "orange", "warning")
    return NoProblem(Message("Nothing is wrong"), "green", "check_circle")
