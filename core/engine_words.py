"""What is known of an attempt on another machine: its engine's word and its shim's, with ages.

Neither is more than what was last said. Where they disagree, or one can't be asked, that is the
state that is shown; nothing is guessed from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.language import Message, recorded, recorded_message
from core.timestamps import age_text
from core.vocabulary import EngineState, Liveness

_OVER = frozenset({EngineState.ENDED, EngineState.UNKNOWN})


@dataclass(frozen=True)
class EngineWords:
    """Two words about one attempt. Ages are real seconds, each since it was last confirmed."""

    engine: str  # its name: Slurm
    state: EngineState
    said: Message  # in its words: waiting: Resources
    age: float  # since it answered
    shim_age: float  # since the shim's last sign of life, or since somebody looks for one
    shim_seen: bool  # whether there was one
    host: str | None  # where the shim runs
    process: str | None  # state of the program on that machine, as its shim saw it
    silent_after: float  # a shim without a sign of life for longer is silent

    @property
    def silent(self) -> bool:
        """Whether the shim has given no sign of life for too long."""
        return self.shim_age > self.silent_after

    @property
    def liveness(self) -> Liveness | None:
        """UNREACHABLE or DISPUTED; None: both say that it runs."""
        if self.state is EngineState.UNREACHABLE:
            return Liveness.UNREACHABLE
        if self.state in _OVER:
            return Liveness.UNREACHABLE if self.silent else Liveness.DISPUTED
        return Liveness.UNREACHABLE if self.silent else None

    @property
    def evidence(self) -> tuple[Message, ...]:
        """Both words, each with its age."""
        asked = (
            Message(
                "{engine} has not answered for {age}: {word}",
                engine=self.engine,
                age=self._age,
                word=self.said,
            )
            if self.state is EngineState.UNREACHABLE
            else Message(
                "{engine} said {age} ago: {word}",
                engine=self.engine,
                age=self._age,
                word=self.said,
            )
        )
        if not self.shim_seen:
            return asked, Message("no sign of its shim for {age}", age=age_text(self.shim_age))
        seen = Message(
            "its shim on {host} reported {age} ago",
            host=self.host or "?",
            age=age_text(self.shim_age),
        )
        return asked, seen

    @property
    def _age(self) -> str:
        return age_text(self.age)

    def older(self, seconds: float) -> EngineWords:
        """The same words, some seconds later."""
        return replace(self, age=self.age + seconds, shim_age=self.shim_age + seconds)

    def as_dict(self) -> dict[str, Any]:
        """As it is stored in pulse.json; the message keeps template and values."""
        stored: dict[str, Any] = recorded({**vars(self), "state": self.state.value})
        return stored

    @classmethod
    def from_dict(cls, stored: Any) -> EngineWords | None:
        """None if it is not one."""
        if not isinstance(stored, Mapping):
            return None
        try:
            said = recorded_message(stored, "said")
            return cls(
                str(stored["engine"]),
                EngineState(stored["state"]),
                said or Message("unknown"),
                float(stored["age"]),
                float(stored["shim_age"]),
                bool(stored["shim_seen"]),
                stored["host"],
                stored["process"],
                float(stored["silent_after"]),
            )
        except (KeyError, TypeError, ValueError):
            return None
