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
    from core.sweep.spread import Spread
    from core.sweep.verdict import Verdict
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page


def show(page: Page, snapshot: Snapshot, verdict: Verdict) -> None:
    """All that the tries say together."""
    _standing(page, verdict)
    _means(page, snapshot, verdict)
    _shares(page, snapshot, verdict)


def _standing(page: Page, verdict: Verdict) -> None:
    say = page.say
    part(say("The chosen model among its siblings"))
    if not verdict.has_siblings:
        st.caption(
            say("It has none here: the tries were of another playbook.")
            if verdict.other_playbook
            else say("It has none here. {why}", why=verdict.apart)
        )
        return
    standing = verdict.standing()
    if standing is None:
        st.caption(
            say(
                "It has no place yet: that takes a revalidation of the model in use on the sweep's "
                "backtest data, and at least two tries with a Sharpe ratio."
            )
        )
        return
    rows: list[Row] = [
        (say("Sharpe of the chosen model"), fixed(standing.sharpe), ""),
        (
            say("Rank"),
            say("{rank:g} of {all}", rank=standing.rank, all=standing.siblings + 1),
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
            say(
                "Only {share} of the tries, itself included, are as good: an outlier of its own "
                "recipe, which does not give this again. It can't be graded STRONG.",
                share=share(standing.as_good),
            ),
            icon=":material/casino:",
        )


def _means(page: Page, snapshot: Snapshot, verdict: Verdict) -> None:
    say, recipe, gates = page.say, verdict.recipe, snapshot.week.playbook.gates
    part(
        say("What the recipe gives"),
        help=say.raw(
            "Interquartile mean: the mean of the middle half of the tries. In brackets its interval "
            "of 95 %, by a bootstrap of the seeds within each fold."
        ),
    )
    both, limits = bool(recipe.folds), not verdict.other_playbook
    heads = [say("Gate"), *([say("Limit")] if limits else []), say("Own split")]
    heads += [say("Folds")] if both else []
    rows = []
    for gate in gates:
        op = {">=": "≥", "<=": "≤"}[gate.op]
        row = [
            plain(gate.title.in_(page.viewer.language)),
            *(
                [f"{op} {_shown(page, gate.threshold, gate.threshold_decimals, gate.unit)}"]
                * limits
            ),
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


def _shares(page: Page, snapshot: Snapshot, verdict: Verdict) -> None:
    say, recipe = page.say, verdict.recipe
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
            low=share(each.interval.low),
            high=share(each.interval.high),
        )
        rows.append(
            [
                say(plural("{n} gate", "{n} gates", each.gates)),
                say("{tries} of {all}", tries=each.tries, all=len(recipe.own)),
                f"{say(share(each.share) or '')} ({span})",
            ]
        )
    table([say("Passed"), say("Tries"), say("Share")], rows, "recipe-shares")
