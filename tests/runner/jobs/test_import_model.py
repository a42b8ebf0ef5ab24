"""Importing a model from elsewhere: how its observations are computed, and their range."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from core.files import file_sha256
from core.paths import Home
from runner.agent.features import CLIPPED_POSITION_NAMES, FEATURE_NAMES, POSITION_NAMES
from runner.agent.observed_range import ObservedRange
from runner.agent.session import Session
from runner.agent.split import TrainingData
from runner.jobs.attempt import StopFlag, read_spec
from runner.jobs.import_model import import_model
from tests.runner.agent.markets import candles, small_settings
from tests.runner.jobs.training_home import write_spec

if TYPE_CHECKING:
    from pathlib import Path

RANGE: dict[str, Any] = {"trained_from": "2021-02-23T00:00Z", "trained_until": "2021-04-20T00:00Z"}


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A model's zip without a manifest, and its feature statistics as plain JSON."""
    settings = small_settings()
    session = Session(TrainingData.prepare(candles(2000), settings), settings, 1_000, 8760)
    path = tmp_path_factory.mktemp("elsewhere") / "foreign.zip"
    session.model.save(path)
    statistics = session.data.normaliser.as_dict()
    del statistics["position"]  # as every file before December 2026
    return path, statistics


def imported(root: Path, model: Path, statistics: dict[str, Any]) -> dict[str, Any]:
    """The manifest of the imported model."""
    home, given = Home(root / "home"), root / "statistics.json"
    given.write_text(json.dumps(statistics), encoding="utf-8")
    spec = read_spec(
        write_spec(home, "import-model", file=str(model), normaliser=str(given), **RANGE)
    )
    assert import_model(spec, StopFlag()) == 0
    target = home.root / json.loads((spec.folder / "result.json").read_text())["model"]
    return json.loads(target.with_name("model.manifest.json").read_text(encoding="utf-8"))


def test_statistics_that_name_no_position_are_of_an_earlier_version(
    foreign: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    manifest = imported(tmp_path, *foreign)
    assert manifest["feature_names"] == [*FEATURE_NAMES, *CLIPPED_POSITION_NAMES]
    assert manifest["normaliser"]["position"] == list(CLIPPED_POSITION_NAMES)
    assert "seen" not in manifest["normaliser"]


def test_a_named_position_and_a_recorded_range_are_kept(
    foreign: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    names = FEATURE_NAMES + POSITION_NAMES
    seen = ObservedRange.of(names, np.random.default_rng(1).normal(size=(20, len(names)))).as_dict()
    model, statistics = foreign
    manifest = imported(
        tmp_path, model, {**statistics, "position": list(POSITION_NAMES), "seen": seen}
    )
    assert manifest["feature_names"] == list(names)
    assert manifest["normaliser"]["seen"] == seen


def test_the_manifest_beside_the_file_names_the_position_where_the_statistics_do_not(
    foreign: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    model, statistics = foreign
    copy = tmp_path / "theirs.zip"
    copy.write_bytes(model.read_bytes())
    beside = {"sha256": file_sha256(copy), "feature_names": [*FEATURE_NAMES, *POSITION_NAMES]}
    copy.with_name("theirs.manifest.json").write_text(json.dumps(beside), encoding="utf-8")
    manifest = imported(tmp_path, copy, statistics)
    assert manifest["normaliser"]["position"] == list(POSITION_NAMES)
