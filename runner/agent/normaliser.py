"""What a model's observations are made of, and the range that its training run saw.

Fitted on the training bars, and saved with the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import InputError, IntegrityError
from core.language import Message, joined
from runner.agent.features import AGES, CLIPPED_POSITION_NAMES, POSITION_NAMES
from runner.agent.observed_range import ObservedRange

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CLIP = 5.0  # standard deviations; a crash candle must not saturate the network

_RETRAIN = Message("Train again, or restore a backup.")


def name_differences(found: Sequence[str], wanted: Sequence[str]) -> Message:
    """Missing and unexpected names: "missing a, b; unexpected c"."""
    missing = [name for name in wanted if name not in found]
    unknown = [name for name in found if name not in wanted]
    parts = [Message("missing {names}", names=", ".join(missing))] if missing else []
    parts += [Message("unexpected {names}", names=", ".join(unknown))] if unknown else []
    return joined(parts, "; ") if parts else Message("different order")


@dataclass(frozen=True)
class Normaliser:
    """Mean and standard deviation per feature; plain numbers, stored as JSON.

    :ivar position: names of the numbers after the features; they say how these are computed.
    :ivar seen: range of all observations of the training run so far; None: not recorded.
    """

    names: tuple[str, ...]
    mean: np.ndarray  # (K,)
    std: np.ndarray  # (K,)
    clip: float = CLIP
    position: tuple[str, ...] = POSITION_NAMES
    seen: ObservedRange | None = None

    @classmethod
    def fit(cls, names: tuple[str, ...], raw: np.ndarray) -> Normaliser:
        """Fit on raw features of training bars only, shape (T, K)."""
        std = raw.std(axis=0)
        return cls(names, raw.mean(axis=0), np.where(std > 1e-12, std, 1.0))

    @property
    def observation(self) -> tuple[str, ...]:
        """Names of all numbers of an observation, in their order."""
        return self.names + self.position

    def apply(self, raw: np.ndarray) -> np.ndarray:
        """Normalised and clipped features, float32, same shape."""
        scaled = (raw - self.mean) / self.std
        return np.clip(scaled, -self.clip, self.clip).astype(np.float32)

    def require_names(self, names: tuple[str, ...], whose: str) -> None:
        """Refuse to normalise different features, or the same features in a different order.

        :raises InputError: names the missing and the unexpected ones.
        """
        if self.names != names:
            raise InputError(
                Message(
                    "The normaliser of {model} has different features: {differences}.",
                    model=whose,
                    differences=name_differences(self.names, names),
                ),
                Message("Use the version that trained it, or train again."),
            )

    def as_dict(self) -> dict[str, Any]:
        """All fields as plain JSON; without ``seen`` if it is not recorded."""
        fields = {
            "names": list(self.names),
            "mean": self.mean.tolist(),
            "std": self.std.tolist(),
            "clip": self.clip,
            "position": list(self.position),
        }
        return fields if self.seen is None else {**fields, "seen": self.seen.as_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Normaliser:
        """Read what :meth:`as_dict` wrote; without ``position`` it is of an earlier version.

        :raises IntegrityError: fields are missing, of unequal length or not finite.
        """
        try:
            names = tuple(str(name) for name in data["names"])
            mean = np.asarray(data["mean"], dtype=np.float64)
            std = np.asarray(data["std"], dtype=np.float64)
            clip = float(data["clip"])
            position = tuple(data.get("position", CLIPPED_POSITION_NAMES))
            seen = ObservedRange.read(data.get("seen"), names + position)
        except (KeyError, TypeError, ValueError) as error:
            raise IntegrityError(
                Message("The normaliser can't be read ({error}).", error=str(error)), _RETRAIN
            ) from error
        complete = mean.shape == std.shape == (len(names),)
        if not complete or not np.isfinite([*mean, *std, clip]).all() or (std <= 0).any():
            raise IntegrityError(
                Message("The normaliser's statistics are incomplete or not finite."), _RETRAIN
            )
        if position not in AGES:
            raise IntegrityError(
                Message(
                    "The normaliser names unknown numbers of the position: {names}.",
                    names=", ".join(map(str, position)),
                ),
                _RETRAIN,
            )
        return cls(names, mean, std, clip, position, seen)
