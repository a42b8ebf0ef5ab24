"""What the benchmark of readers rests on."""

from __future__ import annotations

import pytest
from torch.utils.tensorboard import SummaryWriter

from tests.benchmarks.events import measured, written
from tests.event_files import scalar


def test_the_benchmarks_file_has_the_bytes_that_torch_writes(tmp_path):
    points = [("train/loss", 2048, 1.7e9, 0.25), ("rollout/ep_rew_mean", 10**8, 1.7e9 + 0.1, -3e9)]
    with SummaryWriter(str(tmp_path)) as writer:
        for tag, step, wall, value in points:
            writer.add_scalar(tag, value, step, walltime=wall)
    (file,) = tmp_path.glob("*tfevents*")
    expected = b"".join(scalar(tag, step, wall, value) for tag, step, wall, value in points)
    assert file.read_bytes().endswith(expected)


@pytest.mark.slow
def test_the_rust_server_is_measured_until_it_gives_every_point(tmp_path):
    path, tail = written(tmp_path / "run", 50)
    size = path.stat().st_size
    found = measured("rust_checked", path, tail)
    assert found["points"] == 1000
    assert found["cold_s"] > 0
    assert found["extra_mb"] > 0
    assert path.stat().st_size == size
