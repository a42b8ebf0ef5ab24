"""The raw truth about event files, against files that others wrote."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.errors import TelemetryError
from core.telemetry.inspect import inspect, open_run
from tests.event_files import write_events
from tests.shared_files import SHARED

EVENTS = SHARED / "events"
EXPECTED = EVENTS / "EXPECTED.json"


@pytest.mark.skipif(not EXPECTED.exists(), reason="the public event files are not here")
def test_every_record_of_the_public_event_files_is_read_in_its_order():
    for name, truth in json.loads(EXPECTED.read_text()).items():
        reader = open_run(EVENTS / name)
        (file,) = reader.files
        assert (file.records, file.size) == (truth["events"], truth["bytes"]), name
        assert (file.waiting, file.stopped) == (truth["unread_bytes"], truth["stop"]), name
        for tag in reader.tags():
            steps = reader.series(tag, stitched=False).step
            resets = truth["tags"][tag]["step_resets"]
            assert int((np.diff(steps) < 0).sum()) == resets, (name, tag)


@pytest.mark.skipif(not EXPECTED.exists(), reason="the public event files are not here")
def test_a_folder_holds_the_points_of_all_its_files():
    expected = json.loads(EXPECTED.read_text())
    folder = "5chm33+trading-bot/c95b0b7b00/logs/tensorboard/SAC_18"
    files = [truth for name, truth in expected.items() if Path(name).parent.as_posix() == folder]
    assert len(files) > 5
    found = inspect(EVENTS / folder)["tags"]["time/fps"]
    assert found["n"] == sum(truth["tags"].get("time/fps", {}).get("n", 0) for truth in files)


def test_non_finite_values_are_null_and_the_text_is_strict_json(tmp_path):
    nan, inf = float("nan"), float("inf")
    write_events(
        tmp_path,
        {
            "train/loss": [(1, 10.0, nan), (2, 11.0, 3.0), (3, 12.0, -1.0), (4, 13.0, inf)],
            "train/explained_variance": [(1, 10.0, nan)],
        },
    )
    found = json.loads(json.dumps(inspect(tmp_path), allow_nan=False))
    assert found["tags"] == {
        "train/loss": {
            "n": 4, "first": [1, None], "last": [4, None], "min": -1.0, "max": 3.0, "nonfinite": 2,
            "known_as": "train/loss",
        },
        "train/explained_variance": {
            "n": 1, "first": [1, None], "last": [1, None], "min": None, "max": None, "nonfinite": 1,
            "known_as": "train/explained_variance",
        },
    }  # fmt: skip
    assert found["readings"]["total_loss"]["value"] is None


def test_readings_carry_where_they_come_from(tmp_path):
    write_events(tmp_path, {"train/approx_kl": [(4096, 1_700_000_000.0, 0.5)]})
    assert inspect(tmp_path)["readings"]["kl"] == {
        "value": 0.5,
        "unit": "",
        "window": "last update",
        "source": "events.out.tfevents.1700000000.host.1.0: train/approx_kl",
        "step": 4096,
        "at": "2023-11-14T22:13:20Z",
    }


def test_a_folder_without_event_files_has_a_problem_and_no_tags(tmp_path):
    found = inspect(tmp_path)
    assert (found["tags"], found["readings"]) == ({}, {})
    assert [problem["kind"] for problem in found["problems"]] == ["no_files"]


def test_a_missing_path_is_an_error_that_names_it(tmp_path):
    with pytest.raises(TelemetryError, match="nowhere does not exist"):
        inspect(tmp_path / "nowhere")


def test_a_tag_of_the_trainers_own_is_known_as_nothing(tmp_path):
    write_events(
        tmp_path,
        {"losses/value_loss": [(1, 10.0, 3.0)], "mine/buffer_age": [(1, 10.0, 3.0)]}
        | {"reward/shaping": [(1, 10.0, 3.0)]},
    )
    tags = inspect(tmp_path)["tags"]
    assert {name: found["known_as"] for name, found in tags.items()} == {
        "losses/value_loss": "train/value_loss",
        "mine/buffer_age": None,
        "reward/shaping": None,  # not a part of trainweek's own reward
    }
