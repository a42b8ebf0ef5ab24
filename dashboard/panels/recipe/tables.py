"""Interquartile mean of each metric, shares by passed gates, and the chosen model's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import plural
from dashboard.components.figures_table import Row, figures_table, table
from dashboard.components.headings import part
from dashboard.formatting import fixed, share, signed
from dashboard.wording import plain

if TYPE_CHECKING:
    from core.playbook.gates import GateSpec
    from core.sweep.record import Sweep
    from core.sweep.spread import Spread
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page


def show(page: Page, snapshot: Snapshot, sweep: Sweep, chosen: float | None) -> None:
    """All that the tries say together."""
    _standing(page, sweep, chosen)
    _means(page, snapshot, sweep)
    _shares(page, snapshot, sweep)


def _standing(page: Page, sweep: Sweep, chosen: float | None) -> None:
    say = page.say
    part(say("The chosen model among its siblings"))
    standing = sweep.recipe().standing(chosen)
    if standing is None:
        st.caption(
            say(
                "It has no place yet: that takes a revalidation on the sweep's backtest data, and at "
                "least two tries with a Sharpe ratio."
            )
        )
        return
    rows: list[Row] = [
        (say("Sharpe of the chosen model"), fixed(standing.sharpe), ""),
        (
            say("Rank"),
            say("{rank} of {all}", rank=standing.rank, all=standing.siblings + 1),
            say("Among the tries on the week's own split, 1 is the best"),
        ),
        (
            say("Luck premium"),
            signed(standing.premium),
            say("Its Sharpe ratio minus the interquartile mean of its siblings"),
        ),
    ]
    figures_table(page, rows, "recipe-standing")
    if standing.outlier:
        st.warning(
            say("It is better than every sibling: the recipe does not give this again."),
            icon=":material/casino:",
        )
    if sweep.steps is not None:
        st.caption(
            say(
                "The tries were trained for {n:,} steps each; a longer run is no sibling of theirs.",
                n=sweep.steps,
            )
        )


def _means(page: Page, snapshot: Snapshot, sweep: Sweep) -> None:
    say, recipe, gates = page.say, sweep.recipe(), snapshot.week.playbook.gates
    part(
        say("What the recipe gives"),
        help=say.raw(
            "Interquartile mean: the mean of the middle half of the tries. In brackets its interval "
            "of 95 %, by a bootstrap of the seeds within each fold."
        ),
    )
    both = bool(recipe.folds)
    heads = [say("Gate"), say("Limit"), say("Own split")] + ([say("Folds")] if both else [])
    rows = []
    for gate in gates:
        op = {">=": "≥", "<=": "≤"}[gate.op]
        row = [
            plain(gate.title.in_(page.viewer.language)),
            f"{op} {_shown(page, gate.threshold, gate.threshold_decimals, gate.unit)}",
            _mean(page, gate, recipe.spread(gate.id, own=True)),
        ]
        rows.append(row + ([_mean(page, gate, recipe.spread(gate.id, own=False))] if both else []))
    table(heads, rows, "recipe-means")


def _mean(page: Page, gate: GateSpec, found: Spread) -> str:
    say = page.say
    if found.iqm is None:
        return f":gray[{say('no value')}]"
    text = f"**{_shown(page, found.iqm, gate.decimals, gate.unit)}**"
    if found.interval is not None:
        low, high = (
            _shown(page, each, gate.decimals, gate.unit)
            for each in (found.interval.low, found.interval.high)
        )
        text += f" ({say('{low} to {high}', low=low, high=high)})"
    if found.undefined:
        text += f" :small[:gray[{say('{n} without a value', n=found.undefined)}]]"
    return text


def _shown(page: Page, value: float, digits: int, unit: str) -> str:
    return page.say.text(fixed(value, digits, unit) or "")


def _shares(page: Page, snapshot: Snapshot, sweep: Sweep) -> None:
    say, recipe = page.say, sweep.recipe()
    if not recipe.own:
        return
    part(
        say("How many gates a try passes"),
        help=say.raw("On the week's own split; in brackets Wilson's interval of 95 %."),
    )
    rows = []
    for each in reversed(recipe.shares(len(snapshot.week.playbook.gates))):
        span = say(
            "{low} to {high}",
            low=say(share(each.interval.low) or ""),
            high=say(share(each.interval.high) or ""),
        )
        rows.append(
            [
                say(plural("{n} gate", "{n} gates", each.gates)),
                say("{tries} of {all}", tries=each.tries, all=len(recipe.own)),
                f"{say(share(each.share) or '')} ({span})",
            ]
        )
    table([say("Passed"), say("Tries"), say("Share")], rows, "recipe-shares")
