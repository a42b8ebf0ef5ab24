"""A handful of the labelled recordings, replayed by the product's own code.

The whole set is ``make bench-detectors``; these few are what a change must not break.
"""

from __future__ import annotations

import struct

import pytest

from core.playbook import DEFAULT, load_playbook
from core.telemetry import RunReader
from tests.benchmarks.detectors.classes import BY_NAME, CLASSES
from tests.benchmarks.detectors.recordings import Recording, Rescale, load
from tests.benchmarks.detectors.replay import files_alone, product, replay
from tests.benchmarks.detectors.scoring import lower_bound, score, upper_bound

SAMPLE = ("hang_stopped", "crash_killed", "no_monitor", "kl_learning_rate", "healthy")


@pytest.fixture(scope="module")
def recordings() -> dict[str, Recording]:
    return {r.kind.name: r for r in load(only=set(SAMPLE)) if r.seed == 0}


@pytest.mark.parametrize("name", SAMPLE)
def test_a_fault_is_found_in_time_and_nothing_else_is(recordings, name, tmp_path):
    seen = replay(recordings[name], tmp_path, load_playbook(DEFAULT), {"product": product})
    scores = score([seen["product"]])
    expected = BY_NAME[name].scenario
    assert set(scores) <= {expected, *BY_NAME[name].consequences} - {None}
    if expected is not None:
        assert (scores[expected].found, scores[expected].false) == (1, [])


def test_a_hang_is_seen_in_the_event_files_alone(recordings, tmp_path):
    seen = replay(recordings["hang_stopped"], tmp_path, load_playbook(DEFAULT), {"f": files_alone})
    assert score([seen["f"]])["hung"].found == 1


def test_rescaling_changes_wall_times_and_nothing_else(recordings, tmp_path):
    ((_name, content),) = recordings["healthy"].files.items()
    clock = Rescale(origin=recordings["healthy"].label["started_wall"], start=1e9, factor=1000.0)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "events.out.tfevents.1").write_bytes(content)
    scaled = b"".join(data for _, data in clock.records(content))
    (tmp_path / "b" / "events.out.tfevents.1").write_bytes(scaled)
    before, after = RunReader(tmp_path / "a"), RunReader(tmp_path / "b")
    before.refresh()
    after.refresh()
    assert not after.problems
    first, second = before.frame(), after.frame()
    assert (first[["tag", "step"]] == second[["tag", "step"]]).all().all()
    assert (first["value"].isna() | (first["value"] == second["value"])).all()
    assert second["wall_time"].to_numpy() == pytest.approx(
        [clock(wall) for wall in first["wall_time"]], abs=1e-3
    )


def test_a_cut_record_stays_cut(recordings):
    (content,) = recordings["healthy"].files.values()
    clock = Rescale(origin=0.0, start=0.0, factor=1.0)
    cut = content[:-5]
    assert b"".join(data for _, data in clock.records(cut)) == cut
    (length,) = struct.unpack_from("<Q", content)
    assert next(clock.records(content))[1] == content[: length + 16]


def test_every_class_of_runs_names_a_scenario_or_none():
    from core.diagnosis import SCENARIOS

    for kind in CLASSES:
        assert kind.scenario is None or kind.scenario in SCENARIOS
        assert set(kind.consequences) <= set(SCENARIOS)


def test_bounds_are_those_of_clopper_and_pearson():
    # the reference's own examples, one-sided 95 %
    assert lower_bound(30, 30) == pytest.approx(0.905, abs=1e-3)
    assert lower_bound(29, 30) == pytest.approx(0.851, abs=1e-3)
    assert lower_bound(100, 100) == pytest.approx(0.970, abs=1e-3)
    assert upper_bound(0, 30) == pytest.approx(1 - 0.905, abs=1e-3)
