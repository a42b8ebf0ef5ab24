"""Program: import an external model so that it can be revalidated.

Only its weights are taken, into a model built from the playbook's settings. That new model
is written, with a manifest that says ``origin: imported`` and who stated its training
range. The file itself is never unpickled and not kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import InputError, IntegrityError
from core.files import file_sha256
from core.job_params import ImportModelParams, require_range
from core.language import Message
from core.limited_files import MOST_RECORD, json_of, read_limited
from core.path_names import safe_name
from core.timestamps import iso, parse_moment
from core.trading.training_bars import purge_gap
from runner.agent.best_model import save_best_model
from runner.agent.features import FEATURE_NAMES
from runner.agent.foreign_model import model_of_weights
from runner.agent.normaliser import Normaliser
from runner.jobs.attempt import COMPLETE, Spec, StopFlag, run_program, utc_now
from runner.models.best_model import manifest_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

MODEL = "model.zip"
STATISTICS = Message(
    "Give its feature statistics: --normaliser FILE.json (names, mean, std, clip)."
)


def import_model(spec: Spec, stop: StopFlag) -> int:
    """Import a file, with normaliser and training range from the parameters or its manifest.

    :raises InputError: no such file, no matching normaliser, other observations, another
        network, or an unknown training range.
    :raises IntegrityError: the manifest next to it describes another file.
    """
    home, asked = spec.home, spec.asked(ImportModelParams)
    source = home.resolve(asked.file)
    if not source.is_file():
        raise InputError(
            Message("There is no file {path}.", path=str(source)), Message("Give the model's .zip.")
        )
    sha256 = file_sha256(source)
    manifest = _stored_manifest(source, sha256)
    normaliser = _normaliser(home.resolve, asked.normaliser, source, manifest)
    first = asked.trained_from or _moment(manifest.get("train_first"), "--trained-from")
    last = asked.trained_until or _moment(manifest.get("train_last"), "--trained-until")
    require_range(first, last)
    settings = spec.playbook.training
    model, facts = model_of_weights(source, settings)
    validation = manifest.get("validation")
    name = safe_name(f"{_safe(source.stem)}-{sha256[:8]}", "model")
    target = home.model.parent / "imported" / name / MODEL
    save_best_model(
        target,
        model,
        {
            "origin": "imported",
            "imported": {
                "file": source.name,
                "sha256": sha256,
                "by": spec.requested_by,
                "at": iso(utc_now()),
                "range_by": spec.requested_by if asked.trained_until else "its manifest",
                "normaliser": asked.normaliser or "its manifest",
            },
            "run": str(manifest.get("run") or f"imported-{name}"),
            "step": int(facts.get("steps") or 0),
            "saved_at": iso(utc_now()),
            "validation": validation if isinstance(validation, dict) else None,
            "config": {"settings": settings.model_dump(mode="json")},
            "normaliser": normaliser.as_dict(),
            "observation_shape": [len(normaliser.observation)],
            "feature_names": list(normaliser.observation),
            "train_first": iso(first),
            "train_last": iso(last),
            "purge_gap_bars": purge_gap(settings),
            "data_sha256": manifest.get("data_sha256"),
            "synthetic": manifest.get("synthetic"),
        },
    )
    print(f"[INFO] {source.name} imported as {home.relative(target)}, weights only", flush=True)
    spec.write_result(
        {
            "complete": True,
            "ok": True,
            "model": home.relative(target),
            "sha256": file_sha256(target),
            "of_sha256": sha256,
        }
    )
    return COMPLETE


def _stored_manifest(source: Path, sha256: str) -> Mapping[str, Any]:
    path = manifest_path(source)
    if not path.exists():
        return {}
    manifest = _json(path)
    if manifest.get("sha256") != sha256:
        raise IntegrityError(
            Message(
                "{manifest} does not describe {file} (SHA-256 differs).",
                manifest=path.name,
                file=source.name,
            ),
            Message("Put the matching manifest next to it, or move this one away."),
        )
    return manifest


def _normaliser(
    resolve: Callable[[str], Path], given: str | None, source: Path, manifest: Mapping[str, Any]
) -> Normaliser:
    if given:
        path = resolve(given)
        if path.suffix != ".json":
            raise InputError(
                Message(
                    "{file} is not JSON. A pickled VecNormalize can run code, so it is not read.",
                    file=path.name,
                ),
                STATISTICS,
            )
        statistics, whose = {**_position(manifest), **_json(path)}, path.name
    elif manifest.get("normaliser"):
        statistics, whose = manifest["normaliser"], manifest_path(source).name
    else:
        raise InputError(
            Message(
                "{file} has no normaliser: the policy would get differently scaled "
                "inputs than in training.",
                file=source.name,
            ),
            STATISTICS,
        )
    normaliser = Normaliser.from_dict(statistics)
    normaliser.require_names(FEATURE_NAMES, whose)
    return normaliser


def _position(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """How the numbers of the position are computed, where the manifest names them."""
    names = manifest.get("feature_names")
    return {"position": names[len(FEATURE_NAMES) :]} if isinstance(names, list) else {}


def _moment(given: object, flag: str) -> datetime:
    if not given:
        raise InputError(
            Message(
                "The model's training range is unknown, so no backtest data would count as unseen."
            ),
            Message("Give {flag}, e.g. 2025-02-23T00:00Z.", flag=flag),
        )
    try:
        return parse_moment(str(given))
    except (ValueError, InputError) as error:
        raise InputError(
            Message("{flag} {given} is not a time.", flag=flag, given=repr(given)),
            Message("Write it as 2025-02-23T00:00Z."),
        ) from error


def _json(path: Path) -> Mapping[str, Any]:
    try:
        read = json_of(read_limited(path, MOST_RECORD))
    except (OSError, ValueError) as error:
        raise InputError(
            Message("{path} can't be read as JSON: {error}.", path=str(path), error=str(error)),
            STATISTICS,
        ) from error
    if not isinstance(read, dict):
        raise InputError(Message("{file} is not a JSON object.", file=path.name), STATISTICS)
    return read


def _safe(stem: str) -> str:
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in stem)
    return kept.strip("._-")[:60] or "model"


if __name__ == "__main__":
    raise SystemExit(run_program(import_model))
