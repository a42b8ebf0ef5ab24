"""Sentences of earlier versions that are recorded: in decisions, job results, daily summaries.

A record keeps a sentence's English template and its values, and its
Portuguese is looked up when it is read. So a recorded sentence that is reworded moves
here, and the catalogue keeps its Portuguese.
"""

from __future__ import annotations

from typing import NamedTuple


class Message(NamedTuple):
    """An earlier sentence without its values. The catalogue is made of what is called so."""

    template: str
    plural: str | None = None


def plural(one: str, many: str) -> Message:
    """A sentence with its plural."""
    return Message(one, many)


EARLIER = (
    Message("events"),
    Message("Validation {name} {now:.4g} (median of {count}), best {best:.4g}: no overfitting."),
    Message(
        "Validation {name} {now:.4g}, best {best:.4g} at step {step:,}: recovers from overfitting."
    ),
    plural(
        "Selected on validation: {name}, the first validation of its run. Models that earned money "
        "are ordered by Sharpe ratio.",
        "Selected on validation: {name}, the best of {n} validations when it was saved. Models that "
        "earned money are ordered by Sharpe ratio.",
    ),
    plural(
        "{bars:,} bars of training and backtest data, {n} warning.",
        "{bars:,} bars of training and backtest data, {n} warnings.",
    ),
    Message(
        "{share:.0%} of the random policies would be a GO on these bars: the gates alone don't "
        "separate skill from luck here."
    ),
    Message("{job} not run yet; due {at:%d %b %H:%M} UTC."),
    Message("{job} was never run; it was due {at:%d %b %H:%M} UTC."),
    Message("{job} never run; it was due {at:%d %b %H:%M} UTC."),
    Message(
        "{trend}, but far below: level now {now:.4g}, at the start {start:.4g}, best {best:.4g}."
    ),
    Message("the reward has collapsed; a trend measured from the bottom says nothing good"),
    Message("Only {free:.1f} GB of disk are free."),
    Message("Runner running, no open incident, {free:.1f} GB free."),
    Message("Calmar extrapolates {days:.1f} days to a year."),
    Message(
        "With {trades} trades at this loss rate, chance alone gives a longest losing run of "
        "{expected:.1f}; the limit is {limit:g}."
    ),
    Message(
        "Short-volatility shape: {win:.0%} of {n} trades won, losses: {losses}. That is too "
        "few to show how large a loss can be: one that happens in {share:.1%} of the trades "
        "can be missing from this record, and a loss of {profit:.0f} mean wins would erase "
        "its profit."
    ),
    Message("The first episode gave different numbers in a second run."),
    Message("{forced} of {trades} round trips were closed by the end of their episode."),
    Message(
        "mean now {now:.4g}, at the start {start:.4g}, best {best:.4g} at step {step:,}, "
        "range {spread:.4g}"
    ),
    Message(
        "{count} block means since step {step:,}: change {change:+.4g}, dead-band "
        "{dead_band:.4g}, p = {p:.3f}"
    ),
    plural(
        "{n} bar was missing and is filled: {at}.",
        "{n} bars were missing and are filled: {at}.",
    ),
    Message(
        "The backtest data are {days:.1f} days; with fewer than {least:g} the evidence of a "
        "revalidation is INSUFFICIENT."
    ),
    Message(
        "{filled} of {bars} bars ({share:.1%}) are missing and were filled; at most "
        "{limit:.0%} may be."
    ),
    Message("{milli} rows have the time in ms and {micro} in us; each was read in its own unit."),
    Message("The last bar, {at}, had not closed."),
    Message(
        "{filled:,} of {bars:,} bars ({share:.1%}) are filled: missing, or without volume at "
        "one price. At most {limit:.0%} may be. Longest run: {longest:,}."
    ),
    Message("the playbook allows {hours:g} h"),
    Message("stall threshold {limit}"),
    Message("stall threshold {limit} (no usual interval known yet)"),
    Message("stall threshold {limit} (usual interval {gap})"),
    Message("No event for {age} (stall threshold {limit})."),
    Message("gap of {length} before step {step:,} (stall threshold {limit})"),
    Message("{log} was written {ahead} after the newest event (stall threshold {limit})"),
    Message(
        "the reward has collapsed: level now {now:.4g}, at the start {start:.4g}, best {best:.4g}"
    ),
    Message(
        "level now {now:.4g}, at the start {start:.4g}, best {best:.4g} at step {step:,}, "
        "range {spread:.4g}"
    ),
    Message("level now {now:.4g}, at the start {start:.4g}, best {best:.4g} at step {step:,}"),
    Message("{job} is UNRESPONSIVE: {evidence}. Diagnostics: {folder}"),
    Message(
        "Reward recovers from a collapse at step {step:,}: level now {now:.4g}, best {best:.4g}."
    ),
)
