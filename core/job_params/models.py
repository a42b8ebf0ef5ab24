"""One model per kind of job: its parameters, their bounds and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    model_validator,
)

from core.errors import InputError
from core.json_model import Moment
from core.language import Message, literal, recorded_message
from core.path_names import safe_name
from core.playbook.placement import Placement, asked_placement
from core.playbook.settings import RevalidationSettings, TrainingSettings
from core.text_rules import LINE, is_blank, one_line, readable
from core.timestamps import iso, parse_day, parse_moment_or_day


def _day(given: object) -> object:
    return parse_day(given) if isinstance(given, str) else given


def _time_or_day(given: object) -> object:
    return parse_moment_or_day(given) if isinstance(given, str) else given


def _placement(given: object) -> object:
    return asked_placement(given) if isinstance(given, Mapping) else given


def _visible_if_given(text: str) -> str:
    if text and is_blank(text):
        raise ValueError("nothing of it is visible")
    return text


def require_range(first: datetime, last: datetime) -> None:
    """Refuse a training range that ends before it begins.

    :raises InputError: names both times.
    """
    if last < first:
        raise InputError(
            Message(
                "The training range ends ({last:%Y-%m-%d %H:%M} UTC) before it begins "
                "({first:%Y-%m-%d %H:%M} UTC).",
                first=first,
                last=last,
            ),
            Message("Correct the dates."),
        )


def _run_name(name: str) -> str:
    return safe_name(name, "run")


Prose = Annotated[str, StringConstraints(max_length=2000), AfterValidator(readable)]
PathText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4096),
    AfterValidator(readable),
    AfterValidator(one_line),
    Field(json_schema_extra=LINE | {"path": True}),
]
RunName = Annotated[
    str, AfterValidator(_run_name), Field(json_schema_extra={"format": "folder-name"})
]
TimeOrDay = Annotated[datetime, BeforeValidator(_time_or_day), PlainSerializer(iso)]
Day = Annotated[date, BeforeValidator(_day), PlainSerializer(date.isoformat)]


def like(settings: type[BaseModel], name: str) -> Any:
    """An optional parameter with the bounds and the explanation of a playbook's field."""
    field = settings.model_fields[name]
    bounds = {
        key: getattr(each, key)
        for each in field.metadata
        for key in ("ge", "le")
        if hasattr(each, key)
    }
    return Field(default=None, description=field.description, **bounds)


class JobParams(BaseModel):
    """Base of all parameters: closed to unknown names, strict about types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    def as_json(self) -> dict[str, Any]:
        """The parameters that were given, for ledger and spec.json: plain JSON, and messages."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class TrainParams(JobParams):
    """A training run of the week."""

    run: RunName | None = Field(
        default=None, description="Name of the run (default: the playbook's tag)."
    )
    timestamp: bool = Field(default=False, description="Append the launch time to the run's name.")
    steps: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000,
        description="Environment steps of the whole run (default: the playbook's).",
    )
    resume: bool | None = Field(
        default=None,
        description="true: resume the unfinished run; false: start another run in the same week.",
    )
    seed: int | None = like(TrainingSettings, "seed")
    learning_rate: float | None = like(TrainingSettings, "learning_rate")
    ent_coef: float | None = like(TrainingSettings, "ent_coef")
    placement: Annotated[Placement, BeforeValidator(_placement)] | None = Field(
        default=None,
        description="Where it runs and with what, as in training.placements (default: the playbook's).",
    )
    note: Annotated[Prose, AfterValidator(_visible_if_given)] | None = Field(
        default=None, description="What this run is for, shown beside it."
    )
    override_reason: Annotated[Prose, AfterValidator(_visible_if_given)] | None = Field(
        default=None, description="The lead's reason to start despite a failed pre-flight."
    )


class RestartRecord(JobParams):
    """A restart that a person requested: who, what it changes, which attempt it begins."""

    model_config = ConfigDict(extra="ignore")

    by: str
    what: Message = Field(default_factory=lambda: literal(""))
    because: Message = Field(default_factory=lambda: literal(""))
    log_line: str | None = None
    attempt: int | None = None
    at: Moment | None = None

    @model_validator(mode="before")
    @classmethod
    def _with_its_message(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        texts = [each for each in ("what", "because") if each in given or each == "what"]
        unread = [each for each in texts if not isinstance(given.get(each), Message)]
        return {**given, **{each: recorded_message(given, each) for each in unread}}


class StoredTrainParams(TrainParams):
    """The same in the store, where the client also records a restart."""

    restart: RestartRecord | None = Field(
        default=None, description="The restart that began the newest attempts."
    )


class RevalidateParams(JobParams):
    """A revalidation of a model against the six gates."""

    model_path: PathText | None = Field(
        default=None,
        description="The model, relative to the data directory (default: the playbook's).",
    )
    backtest_data_dir: PathText | None = Field(
        default=None,
        description="Folder of the candles, relative to the data directory (default: the playbook's).",
    )
    episodes: int | None = like(RevalidationSettings, "episodes")
    save_report: bool = Field(default=False, description="Write the decision and its documents.")
    trials: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000,
        description="Trials of which this is the best, at least those that the ledger counts.",
    )
    override_reason: Annotated[Prose, AfterValidator(_visible_if_given)] | None = Field(
        default=None, description="The lead's reason to revalidate before the preparation passes."
    )


class PreflightParams(JobParams):
    """The pre-flight takes no parameters."""


class DailyCheckParams(JobParams):
    """The daily check-in of one day."""

    date: Day | None = Field(
        default=None, description="Day of the week to judge (default: today by the week's clock)."
    )


class DataCheckParams(JobParams):
    """The data check takes no parameters."""


class BackupParams(JobParams):
    """A backup of the model folder, or its restore."""

    action: Literal["make", "restore"] = Field(
        default="make", description="Make a backup, or restore one."
    )
    source: PathText | None = Field(
        default=None,
        alias="from",
        description="The backup to restore (default: the newest that is intact).",
    )


class ImportModelParams(JobParams):
    """The import of a model file from elsewhere."""

    file: PathText = Field(description="The .zip of a PPO of stable-baselines3.")
    normaliser: PathText | None = Field(
        default=None,
        description="Its feature statistics as JSON (default: those of the manifest beside it).",
    )
    trained_from: TimeOrDay | None = Field(
        default=None, description="First candle that it was trained on."
    )
    trained_until: TimeOrDay | None = Field(
        default=None, description="Last candle that it was trained or chosen on."
    )

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.trained_from and self.trained_until:
            require_range(self.trained_from, self.trained_until)
        return self


class PaperParams(JobParams):
    """A signed decision's model, replayed on the candles that came after its backtest."""

    decision: RunName = Field(description="SHA-256 of the signed decision.")
    data: PathText | None = Field(
        default=None,
        description="File or folder of the candles, relative to the data directory (default: "
        "data/live).",
    )
