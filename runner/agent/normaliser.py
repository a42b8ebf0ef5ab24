"""Feature statistics: fitted on the training bars, then frozen with the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import InputError, IntegrityError

CLIP = 5.0  # standard deviations; a crash candle shall not saturate the network


def name_differences(found: Sequence[str], wanted: Sequence[str]) -> str:
    """What ``found`` lacks and what it has too much, by name: "it lacks a, b and it has c"."""
    missing = [name for name in wanted if name not in found]
    unknown = [name for name in found if name not in wanted]
    said = [f"it lacks {', '.join(missing)}"] if missing else []
    said += [f"it has {', '.join(unknown)}"] if unknown else []
    return " and ".join(said) or "their order differs"


@dataclass(frozen=True)
class Normaliser:
    """Mean and standard deviation per feature; plain numbers, stored as JSON."""

    names: tuple[str, ...]
    mean: np.ndarray  # (K,)
    std: np.ndarray  # (K,)
    clip: float = CLIP

    @classmethod
    def fit(cls, names: tuple[str, ...], raw: np.ndarray) -> Normaliser:
        """From raw features of training bars only, shape (T, K)."""
        std = raw.std(axis=0)
        return cls(names, raw.mean(axis=0), np.where(std > 1e-12, std, 1.0))

    def apply(self, raw: np.ndarray) -> np.ndarray:
        """Normalised and clipped features, float32, same shape."""
        scaled = (raw - self.mean) / self.std
        return np.clip(scaled, -self.clip, self.clip).astype(np.float32)

    def require_names(self, names: tuple[str, ...], whose: str) -> None:
        """Refuse to normalise other features, or the same in another order.

        :raises InputError: names what is missing, and what nobody knows.
        """
        if self.names != names:
            raise InputError(
                f"The normaliser of {whose} is for other features:"
                f" {name_differences(self.names, names)}.",
                "Use the version that trained it, or train again.",
            )

    def as_dict(self) -> dict[str, Any]:
        return {
            "names": list(self.names),
            "mean": self.mean.tolist(),
            "std": self.std.tolist(),
            "clip": self.clip,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Normaliser:
        """Read what :meth:`as_dict` wrote.

        :raises IntegrityError: fields are missing, of unequal length or not finite.
        """
        try:
            names = tuple(str(name) for name in data["names"])
            mean = np.asarray(data["mean"], dtype=np.float64)
            std = np.asarray(data["std"], dtype=np.float64)
            clip = float(data["clip"])
        except (KeyError, TypeError, ValueError) as error:
            raise IntegrityError(
                f"The normaliser is not readable ({error}).", "Train again, or restore a backup."
            ) from error
        whole = mean.shape == std.shape == (len(names),)
        if not whole or not np.isfinite([*mean, *std, clip]).all() or (std <= 0).any():
            raise IntegrityError(
                "The normaliser's statistics are incomplete.", "Train again, or restore a backup."
            )
        return cls(names, mean, std, clip)
