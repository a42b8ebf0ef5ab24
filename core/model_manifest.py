"""The manifest of a model: the normaliser and settings without which the zip is useless.

:mod:`runner.agent.best_model` writes the pair.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from core.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OF_RUN = "of_run"  # in the manifest's ``validation``: all validations, not only the best one


@dataclass(frozen=True)
class Validations:
    """The validations of a training run, each beside never trading, which earns 0."""

    count: int = 0
    lost: int = 0
    beat_never_trading: bool = False

    @classmethod
    def read(cls, validation: Mapping[str, Any] | None) -> Validations | None:
        """From a manifest's ``validation``; None: not recorded, or not by us."""
        found = validation.get(OF_RUN) if validation else None
        if not isinstance(found, dict):
            return None
        count, lost, beat = (found.get(name) for name in ("count", "lost", "beat_never_trading"))
        if type(count) is not int or type(lost) is not int or type(beat) is not bool:
            return None
        return cls(count, lost, beat)

    def with_one(self, return_pct: float) -> Validations:
        """With one more validation."""
        return Validations(
            self.count + 1,
            self.lost + (return_pct < 0),
            self.beat_never_trading or return_pct > 0,
        )

    def as_record(self) -> dict[str, int | bool]:
        """For the manifest."""
        return asdict(self)


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
        return Message(
            "Every validation of this model lost money ({lost} of {count}, best Sharpe "
            "{sharpe:.2f}): never trading was better.",
            lost=seen.lost,
            count=seen.count,
            sharpe=best,
        )
    return Message(
        "No validation of this model earned money ({lost} of {count} lost, best Sharpe "
        "{sharpe:.2f}, the others did not trade): never trading was better.",
        lost=seen.lost,
        count=seen.count,
        sharpe=best,
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
            manifest = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(manifest, dict) and manifest.get("sha256") == sha256:
            return manifest
    return None


def _refuse(constant: str) -> float:
    """Refuse NaN and infinities: they are not strict JSON, so we did not write the file."""
    raise ValueError(constant)
