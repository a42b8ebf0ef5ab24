"""The decision of a revalidation: its record, its documents, its archive."""

from core.decision.archive import ReportPaths, decision_sha256, write_reports
from core.decision.build import BacktestRecord, build_decision, marked_bars
from core.decision.change import Earlier
from core.decision.documents import decision_text, gate_block
from core.decision.load import (
    SavedDecision,
    dated_problem,
    history,
    latest_decision,
    read_decision,
)
from core.decision.metrics_csv import metrics_csv
from core.decision.schema import decision_schema
from core.decision.second_opinion import opinion
from core.decision.trust import Checks

__all__ = [
    "BacktestRecord",
    "Checks",
    "Earlier",
    "ReportPaths",
    "SavedDecision",
    "build_decision",
    "decision_schema",
    "decision_sha256",
    "decision_text",
    "gate_block",
    "history",
    "dated_problem",
    "latest_decision",
    "marked_bars",
    "metrics_csv",
    "opinion",
    "read_decision",
    "write_reports",
]
