"""A signed place whose decision can be reproduced, and scripted reproductions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.decision import read_decision
from core.decision.reproduced_gate import Match, gate_by_gate, overall
from core.decision.reproduction import FORMAT, Reproduction
from core.files import write_json
from core.market.candle_files import candles_sha256
from core.model_manifest import manifest_path
from tests.runner.signed_place import CANDLES, SignedPlace

if TYPE_CHECKING:
    from pathlib import Path

    from core.decision import SavedDecision


class ReproducedPlace(SignedPlace):
    """Its model's manifest has a recipe; its training candles are those of the backtest."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.home.train_data.mkdir(parents=True)
        (self.home.train_data / CANDLES).write_bytes(self.candles.read_bytes())

    def manifest(self) -> dict[str, Any]:
        found = super().manifest()
        if "config" not in found:
            found |= {
                "schema": 1,
                "run": "run-a",
                "step": 4000,
                "data_sha256": candles_sha256(self.home.train_data),
                "config": {"settings": {"seed": 7}, "total_steps": 8000, "restarts": []},
            }
            write_json(manifest_path(self.home.best_model), found)
        return found

    def saved(self) -> SavedDecision:
        """A revalidation that was just made."""
        return read_decision(self.archive(self.revalidate()))


def result_of(saved: SavedDecision, job_id: str, sharpe: float | None = None) -> dict[str, Any]:
    """What a reproduction writes; with ``sharpe`` its first gate has another value."""
    claimed = saved.decision.gates
    now = claimed
    if sharpe is not None:
        now = (claimed[0].model_copy(update={"value": sharpe, "passed": False}), *claimed[1:])
    gates = gate_by_gate(claimed, now)
    equal = sharpe is None
    found = Reproduction(
        format=FORMAT,
        decision_sha256=saved.sha256,
        job_id=job_id,
        requested_by="Lea",
        at="2026-11-30T03:00:00Z",
        match=overall(gates, record_equal=equal, weights_equal=None),
        gates=gates,
        record_equal=equal,
        weights_equal=None,
        claimed_step=4000,
        step=4000,
        trained_steps=8000,
        seed=7,
        train_sha256="b" * 64,
        backtest_sha256="c" * 64,
        causes=(),
        not_recorded=("cpu",),
        seconds=3.0,
    )
    assert (found.match is Match.EQUAL) == equal
    return {"report": "reports/reproductions/x.json", "reproduction": found.as_dict()}
