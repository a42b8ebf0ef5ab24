"""The decision of a revalidation: its record, its documents, its archive.

A name is imported when it is first asked for: who only reads a decision loads no table library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.lazy_names import lazy_names

if TYPE_CHECKING:
    from core.decision.archive import ReportPaths, decision_sha256, write_reports
    from core.decision.brief import DecisionBrief, kept_brief
    from core.decision.build import Inputs, JobDetails, Occasion, build_decision
    from core.decision.comparison import EarlierDecision, EarlierDecisions
    from core.decision.documents import decision_text, gate_block
    from core.decision.load import (
        SavedDecision,
        dated_problem,
        history,
        latest_decision,
        read_decision,
    )
    from core.decision.record import DecisionRecord, RecordedDecision
    from core.decision.second_opinion import opinion
    from core.decision.trust import Checks
    from core.trading.backtest_record import BacktestRecord, marked_bars

__all__ = [
    "BacktestRecord",
    "Checks",
    "DecisionBrief",
    "DecisionRecord",
    "EarlierDecision",
    "EarlierDecisions",
    "Inputs",
    "JobDetails",
    "Occasion",
    "RecordedDecision",
    "ReportPaths",
    "SavedDecision",
    "build_decision",
    "dated_problem",
    "decision_sha256",
    "decision_text",
    "gate_block",
    "history",
    "kept_brief",
    "latest_decision",
    "marked_bars",
    "opinion",
    "read_decision",
    "write_reports",
]

__getattr__ = lazy_names(
    __name__,
    {
        "BacktestRecord": "core.trading.backtest_record",
        "Checks": "core.decision.trust",
        "DecisionBrief": "core.decision.brief",
        "DecisionRecord": "core.decision.record",
        "EarlierDecision": "core.decision.comparison",
        "EarlierDecisions": "core.decision.comparison",
        "Inputs": "core.decision.build",
        "JobDetails": "core.decision.build",
        "Occasion": "core.decision.build",
        "RecordedDecision": "core.decision.record",
        "ReportPaths": "core.decision.archive",
        "SavedDecision": "core.decision.load",
        "build_decision": "core.decision.build",
        "dated_problem": "core.decision.load",
        "decision_sha256": "core.decision.archive",
        "decision_text": "core.decision.documents",
        "gate_block": "core.decision.documents",
        "history": "core.decision.load",
        "kept_brief": "core.decision.brief",
        "latest_decision": "core.decision.load",
        "marked_bars": "core.trading.backtest_record",
        "opinion": "core.decision.second_opinion",
        "read_decision": "core.decision.load",
        "write_reports": "core.decision.archive",
    },
)
