"""A handful of the labelled recordings, replayed by the product's own code.

The whole set is ``make bench-detectors``; these few are what a change must not break.
"""

from __future__ import annotations

import struct
import tarfile

import pytest

from core.diagnosis import Finding
from core.language import literal
from core.playbook import DEFAULT, load_playbook
from core.telemetry import RunReader
from core.vocabulary import FindingStatus, Severity
from tests.benchmarks.detectors.classes import BY_NAME, CLASSES, HEALTHY
from tests.benchmarks.detectors.practitioner import Opinion, opinion
from tests.benchmarks.detectors.real_runs import Judged, judge_folders
from tests.benchmarks.detectors.recordings import ARCHIVE, Recording, Rescale, load
from tests.benchmarks.detectors.replay import files_alone, product, replay
from tests.benchmarks.detectors.scoring import lower_bound, score, upper_bound
from tests.shared_files import shared_file

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


def test_a_dead_policy_is_named_with_its_cause(recordings, tmp_path):
    for name, content in recordings["kl_learning_rate"].files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    run = judge_folders(tmp_path, load_playbook(DEFAULT))[0]
    (dead,) = (found for found in run.alarms if found.scenario == "policy_dead")
    assert "after KL jumped to" in dead.headline


def test_a_folder_of_a_side_writer_is_no_attempt_of_the_run(tmp_path):
    (aside,) = (run for run in load(only={"hard_side_writer"}) if run.seed == 2)
    assert len(aside.files) == 2
    seen = replay(aside, tmp_path, load_playbook(DEFAULT), {"product": product})["product"]
    assert "data_issue" not in seen.fired


@pytest.mark.parametrize(
    ("fired", "agreement"),
    [
        ((), "MISSED"),
        (("kl_explosion", "critic_useless"), "agree"),
        (("kl_explosion", "hung"), "FALSE ALARM"),
    ],
)
def test_a_label_and_a_verdict_agree_when_the_expected_fires_and_nothing_else(fired, agreement):
    said = Opinion("a", "z", "unstable", "", expected=("kl_explosion",), may=("critic_useless",))
    alarms = tuple(
        Finding(name, FindingStatus.FIRING, Severity.WARNING, None, literal(name)) for name in fired
    )
    assert Judged("a/z", alarms, said).agreement == agreement


def test_each_public_run_has_a_label_of_its_own():
    root = shared_file("events")
    folders = {path.parent.relative_to(root).as_posix() for path in root.rglob("*tfevents*")}
    assert all(opinion(folder) is not None for folder in folders)


def test_both_halves_hold_three_of_each_class_and_forty_healthy_runs():
    for kind in CLASSES:
        reported = [seed for seed in kind.seeds if seed % 2 and seed > 1]
        assert len(reported) >= (2 if 0 in kind.seeds else 3)
        assert len(kind.seeds) - len(reported) >= 3
    healthy = [seed for kind in CLASSES if kind.kind == HEALTHY for seed in kind.seeds]
    reported = [seed for seed in healthy if seed % 2 and seed > 1]
    assert min(len(reported), len(healthy) - len(reported)) >= 40


def test_every_class_is_recorded_as_often_as_it_says():
    with tarfile.open(ARCHIVE) as tar:
        names = {name.partition("/")[0] for name in tar.getnames()}
    assert names == {f"{kind.name}-{seed:02}" for kind in CLASSES for seed in kind.seeds}


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
