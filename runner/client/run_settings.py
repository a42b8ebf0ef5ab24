"""The settings of a training run, with what restarts changed on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.job_params import TrainParams, stored_params

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.playbook import TrainingSettings

OF_A_REQUEST = ("seed", "learning_rate", "ent_coef")  # what a launch or a restart may set


def settings_of(
    manifest: Mapping[str, Any] | None,
    requests: Sequence[Mapping[str, Any]],
    training: TrainingSettings | None,
) -> tuple[dict[str, Any], dict[str, tuple[Any, ...]]]:
    """The newest settings; and, for those that a restart changed, all values in their order.

    The best model's manifest names all settings, but as they were when it was saved: what was
    requested for the run comes first.

    :param requests: the parameters of the run's launch and of each restart, in order.
    :param training: the playbook's settings, which requests leave or replace.
    """
    of_model = _of_manifest(manifest)
    settings = (
        (training.model_dump(mode="json") if training else {}) if of_model is None else of_model
    )
    changed: dict[str, tuple[Any, ...]] = {}
    asked = [stored_params(TrainParams, params) for params in requests]
    for name in OF_A_REQUEST:
        values: list[Any] = []
        for each in asked:
            value = getattr(each, name)
            value = getattr(training, name, None) if value is None else value
            if value is not None and values[-1:] != [value]:
                values.append(value)
        if len(values) > 1:
            changed[name] = tuple(values)
        if values and (of_model is None or name in changed):
            settings[name] = values[-1]
    return settings, changed


def _of_manifest(manifest: Mapping[str, Any] | None) -> dict[str, Any] | None:
    config = manifest.get("config") if manifest else None
    if isinstance(config, dict) and isinstance(config.get("settings"), dict):
        return dict(config["settings"])
    return None
