"""Where a kind of job runs, and with how much of a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from core.errors import InputError
from core.language import Message, joined, literal
from core.playbook.text import Part

if TYPE_CHECKING:
    from collections.abc import Mapping

PlacedKind = Literal["train", "revalidate"]
"""Kinds of jobs that can be placed: the others look at the home itself."""

ExecutorName = Literal["local", "slurm", "ray"]
Partition = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$")]


_ENGINES = {"slurm": "Slurm", "ray": "Ray"}


class Placement(Part):
    """The executor of a kind of job, and the resources that are asked of it."""

    executor: ExecutorName = Field(
        default="local",
        description=Message(
            "What runs it: local (processes of the runner's machine), slurm or ray."
        ),
    )
    cpus: int | None = Field(
        default=None, ge=1, le=4096, strict=True, description=Message("Processors; null: one.")
    )
    memory_gb: float | None = Field(
        default=None,
        gt=0,
        le=100_000,
        strict=True,
        description=Message("Memory in GB; null: what the engine gives."),
    )
    gpus: int = Field(
        default=0, ge=0, le=1024, strict=True, description=Message("GPUs of the node.")
    )
    partition: Partition | None = Field(
        default=None,
        description=Message("Slurm's partition, or Ray's node group; null: the cluster's default."),
    )
    time_limit_h: float | None = Field(
        default=None,
        gt=0,
        le=8784,
        strict=True,
        description=Message(
            "Real hours after which the engine ends it, warned before; null: the partition's limit."
        ),
    )

    @property
    def text(self) -> Message:
        """Where, and with what: for people."""
        if self.executor == "local":
            return Message("the runner's machine")
        asked = [
            Message("{n} CPUs", n=self.cpus or 1),
            self.memory_gb and Message("{n:g} GB", n=self.memory_gb),
            self.gpus and Message("{n} GPUs", n=self.gpus),
            self.partition and Message("partition {name}", name=self.partition),
            self.time_limit_h and Message("at most {n:g} h", n=self.time_limit_h),
        ]
        return joined([literal(_ENGINES[self.executor]), *(each for each in asked if each)], ", ")

    @model_validator(mode="after")
    def _only_an_engine_gives_resources(self) -> Self:
        asked = {
            name for name in ("cpus", "memory_gb", "partition", "time_limit_h")
            if getattr(self, name) is not None
        }  # fmt: skip
        asked |= {"gpus"} if self.gpus else set()
        if self.executor == "local" and asked:
            raise ValueError(
                Message(
                    "local processes share their machine: {names} need an executor that is an engine",
                    names=", ".join(sorted(asked)),
                )
            )
        return self


def asked_placement(given: Mapping[str, Any]) -> Placement:
    """The placement that a request for a job names.

    :raises InputError: names the part that is wrong.
    """
    try:
        return Placement.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        cause = first.get("ctx", {}).get("error")
        why = cause.args[0] if isinstance(cause, ValueError) else first["msg"]
        name = ".".join(map(str, first["loc"]))
        raise InputError(
            literal(f"{name}: {why}." if name else f"{why}."),
            Message("Its parts are: {names}.", names=", ".join(Placement.model_fields)),
        ) from error
