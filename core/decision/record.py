"""``decision.json``: what a revalidation decided, and what the decision rests on.

:class:`DecisionRecord` is what this version writes; its JSON Schema is published as
``decision.schema.json``. :class:`RecordedDecision` is what any version wrote.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from core.decision.change import Change
from core.decision.gate_record import GateRecord
from core.decision.inputs import CostsRecord, ModelRecord, PlaybookRecord, Unprepared
from core.decision.recipe import RecipeRecord
from core.decision.skill import Baselines, EvidenceRecord
from core.decision.training_range import OutsideTraining
from core.decision.trust import Trust
from core.gates import GateFacts, GateResult
from core.json_model import Count, IsoDay, IsoMoment, JsonModel, Sentence, Sha256, Share
from core.language import Message
from core.market.candles import Provenance
from core.metrics.conventions import Conventions
from core.playbook.gates import GateId
from core.timestamps import with_english_month
from core.trading.dials import Dial
from core.trading.earnings import Earnings
from core.trading.episodes import Dispersion, EpisodeRow
from core.trading.forecast import Forecast
from core.trading.hold_out import Meter
from core.trading.live_limits import LiveLimits
from core.trading.multiplicity import Multiplicity
from core.trading.power import Power
from core.trading.resampling import UncertaintyRecord
from core.trading.robustness import Robustness
from core.vocabulary import Decision

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMA_VERSION = 2


class NextSteps(JsonModel):
    """What follows from the decision."""

    line: str = Field(description="The line of the decision document.")
    en: str = Field(description="The playbook's text in English.")
    pt: str = Field(description="The playbook's text in Brazilian Portuguese.")

    def in_(self, language: str) -> str:
        """The playbook's text in a language; English for one that it does not have."""
        return self.pt if language == "pt" else self.en

    def line_in(self, language: str) -> str:
        """The line for a reader: the manual's own in Portuguese, else with an English month."""
        return self.line if language == "pt" else with_english_month(self.line)


class RecordFacts(GateFacts):
    """Figures shown beside the gates."""

    mean_exposure: float | None = Field(
        description="Mean signed share of equity in the market; null: not recorded."
    )


class SentenceParts(JsonModel):
    """A sentence of this file, so that it can be read in another language."""

    template: str = Field(description="English, values in braces.")
    plural: str | None = Field(default=None, description="Template for counts n other than 1.")
    values: dict[str, Any] | None = Field(
        default=None, description="Values of the braces; one that has a template is a sentence."
    )


class RecordedDecision(JsonModel):
    """A decision as any version of trainweek recorded it: what was not measured then is None."""

    schema_version: int = Field(description="Version of this schema.")
    decision: Decision = Field(description="GO, PARTIAL or NO-GO.")
    score: str = Field(description="Gates passed of all, 4/6.")
    gates_passed: Count = Field(description="Gates that pass.")
    recommendation: Literal["Deploy", "Tune", "Retrain"] = Field(
        description="What the playbook recommends for this decision."
    )
    reason: Sentence = Field(description="One sentence: which gates fail, with value and limit.")
    next_steps: NextSteps = Field(description="What follows from the decision.")
    day: IsoDay = Field(description="Week day of the decision.")
    week: str | None = Field(description="Id of the week; null: made outside of one.")
    tag: str = Field(description="Tag of the playbook.")
    symbol: str = Field(description="Market that was traded.")
    interval: str = Field(description="Length of a bar.")
    created_at: IsoMoment = Field(description="Real time of the revalidation, UTC.")
    gates: tuple[GateResult, ...] = Field(
        min_length=6, max_length=6, description="The six gates, by number."
    )
    uncertainty: UncertaintyRecord | None = Field(
        default=None, description="How the gates' intervals were made."
    )
    evidence: EvidenceRecord = Field(description="How strongly the record shows skill.")
    facts: RecordFacts = Field(description="Figures shown beside the gates.")
    baselines: Baselines = Field(
        description="Strategies without an agent, on the same bars with the same costs."
    )
    earning: Earnings | None = Field(default=None, description="How the record earned.")
    robustness: Robustness | None = Field(default=None, description="Where the record breaks.")
    dials: tuple[Dial, ...] | None = Field(
        default=None,
        description="What other settings would change; absent: recorded before December 2026.",
    )
    power: Power | None = Field(
        default=None,
        description="Whether the gates could have noticed an edge; absent: recorded before "
        "December 2026.",
    )
    forecast: Forecast | None = Field(
        default=None,
        description="What is expected of the 30 days after the backtest; null: its record is too "
        "short or never moves; absent: recorded before December 2026.",
    )
    recipe: RecipeRecord | None = Field(
        default=None,
        description="What other seeds of the model's recipe give; null: not looked for; absent: "
        "recorded before December 2026.",
    )
    trust: Trust | None = Field(default=None, description="Whether the record can be trusted.")
    outside_training: OutsideTraining | None = Field(
        default=None,
        description="Backtest bars whose observation was outside the range seen in training; null "
        "or absent: the model's training range of observations is not recorded.",
    )
    if_go: LiveLimits | None = Field(default=None, description="Size, stops and dates of a GO.")
    episodes: tuple[EpisodeRow, ...] = Field(description="One row per episode, then ALL and WORST.")
    dispersion: dict[GateId, Dispersion] = Field(
        description="Of each gate's value over the episodes."
    )
    episodes_that_pass: dict[GateId, Share] = Field(
        description="Share of the episodes that pass a gate on their own."
    )
    data: Provenance = Field(description="Which candles the backtest ran on.")
    model: ModelRecord = Field(description="Which model was tested.")
    playbook: PlaybookRecord = Field(description="Which playbook's gates were applied.")
    costs: CostsRecord = Field(description="Cost of a fill.")
    seeds: dict[str, int | None] = Field(description="Random seeds, by what they drew.")
    conventions: Conventions = Field(description="How each number is defined.")
    artifacts: dict[str, Sha256] = Field(description="Hash of each table beside this file.")
    change: Change | None = Field(
        default=None, description="What is different from earlier decisions."
    )
    warnings: tuple[Sentence, ...] = Field(
        description="Warnings for the reader, the most serious first."
    )
    unprepared: Unprepared | None = Field(
        default=None,
        description="The lead's reason to revalidate although the preparation had not passed.",
    )
    hold_out: Meter | None = Field(
        default=None,
        description="Earlier looks at the same backtest bars; null: not listed; absent: recorded "
        "before December 2026.",
    )
    multiplicity: Multiplicity | None = Field(
        default=None,
        description="Other candidates on the same bars; null: not looked for; absent: recorded "
        "before December 2026.",
    )
    job_id: str | None = Field(default=None, description="Job that made it.")
    trial: int | None = Field(default=None, description="Number of the trial, by the ledger.")
    reproducible: bool | None = Field(
        default=None,
        description="The backtest run again gave the same bytes (before December 2026: its first "
        "episode); null: not tested.",
    )
    reward_components: dict[str, float] | None = Field(
        default=None, description="Sum of the backtest's unscaled reward by component."
    )
    start_capital: float | None = Field(default=None, description="Starting capital, USDT.")
    max_exposure: float | None = Field(
        default=None, description="Largest share of equity that the model may hold."
    )
    warm_up_bars: Count | None = Field(
        default=None, description="Bars that only fill the features, before the first decision."
    )
    versions: dict[str, str] | None = Field(
        default=None, description="Of Python and of the packages that made it."
    )
    numerics: dict[str, str] | None = Field(
        default=None,
        description="CPU capability, threads and kernel libraries that it was made with.",
    )
    sentences: tuple[SentenceParts, ...] | None = Field(
        default=None,
        description="Template and values of the sentences in this file; absent: recorded before "
        "December 2026.",
    )

    def gate(self, gate_id: GateId) -> GateResult:
        """The gate with this id."""
        return next(gate for gate in self.gates if gate.id == gate_id)


class DecisionRecord(RecordedDecision):
    """A decision of this version: every section is there."""

    schema_version: Literal[2] = Field(description="Version of this schema.")
    gates: tuple[GateRecord, ...] = Field(
        min_length=6, max_length=6, description="The six gates, by number."
    )
    uncertainty: UncertaintyRecord = Field(description="How the gates' intervals were made.")
    earning: Earnings = Field(description="How the record earned.")
    robustness: Robustness = Field(description="Where the record breaks.")
    trust: Trust = Field(description="Whether the record can be trusted.")
    if_go: LiveLimits = Field(description="Size, stops and dates of a GO.")
    change: Change = Field(description="What is different from earlier decisions.")

    def gate(self, gate_id: GateId) -> GateRecord:
        """The gate with this id."""
        return next(gate for gate in self.gates if gate.id == gate_id)


def with_sentences(record: DecisionRecord) -> DecisionRecord:
    """The record with template and values of each of its sentences."""
    found = {str(message): message for message in _messages(record)}
    parts = [
        SentenceParts.model_validate(message.as_record())
        for message in found.values()
        if message.template != "{text}"  # literal text is the same in each language
    ]
    return record.model_copy(update={"sentences": tuple(parts)})


def sentences_of(fields: Mapping[str, Any]) -> dict[str, Message]:
    """The sentences that a file lists, by their English text.

    :raises ValueError: an entry is not a sentence.
    """
    listed = fields.get("sentences") or []
    messages = [Message.from_record(parts) for parts in listed]
    return {str(message): message for message in messages}


def _messages(part: object) -> Iterator[Message]:
    if isinstance(part, Message):
        yield part
    elif isinstance(part, BaseModel):
        for _, value in part:
            yield from _messages(value)
    elif isinstance(part, dict):
        for value in part.values():
            yield from _messages(value)
    elif isinstance(part, tuple):
        for value in part:
            yield from _messages(value)
