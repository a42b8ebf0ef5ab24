"""The recipe of a decided model: all that is needed to train it again, bound by the decision's hashes.

A decision names its model's manifest and its playbook by SHA-256. The manifest has settings, seed,
steps, the hash of the training data, versions, CPU kernels and threads.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.canonical_json import canonical_sha256
from core.decision.kept_hashes import kept_candles_sha256
from core.decision.load import parse_decision
from core.errors import InputError, IntegrityError, MarketDataError
from core.language import Message, joined, literal
from core.limited_files import MOST_CAPSULE, json_of, read_limited
from core.model_manifest import OF_RUN
from core.playbook.settings import TrainingSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.decision.record import RecordedDecision

FORMAT = "trainweek-recipe/1"
FILE = "recipe.json"
EXPORT_NEWER = Message(
    "Export it again with this version where the decision was made: `trainweek decision export`."
)

# What a manifest of a version before December 2026 does not record.
LATER: dict[str, Message] = {
    "versions": Message("the versions that trained it"),
    "numerics": Message("CPU kernels and threads"),
    "cpu": Message("the CPU that trained it"),
    "code": Message("the code that trained it"),
    "resumes": Message("whether the run was resumed from a checkpoint"),
    "weights_sha256": Message("the hash of the weights"),
}


@dataclass(frozen=True)
class Recipe:
    """A decision with the manifest and the playbook that it names.

    :ivar decision_text: the archived ``decision.json``.
    """

    decision_text: str
    decision: RecordedDecision
    manifest: Mapping[str, Any]
    playbook_text: str

    @classmethod
    def of(
        cls, decision_text: str, manifest: Mapping[str, Any] | None, playbook_text: str | None
    ) -> Recipe:
        """Put a recipe together and check that its parts are those of the decision.

        :raises InputError: a part is missing, or the model can't be trained here; names which.
        :raises IntegrityError: a part is another one than the decision's.
        """
        decision = parse_decision(Path("decision.json"), decision_text.encode())
        named = decision.model.manifest_sha256
        missing = [
            what
            for what, absent in (
                (Message("the model's manifest (settings, seed, steps)"), manifest is None),
                (Message("the manifest's hash"), named is None),
                (Message("the playbook (gates, rules)"), playbook_text is None),
                (Message("the hash of the backtest data"), not decision.data.sha256),
            )
            if absent
        ]
        if missing or manifest is None or playbook_text is None:
            raise InputError(
                Message(
                    "The recipe of this decision is not complete. Missing: {parts}.",
                    parts=joined(missing, ", "),
                ),
                EXPORT_NEWER,
            )
        for part, found, wanted in (
            (Message("manifest"), canonical_sha256(manifest), named),
            (Message("playbook"), _sha256(playbook_text), decision.playbook.sha256),
        ):
            if found != wanted:
                raise IntegrityError(
                    Message(
                        "The {part} is not the decision's: SHA-256 {found}, not {wanted}.",
                        part=part,
                        found=found[:12],
                        wanted=str(wanted)[:12],
                    ),
                    Message("Do not use it. Ask for the original."),
                )
        recipe = cls(decision_text, decision, manifest, playbook_text)
        recipe._require_trainable()
        return recipe

    def _require_trainable(self) -> None:
        if self.manifest.get("origin") == "imported":
            raise InputError(
                Message("The model was imported: its training is not recorded."),
                Message("Reproduce it where it was trained."),
            )
        config = self.manifest.get("config")
        config = config if isinstance(config, dict) else {}
        parts = {"config.total_steps": config.get("total_steps")} | {
            name: self.manifest.get(name) for name in ("data_sha256", "run", "step")
        }
        kinds = {"config.total_steps": int, "data_sha256": str, "run": str, "step": int}
        missing = [name for name, value in parts.items() if type(value) is not kinds[name]]
        if missing or not isinstance(config.get("settings"), dict):
            missing += [] if isinstance(config.get("settings"), dict) else ["config.settings"]
            raise InputError(
                Message(
                    "The model's manifest (schema {schema}) lacks {names}, so it can't be trained "
                    "again.",
                    schema=str(self.manifest.get("schema", "?")),
                    names=", ".join(missing),
                ),
                Message("Train and revalidate with this version of trainweek."),
            )
        if self.settings.command is not None:
            raise InputError(
                Message(
                    "A trainer of your own made it ({command}).", command=self.settings.command[0]
                ),
                Message("Only models that trainweek's own trainer made can be trained again."),
            )

    @cached_property
    def settings(self) -> TrainingSettings:
        """Of the training that made the model.

        :raises InputError: made by a version with other settings.
        """
        try:
            return TrainingSettings.model_validate(self.manifest["config"]["settings"])
        except ValueError as error:
            raise InputError(
                Message("This version can't use the model's settings: {error}", error=str(error)),
                Message("Reproduce it with the version of trainweek that trained it."),
            ) from error

    @property
    def sha256(self) -> str:
        """Hash of the decision; it names the recipe too."""
        return _sha256(self.decision_text)

    @property
    def total_steps(self) -> int:
        """Of the run when the model was saved; the validations' interval depends on it."""
        return int(self.manifest["config"]["total_steps"])

    @property
    def last_step(self) -> int:
        """Step of the run's last validation: the model was chosen among those up to it."""
        of_run = (self.manifest.get("validation") or {}).get(OF_RUN)
        steps = of_run.get("steps") if isinstance(of_run, dict) else None
        seen = [step for step in steps or [] if type(step) is int]
        return max(seen, default=self.total_steps)

    @property
    def train_sha256(self) -> str:
        """Hash of the training candles."""
        return str(self.manifest["data_sha256"])

    @property
    def backtest_sha256(self) -> str:
        """Hash of the backtest candles."""
        return str(self.decision.data.sha256)

    @property
    def episodes(self) -> int:
        """Into how many episodes the backtest was cut."""
        return sum(row.is_episode for row in self.decision.episodes)

    def not_recorded(self) -> tuple[str, ...]:
        """Names of :data:`LATER` that an older manifest lacks; a difference in them can't be named."""
        config = self.manifest["config"]
        return tuple(name for name in LATER if name not in self.manifest and name not in config)

    def as_file(self) -> bytes:
        """The recipe's file."""
        fields = {
            "format": FORMAT,
            "decision": self.decision_text,
            "manifest": dict(self.manifest),
            "playbook": self.playbook_text,
        }
        return (json.dumps(fields, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def read_recipe(path: Path) -> Recipe:
    """The recipe that was kept for a reproduction, checked again.

    :raises InputError: it can't be read, or is not complete.
    :raises IntegrityError: altered, or of another version.
    """
    again = Message("Request the reproduction again.")
    try:
        fields = json_of(read_limited(path, MOST_CAPSULE))
    except (OSError, ValueError) as error:
        raise InputError(
            Message("{path} can't be read: {why}.", path=str(path), why=str(error)), again
        ) from error
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise IntegrityError(Message("{path} is not a recipe.", path=str(path)), again)
    return Recipe.of(fields["decision"], fields["manifest"], fields["playbook"])


def candles_of(sha256: str, places: Iterable[Path], what: Message) -> Path:
    """The first of these folders that has the candles with this hash.

    :param what: "training data" or "backtest data", for the refusal.
    :raises MarketDataError: none has them; names the hash.
    """
    looked: list[str] = []
    for place in places:
        try:
            found = kept_candles_sha256(place)
        except MarketDataError:
            looked.append(str(place))
            continue
        if found == sha256:
            return place
        looked.append(f"{place} ({found[:12]})")
    raise MarketDataError(
        Message(
            "The {what} with SHA-256 {sha256} are not here. Looked in: {places}.",
            what=what,
            sha256=sha256,
            places=literal(", ".join(looked)),
        ),
        Message(
            "Copy the original candle files here and name their folder: --train-data-dir, "
            "--backtest-data-dir."
        ),
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
