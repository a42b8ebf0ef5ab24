"""Prose in both languages of a playbook."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core.language import Message

Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
MachineText = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Part(BaseModel):
    """Base of all parts of a playbook: frozen, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Text(Part):
    """One piece of prose, in English and in Brazilian Portuguese.

    It may name a number of the playbook, as ``{threshold:g}``; see ``text_fields``.
    """

    en: Prose = Field(description=Message("The text in English."))
    pt: Prose = Field(description=Message("The same text in Brazilian Portuguese."))

    def in_(self, language: str) -> str:
        """The text in a language; English for one that a playbook does not have."""
        return self.pt if language == "pt" else self.en


Readable = Text | Message
"""What can be read in each language, by its ``in_``."""
SafeAction = Literal[
    "stop",
    "restart",
    "restart_lowered_learning_rate",
    "restart_raised_ent_coef",
    "backup_log",
    "backup_model",
    "check_data",
    "block_start",
]


class Step(Text):
    """One thing to do: prose, and where there is one the command or the button for it."""

    command: MachineText | None = Field(
        default=None,
        description=Message("A command to copy, to the letter; null if there is none."),
    )
    act: SafeAction | None = Field(
        default=None,
        description=Message(
            "The runner's safe action that performs this step; null if a person does it."
        ),
    )
