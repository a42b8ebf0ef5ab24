"""Runs, their readings and their curves, as programs get them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from core.language import said
from core.vocabulary import JobState, TrainingStatus
from dashboard.api.shapes import Shape, finite

if TYPE_CHECKING:
    from core.language import Language
    from core.reading import Reading
    from core.telemetry.series import Series


class ReadingShape(Shape):
    """A number or word with where it comes from."""

    value: float | bool | str | None = Field(description="Null: it is not finite.")
    unit: str
    window: str = Field(description="What it was taken over.")
    source: str
    step: int | None
    at: datetime | None = Field(description="Real moment of its newest point.")

    @classmethod
    def of(cls, reading: Reading, language: Language) -> ReadingShape:
        """The reading; a value that is not finite becomes null."""
        value = reading.value
        return cls(
            value=finite(value) if isinstance(value, float) else value,
            unit=reading.unit,
            window=said(reading.window, language),
            source=reading.source,
            step=reading.step,
            at=reading.at,
        )


class RunShape(Shape):
    """A training run of the week over all its attempts."""

    name: str
    newest: bool = Field(description="The run that checks and findings are about.")
    status: TrainingStatus | None = Field(description="Of the newest run; null for earlier ones.")
    state: JobState | None = Field(description="Of its newest job; null: it is only watched.")
    reason: str
    started_at: datetime | None
    ended_at: datetime | None
    attempts: int
    total_steps: int | None = Field(description="Null for earlier runs.")
    readings: dict[str, ReadingShape] = Field(
        description="Current readings by name; empty for earlier runs, which have curves only."
    )


class TagsShape(Shape):
    """What a run has logged."""

    run: str
    tags: list[str]


class SeriesShape(Shape):
    """One curve: columns of the same length, in the order of steps."""

    run: str
    tag: str = Field(description="The tag under which it was logged.")
    points: int = Field(description="Points in the asked time, before downsampling.")
    not_finite: int = Field(description="Shown values that are NaN or infinite: null in `value`.")
    step: list[int]
    at: list[float] = Field(description="Real time, seconds since 1970.")
    value: list[float | None]

    @classmethod
    def of(cls, run: str, whole: Series, shown: Series) -> SeriesShape:
        """The shown part of a curve."""
        kept = np.isfinite(shown.value)
        return cls.model_construct(
            run=run,
            tag=whole.tag,
            points=len(whole),
            not_finite=int((~kept).sum()),
            step=shown.step.tolist(),
            at=shown.wall.tolist(),
            value=[
                value if real else None
                for value, real in zip(shown.value.tolist(), kept.tolist(), strict=True)
            ],
        )
