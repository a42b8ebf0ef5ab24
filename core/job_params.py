"""What may be asked of each kind of job: one closed model a kind.

Strict where a request comes in: an unknown name, a number that is not finite or a value out
of range is refused, and nothing is written. Lenient where a stored request is read: what an
older or newer version wrote and this one does not know is left out, so a job that was asked
for before an update still runs.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from core.errors import InputError
from core.language import Message
from core.vocabulary import JobKind

Words = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Steps = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]


class JobParams(BaseModel):
    """Base of all: closed, frozen, no NaN or infinity. A field that was not given stays unset."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True
    )

    def stored(self) -> dict[str, Any]:
        """What was given, as JSON for ledger, database and ``spec.json``."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class RestartRecord(BaseModel):
    """A person's restart, as the attempt that begins with it is told."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    by: str = Field(description="Who asked for it.")
    what: str = Field(description="With which settings, in words.")
    log_line: str | None = Field(default=None, description="The manual's line for training.log.")
    attempt: int = Field(ge=1, description="The attempt that begins with it.")
    at: str | None = Field(default=None, description="When it was asked for, real time.")


class TrainParams(JobParams):
    """A training run."""

    run: Words | None = Field(default=None, description="Name of the run; default: the week's tag.")
    timestamp: bool | None = Field(
        default=None, strict=True, description="Put the launch time into the run's name."
    )
    steps: Steps | None = Field(default=None, description="Environment steps in total.")
    resume: bool | None = Field(
        default=None,
        strict=True,
        description="True: resume from the last good checkpoint. False: a new run beside an "
        "ended one. Not given: only where no run of the week has ended.",
    )
    seed: Annotated[int, Field(strict=True, ge=0, le=2**32 - 1)] | None = Field(
        default=None, description="Seed of networks, environments and sampling."
    )
    learning_rate: Annotated[float, Field(strict=True, gt=0, le=1)] | None = Field(
        default=None, description="Learning rate, instead of the playbook's."
    )
    ent_coef: Annotated[float, Field(strict=True, ge=0, le=1)] | None = Field(
        default=None, description="Weight of the entropy bonus, instead of the playbook's."
    )
    override_reason: Annotated[str, StringConstraints(max_length=2000)] | None = Field(
        default=None, description="The lead's reason to start after a failed pre-flight."
    )
    restart: RestartRecord | None = Field(
        default=None, description="Set by a restart; nobody else may give it."
    )

    reserved: ClassVar[frozenset[str]] = frozenset({"restart"})


class RevalidateParams(JobParams):
    """A revalidation."""

    model_path: Words | None = Field(default=None, description="The model to test.")
    backtest_data_dir: Words | None = Field(default=None, description="Candles to test on.")
    episodes: Count | None = Field(
        default=None, description="Chronological slices of the backtest."
    )
    save_report: bool | None = Field(
        default=None, strict=True, description="Write the reports; otherwise print only."
    )
    trials: Count | None = Field(
        default=None, description="Trials that this is the best of, if more than the ledger counts."
    )


class PreflightParams(JobParams):
    """A pre-flight. Nothing can be chosen."""


class DataCheckParams(JobParams):
    """A check of the candles. Nothing can be chosen."""


class DailyCheckParams(JobParams):
    """A daily check."""

    day: date | None = Field(
        default=None, alias="date", description="Day of the week; default: today, week time."
    )


class BackupParams(JobParams):
    """Make or restore a backup of the model folder."""

    action: Literal["make", "restore"] | None = Field(default=None, description="Default: make.")
    source: Words | None = Field(
        default=None,
        alias="from",
        description="The backup to restore; default: the newest that verifies.",
    )


class ImportModelParams(JobParams):
    """Import a model that was trained elsewhere."""

    file: Words = Field(description="The .zip of a PPO of stable-baselines3.")
    normaliser: Words | None = Field(
        default=None, description="Its feature statistics, a JSON file."
    )
    trained_from: Words | None = Field(default=None, description="First candle of its training.")
    trained_until: Words | None = Field(
        default=None, description="Last candle that it was trained or chosen on."
    )


MODELS: dict[JobKind, type[JobParams]] = {
    JobKind.TRAIN: TrainParams,
    JobKind.REVALIDATE: RevalidateParams,
    JobKind.PREFLIGHT: PreflightParams,
    JobKind.DAILY_CHECK: DailyCheckParams,
    JobKind.DATA_CHECK: DataCheckParams,
    JobKind.BACKUP: BackupParams,
    JobKind.IMPORT_MODEL: ImportModelParams,
}


def requested(kind: JobKind, given: Mapping[str, Any]) -> JobParams:
    """The parameters of a request that comes in.

    :raises InputError: names the parameter, what is wrong with it, and what is known.
    """
    model = MODELS[kind]
    reserved: frozenset[str] = getattr(model, "reserved", frozenset())
    for name in given:
        if name not in _names(model) or name in reserved:
            raise InputError(
                Message("{kind} has no parameter {name!r}.", kind=kind.value, name=str(name)),
                _known(model, str(name)),
            )
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        if first["type"] == "missing":
            raise InputError(
                Message("{kind} needs the parameter {name!r}.", kind=kind.value, name=path),
                Message("{name}: {meaning}", name=path, meaning=_meaning(model, path)),
            ) from error
        raise InputError(
            Message(
                "{name} is {value}: {problem}.",
                name=path,
                value=_shown(first["input"]),
                problem=first["msg"][0].lower() + first["msg"][1:],
            ),
            Message("{name}: {meaning}", name=path, meaning=_meaning(model, path)),
        ) from error


def recorded(kind: JobKind, stored: Mapping[str, Any]) -> JobParams:
    """The parameters of a stored request; what this version does not know is left out.

    :raises InputError: a value that no version could have meant.
    """
    model = MODELS[kind]
    known = {name: value for name, value in stored.items() if name in _names(model)}
    try:
        return model.model_validate(known)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            Message(
                "The stored parameter {name} of {kind} is {value}.",
                name=".".join(map(str, first["loc"])),
                kind=kind.value,
                value=_shown(first["input"]),
            ),
            Message("Submit the job again."),
        ) from error


def _names(model: type[JobParams]) -> dict[str, str]:
    """Public name (the alias where there is one) to the field's own name."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


def _known(model: type[JobParams], name: str) -> Message:
    reserved: frozenset[str] = getattr(model, "reserved", frozenset())
    known = [public for public in _names(model) if public not in reserved]
    if not known:
        return Message("It takes no parameters.")
    listed = ", ".join(known)
    if near := difflib.get_close_matches(name, known, n=1):
        return Message("Did you mean {near}? Known: {known}.", near=near[0], known=listed)
    return Message("Known: {known}.", known=listed)


def _meaning(model: type[JobParams], path: str) -> str:
    first = path.split(".", maxsplit=1)[0]
    field = model.model_fields.get(_names(model).get(first, first))
    return (field.description if field else None) or ""


def _shown(value: Any) -> str:
    try:
        text = ascii(value)
    except ValueError:  # an integer with more digits than Python writes out
        return "a number with thousands of digits"
    return text if len(text) <= 60 else text[:57] + "..."
