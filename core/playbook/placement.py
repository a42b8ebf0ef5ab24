"""Where a kind of job runs, and with how much of a machine."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from core.language import Message, joined, literal
from core.playbook.text import Part

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
