"""Which candidates were scored: what a record was selected from, for the deflated Sharpe ratio.

A candidate is one training configuration with its seed and its path of restarts, or one model file,
on one set of backtest data by one playbook. The same once more is no further chance of luck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from core.json_model import JsonModel
from core.language import Message, joined, literal
from core.reading import as_set

if TYPE_CHECKING:
    from collections.abc import Sequence


class Candidate(JsonModel):
    """A candidate that was scored."""

    week: str | None = Field(default=None, description="Week; null: outside of one, or unknown.")
    run: str | None = Field(default=None, description="Training run; null: a foreign model.")
    settings: dict[str, float | int | None] = Field(
        default_factory=dict,
        description="seed, learning_rate, ent_coef that it was trained with; empty: not recorded.",
    )
    model: str | None = Field(
        default=None,
        description="SHA-256 of the model, of older records its path; null: scored by the "
        "validation of its training run alone.",
    )
    data: str | None = Field(default=None, description="SHA-256 of the backtest data, or path.")
    playbook: str | None = Field(default=None, description="SHA-256 of the playbook.")

    def judged_as(self, data: str | None, playbook: str | None) -> bool:
        """Whether it was judged on these candles by this playbook: its record can be compared."""
        return data is not None and (self.data, self.playbook) == (data, playbook)

    def name(self) -> Message:
        """Run and settings, or the model's hash."""
        settings = [
            joined([name, as_set(value)])
            for name, value in self.settings.items()
            if value is not None
        ]
        whose = literal(self.run or (self.model or "?")[:12])
        return (
            joined([whose, joined(["(", joined(settings, ", "), ")"], "")]) if settings else whose
        )


def with_backtest(scored: Sequence[Candidate], own: Candidate) -> tuple[Candidate, ...]:
    """The scored candidates after a backtest of ``own``.

    The same model on the same data by the same playbook adds nothing. The first backtest of a
    trained candidate completes it; another model, or other data, is one more.
    """
    if any(_same_backtest(each, own) for each in scored):
        return tuple(scored)
    fits = [n for n, each in enumerate(scored) if each.model is None and _trained(each, own)]
    if not fits:
        return (*scored, own)
    place = fits[-1]
    done = own.model_copy(
        update={"settings": own.settings or scored[place].settings, "week": scored[place].week}
    )
    return (*scored[:place], done, *scored[place + 1 :])


def _same_backtest(one: Candidate, other: Candidate) -> bool:
    if (one.model, one.data, one.playbook) != (other.model, other.data, other.playbook):
        return False
    # A path names another model after another training run.
    return one.run == other.run or len(one.model or "") == len("0" * 64)


def _trained(one: Candidate, other: Candidate) -> bool:
    """Whether the trained candidate is the one that was backtested."""
    if one.run is None or one.run != other.run:
        return False
    if not one.settings or not other.settings:
        return True
    return all(_like(value, other.settings.get(name)) for name, value in one.settings.items())


def _like(one: Any, other: Any) -> bool:
    """Equal, or one is not recorded."""
    return one is None or other is None or one == other
