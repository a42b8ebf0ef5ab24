"""The decision of a revalidation: its record, its documents, its archive."""

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
from core.decision.metrics_csv import metrics_csv
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
    "metrics_csv",
    "opinion",
    "read_decision",
    "write_reports",
]
