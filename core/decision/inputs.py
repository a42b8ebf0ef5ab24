"""What a decision is computed from: model, playbook, costs."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from core.json_model import JsonModel, Sha256
from core.playbook.rule_changes import RuleChange
from core.trading.costs import CostModel


class ModelRecord(JsonModel):
    """The model that was tested, and what its manifest says."""

    path: str = Field(description="Of the model file, relative to the home.")
    sha256: Sha256 = Field(description="Of the model file.")
    manifest_sha256: Sha256 | None = Field(
        default=None,
        description="Of the manifest's canonical JSON: normaliser, settings, training range.",
    )
    run: str | None = Field(default=None, description="Training run that wrote it.")
    step: int | None = Field(default=None, description="Training step at which it was saved.")
    train_range: tuple[str | None, str | None] | None = Field(
        default=None, description="First and last bar that it was trained on, UTC."
    )
    data_sha256: str | None = Field(default=None, description="Of the training data.")
    synthetic: bool | None = Field(
        default=None, description="Whether the training data are synthetic; null: not known."
    )
    validation: dict[str, Any] | None = Field(
        default=None,
        description="Validation figures when it was saved, and how many validations of its run lost.",
    )
    settings: dict[str, Any] | None = Field(
        default=None, description="Training settings that it was made with."
    )
    versions: dict[str, str] | None = Field(
        default=None, description="Of Python and of the packages that wrote it."
    )
    numerics: dict[str, str] | None = Field(
        default=None,
        description="CPU capability, threads and kernel libraries that it was trained with.",
    )

    @property
    def trained_until(self) -> str | None:
        """Last bar that it was trained on; None: the range is not known."""
        if self.train_range is None or None in self.train_range:
            return None
        return self.train_range[1]


class Unprepared(JsonModel):
    """A revalidation that began although its preparation had not passed."""

    reason: str = Field(description="Why it began all the same, as the lead wrote it.")
    by: str = Field(description="Who started it.")


class PlaybookRecord(JsonModel):
    """The playbook whose gates were applied."""

    id: str = Field(description="Name of the playbook.")
    sha256: Sha256 = Field(description="Of its file.")
    rule_changes: tuple[RuleChange, ...] = Field(
        default=(),
        description="Rules that differ from the playbook that comes with trainweek; absent: none, "
        "or recorded before December 2026.",
    )


class CostsRecord(JsonModel):
    """Cost of a fill, per side."""

    fee_bps: float = Field(ge=0, description="Fee in basis points of the traded value.")
    slippage_bps: float = Field(ge=0, description="Slippage in basis points; at least half a tick.")
    tick: float = Field(ge=0, description="Price tick, quote currency.")

    @classmethod
    def of(cls, costs: CostModel) -> CostsRecord:
        """From the costs that the backtest charged."""
        return cls(fee_bps=costs.fee_bps, slippage_bps=costs.slippage_bps, tick=costs.tick)

    def model(self) -> CostModel:
        """The cost model that charges the same costs."""
        return CostModel(self.fee_bps, self.slippage_bps, self.tick)
