"""The manifest of a model: the normaliser and settings without which the zip is useless.

:mod:`runner.agent.best_model` writes the pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.language import Message, plural
from core.limited_files import MOST_RECORD, json_of, read_limited
from core.model_selection import (
    CANDIDATES,
    MOST_LISTED,
    Validated,
    best_first,
    candidates,
    listed_in,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OFTEN = 0.25  # share of a run's validations that lost money: its best one may be luck
LEAST = 4  # validations before a share says anything
OF_RUN = "of_run"  # in the manifest's ``validation``: all validations, not only the best one


@dataclass(frozen=True)
class Validations:
    """The validations of a training run, each beside never trading, which earns 0.

    A step counts once: a resumed run validates again what its killed attempt had validated after
    the checkpoint. The better of the two is kept, because its model is.

    :ivar steps: the steps that are counted; empty in a manifest of an earlier version, where only
        the listed ones are known.
    """

    count: int = 0
    lost: int = 0
    beat_never_trading: bool = False
    listed: tuple[Validated, ...] = ()  # the best of them
    steps: frozenset[int] = frozenset()

    @property
    def often_lost(self) -> bool:
        """Whether so many lost money that the best one may be luck."""
        return self.count >= LEAST and self.lost >= OFTEN * self.count

    @classmethod
    def read(cls, validation: Mapping[str, Any] | None) -> Validations | None:
        """From a manifest's ``validation``; None: not recorded, or not by us."""
        found = validation.get(OF_RUN) if validation else None
        if not isinstance(found, dict):
            return None
        count, lost, beat = (found.get(name) for name in ("count", "lost", "beat_never_trading"))
        if type(count) is not int or type(lost) is not int or type(beat) is not bool:
            return None
        listed, steps = listed_in(validation), found.get("steps")
        counted = steps if isinstance(steps, list) else [each.step for each in listed]
        known = frozenset(step for step in counted if type(step) is int)
        return cls(count, lost, beat, listed, known)

    def with_one(
        self, return_pct: float, sharpe: float | None = None, step: int | None = None
    ) -> Validations:
        """With one more validation; without its step it is counted, and not listed."""
        beat = self.beat_never_trading or return_pct > 0
        if step is None:
            lost = self.lost + (return_pct < 0)
            return Validations(self.count + 1, lost, beat, self.listed, self.steps)
        one = Validated(step, return_pct, sharpe)
        if step in self.steps:
            return self._validated_again(one, beat)
        return Validations(
            self.count + 1,
            self.lost + (return_pct < 0),
            beat,
            best_first([*self.listed, one]),
            self.steps | {step},
        )

    def _validated_again(self, one: Validated, beat: bool) -> Validations:
        """With another validation of a step that is counted."""
        earlier = [each for each in self.listed if each.step == one.step]
        better = best_first([*earlier, one])[0]
        # An earlier one that is not listed was worse than all that are.
        lost_before = any(each.return_pct < 0 for each in earlier) or (
            not earlier and self.lost == self.count
        )
        others = [each for each in self.listed if each.step != one.step]
        return Validations(
            self.count,
            self.lost - (lost_before and better.return_pct >= 0),
            beat,
            best_first([*others, better]),
            self.steps,
        )

    def as_record(self) -> dict[str, Any]:
        """The counts, for the manifest."""
        return {
            "count": self.count,
            "lost": self.lost,
            "beat_never_trading": self.beat_never_trading,
        }

    def in_manifest(self) -> dict[str, Any]:
        """What the manifest's ``validation`` says about all validations of the run.

        They are listed only if all were seen: an earlier version counted them, and no more.
        """
        found: dict[str, Any] = {OF_RUN: self.as_record()}
        if self.steps:
            found[OF_RUN]["steps"] = sorted(self.steps)
        if len(self.listed) == min(self.count, MOST_LISTED):
            found[CANDIDATES] = [each.as_record() for each in self.listed]
        return found


def lost_on_validation(validation: Mapping[str, Any] | None) -> Message | None:
    """That never trading was better than each validation; None: it was not, or is not recorded.

    :param validation: of the manifest.
    """
    seen = Validations.read(validation)
    best = (validation or {}).get("sharpe")
    if seen is None or seen.beat_never_trading or not seen.lost:
        return None
    if not isinstance(best, int | float):
        return None
    if seen.lost == seen.count:
        return plural(
            "The only validation of this model lost money (Sharpe {sharpe:.2f}): never trading was "
            "better.",
            "Every validation of this model lost money ({n} of {n}, best Sharpe {sharpe:.2f}): "
            "never trading was better than all {n}.",
            seen.count,
            sharpe=best,
        )
    return Message(
        "No validation of this model earned money ({lost} of {count} lost, best Sharpe "
        "{sharpe:.2f}, the others did not trade): never trading was better.",
        lost=seen.lost,
        count=seen.count,
        sharpe=best,
    )


def often_lost_on_validation(
    validation: Mapping[str, Any] | None, backtest: float | None
) -> Message | None:
    """That the best validation stands beside many that lost; None: few did, or not recorded.

    What :func:`lost_on_validation` says is more, and says this, too.

    :param validation: of the manifest.
    :param backtest: Sharpe ratio of the backtest.
    """
    seen = Validations.read(validation)
    best = (validation or {}).get("sharpe")
    if seen is None or not seen.often_lost or lost_on_validation(validation) is not None:
        return None
    if not isinstance(best, int | float):
        return None
    numbers = {"lost": seen.lost, "n": seen.count, "best": best}
    if backtest is None:
        return Message(
            "{lost} of {n} validations of this model's run lost money. It was chosen as the best of "
            "them: Sharpe {best:.2f}.",
            **numbers,
        )
    return Message(
        "{lost} of {n} validations of this model's run lost money. It was chosen as the best of "
        "them: Sharpe {best:.2f} there, {backtest:.2f} in the backtest.",
        **numbers,
        backtest=backtest,
    )


def selected_on_validation(validation: Mapping[str, Any] | None) -> Message | None:
    """Which candidate won; None if the run did not list them."""
    found = candidates(validation)
    if not found:
        return None
    best, seen = found[0], Validations.read(validation)
    models = len(found) - 1 if seen is None else seen.count
    if best.step is not None:
        return plural(
            "Selected on validation: {name}, the best of {n} validation. Models that earned money "
            "are ordered by Sharpe ratio.",
            "Selected on validation: {name}, the best of {n} validations. Models that earned money "
            "are ordered by Sharpe ratio.",
            models,
            name=best.name,
        )
    if any(each.return_pct == 0.0 for each in found[1:]):
        return plural(
            "The only validation was not better than never trading. The model's file is kept "
            "because the commands need one.",
            "None of the {n} validations was better than never trading. The model's file is the "
            "best of them, because the commands need one.",
            models,
        )
    return plural(
        "Never trading was better than the only validation. The model's file is kept because the "
        "commands need one.",
        "Never trading was better than all {n} validations. The model's file is the best of them, "
        "because the commands need one.",
        models,
    )


def manifest_path(zip_path: Path) -> Path:
    """``best_model.zip`` -> ``best_model.manifest.json``."""
    return zip_path.with_name(f"{zip_path.stem}.manifest.json")


def next_manifest_path(zip_path: Path) -> Path:
    """Path of the new manifest while the zip is being replaced."""
    return zip_path.with_name(f".{zip_path.stem}.manifest.next.json")


def manifest_of(zip_path: Path, sha256: str) -> dict[str, Any] | None:
    """The manifest of the zip with this hash, current or next; None if there is none."""
    for path in (manifest_path(zip_path), next_manifest_path(zip_path)):
        try:
            manifest = json_of(read_limited(path, MOST_RECORD), _refuse)
        except (OSError, ValueError):
            continue
        if isinstance(manifest, dict) and manifest.get("sha256") == sha256:
            return manifest
    return None


def _refuse(constant: str) -> float:
    """Refuse NaN and infinities: they are not strict JSON, so we did not write the file."""
    raise ValueError(constant)
