"""The decision memo: one self-contained HTML page that prints on one or two sheets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.decision.documents import SYMBOLS
from core.decision.sentences import sentences_in
from core.metrics.records import require_equity
from core.report import sentences
from core.report.charts import episode_chart, equity_chart
from core.report.labels import BASELINES, DIALS, LOOKAHEAD_TESTS, OVERLAP, part_label
from core.report.memo_text import memo_text
from core.report.spark import gate_spark
from core.report.speaker import Speaker
from core.report.templates import template
from core.report.what_it_shows import what_it_shows
from core.trading.baselines import buy_and_hold

if TYPE_CHECKING:
    import pandas as pd

    from core.decision.gate_record import GateRecord
    from core.decision.record import DecisionRecord
    from core.json_model import Number
    from core.ledger_bodies.body import LedgerHead


def memo_documents(
    decision: DecisionRecord,
    equity: pd.DataFrame,
    bars: pd.DataFrame,
    head: LedgerHead | None = None,
) -> dict[str, str]:
    """The memo's files by name: text and page, in English and in Portuguese.

    :param head: the ledger's last line when the memo was made; a printed memo proves the record.
    """
    return {
        "decision.txt": memo_text(decision, "en", head),
        "decision_pt.txt": memo_text(decision, "pt", head),
        "memo.html": memo_html(decision, equity, bars, "en", head),
        "memo_pt.html": memo_html(decision, equity, bars, "pt", head),
    }


def memo_html(
    decision: DecisionRecord,
    equity: pd.DataFrame,
    bars: pd.DataFrame,
    language: str = "en",
    head: LedgerHead | None = None,
) -> str:
    """The memo of a decision; the same inputs give the same bytes.

    :param equity: the table that the decision was built from.
    :param bars: open and close of each marked bar, for the buy-and-hold line.
    :param language: ``en`` or ``pt``; another one gives English.
    :param head: see :func:`memo_documents`.
    """
    v = Speaker(language if language == "pt" else "en")
    rows = [row for row in decision.episodes if row.is_episode]
    tests = None if decision.trust.lookahead is None else decision.trust.lookahead.tests()
    return template("memo.html.j2").render(
        d=decision,
        head=head,
        v=v,
        say=v.say,
        plural=v.plural,
        number=v.numbers.figure,
        signed=lambda value, decimals=2: v.numbers.figure(value, decimals, sign=True),
        chance=v.numbers.chance,
        percent=lambda share: v.numbers.percent(share).replace("-", "−"),
        texts=sentences_in(decision, v.language),
        sentences=sentences,
        gates=[GateRow.of(gate, decision, v) for gate in decision.gates],
        parts=(decision.robustness.quarters, decision.robustness.regimes),
        dials={name: label.in_(v.language) for name, label in DIALS.items()},
        part_label=lambda label: part_label(label, v.language),
        tests=None
        if tests is None
        else [(LOOKAHEAD_TESTS[name].in_(v.language), test) for name, test in tests],
        overlap=OVERLAP[decision.trust.overlap].in_(v.language),
        shows=what_it_shows(decision, v),
        names={gate.id: gate.short for gate in decision.gates},
        next_steps=decision.next_steps.in_(v.language),
        approval=decision.next_steps.line_in(v.language),
        equity_svg=_equity_svg(decision, equity, bars, v),
        episode_svg=episode_chart(
            [row.episode for row in rows],
            [row.return_pct or 0.0 for row in rows],
            v.say("return, %"),
        ),
    )


def _equity_svg(
    decision: DecisionRecord, equity: pd.DataFrame, bars: pd.DataFrame, v: Speaker
) -> str:
    costs, lines = decision.costs.model(), decision.baselines.lines()
    references = [
        (
            BASELINES[name].in_(v.language),
            buy_and_hold(bars, costs, exposure=lines[name].exposure),
        )
        for name in ("exposure_matched", "buy_and_hold")
        if name in lines
    ]
    limit = decision.gate("max_drawdown_pct").threshold
    return equity_chart(equity["time"], require_equity(equity), references, limit, v)


@dataclass(frozen=True)
class GateRow:
    """One row of the gates' table, formatted."""

    gate: GateRecord
    value: str
    limit: str
    margin: str
    interval: str
    chance: str
    spark: str
    episodes_pass: str

    @classmethod
    def of(cls, gate: GateRecord, decision: DecisionRecord, v: Speaker) -> GateRow:
        """Written in the speaker's language."""
        n = v.numbers
        limit = f"{SYMBOLS[gate.op]} {n.plain(gate.threshold, gate.threshold_decimals)}"
        label = v.say("{gate}: resampled values, limit {limit}", gate=gate.name, limit=limit)
        return cls(
            gate,
            value=n.figure(gate.value, 4) + _unit(gate, gate.value),
            limit=limit + _unit(gate),
            margin=n.figure(_margin(gate), 4, sign=True) + _unit(gate, gate.margin),
            interval=n.interval(gate.ci95, gate.value).replace("-", "−"),
            chance=n.chance(gate.p_pass),
            spark=gate_spark(gate, label),
            episodes_pass=n.percent(decision.episodes_that_pass[gate.id], 0),
        )


def _margin(gate: GateRecord) -> Number | None:
    """The margin; whole where value and limit are."""
    margin = gate.margin
    counted = isinstance(gate.value, int) and gate.threshold.is_integer()
    return int(margin) if counted and margin is not None else margin


def _unit(gate: GateRecord, value: object = True) -> str:
    return f" {gate.unit}" if gate.unit and value is not None else ""
