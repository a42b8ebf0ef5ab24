"""On a shared disk sizes, names and contents are late: what is read is then old, never wrong."""

from __future__ import annotations

import json
import random
import shutil
from typing import TYPE_CHECKING

import pytest

from core.telemetry.reader import RunReader
from runner.executors.executor import Handle
from runner.executors.lease import read_shim_files
from runner.models.checkpoints import newest_checkpoint
from runner.processes.keeper import Lease
from tests.event_files import NAME, header, scalar
from tests.lagging_folder import LaggingFolder, lagging
from tests.runner.models.checkpoint_files import write_checkpoint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TAG = "rollout/ep_rew_mean"
MARK = "one"


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[LaggingFolder]:
    with lagging(tmp_path) as folder:
        yield folder


def points(reader: RunReader) -> list[tuple[int, float]]:
    series = reader.series(TAG)
    return list(zip(series.step.tolist(), series.value.tolist(), strict=True))


def write_event(shared: LaggingFolder, step: int) -> None:
    with (shared.real / NAME).open("ab") as file:
        file.write(header(1e9) if file.tell() == 0 else b"")
        file.write(scalar(TAG, step, 1e9 + step, step * 2.0))


@pytest.mark.parametrize("seed", range(3))
def test_curves_are_never_wrong_while_sizes_and_names_are_late(
    shared: LaggingFolder, seed: int
) -> None:
    """Whatever is late, a curve is a beginning of the true one, and no problem is claimed."""
    chance = random.Random(seed)
    reader = RunReader(shared.seen)
    history: list[tuple[int, int]] = []
    true: list[tuple[int, float]] = []
    longest, first = 0, chance.randrange(2, 6)
    for step in range(60):
        write_event(shared, step)
        true.append((step, step * 2.0))
        size = (shared.real / NAME).stat().st_size
        # A cache may end in the middle of a record.
        history += [(size - cut, step * 1000 - cut) for cut in (13, 7, 1, 0)]
        shared.catch_up()
        shared.sizes[NAME] = chance.choice(history[-20:])  # maybe older than at the last look
        if step < first:
            shared.hidden.add(NAME)
        reader.refresh()
        shown = points(reader)
        assert shown == true[: len(shown)]
        assert [each.kind for each in reader.problems if step >= first] == []
        assert len(shown) >= longest  # what was shown is not taken back
        longest = len(shown)
    shared.catch_up()
    reader.refresh()
    assert points(reader) == true


def test_a_file_that_really_shrank_is_read_again(shared: LaggingFolder) -> None:
    for step in range(9):
        write_event(shared, step)
    reader = RunReader(shared.seen)
    reader.refresh()
    (shared.real / NAME).write_bytes(header(1e9) + scalar(TAG, 3, 1e9, 5.0))
    reader.refresh()
    assert points(reader) == [(3, 5.0)]
    assert [str(problem.detail) for problem in reader.problems] == [
        "the file shrank and was read again"
    ]


def test_a_lost_handle_keeps_what_was_read_and_says_so(shared: LaggingFolder) -> None:
    for step in range(9):
        write_event(shared, step)
    reader = RunReader(shared.seen)
    reader.refresh()
    shared.stale.add(NAME)
    reader.refresh()
    assert len(points(reader)) == 9
    assert [str(problem.detail) for problem in reader.problems] == ["Stale file handle"]
    shared.catch_up()
    write_event(shared, 9)
    reader.refresh()
    assert (len(points(reader)), reader.problems) == (10, [])


def spoil(shared: LaggingFolder, name: str, how: str) -> None:
    size = (shared.real / name).stat().st_size
    match how:
        case "hidden":
            shared.hidden.add(name)
        case "stale":
            shared.stale.add(name)
        case "empty":
            shared.sizes[name] = 0, 0
        case "half":
            shared.sizes[name] = size // 2, 0
        case "earlier":
            shared.earlier[name] = b"[]"


@pytest.mark.parametrize("how", ["hidden", "stale", "empty", "half", "earlier"])
def test_a_checkpoint_counts_only_once_all_of_it_is_seen(
    shared: LaggingFolder, tmp_path: Path, how: str
) -> None:
    write_checkpoint(shared.real, "run", 100)
    whole = write_checkpoint(tmp_path, "run", 200)
    shutil.move(whole, shared.real / "200")  # one rename for those who write it
    for path in sorted((shared.real / "200").iterdir()):
        shared.catch_up()
        spoil(shared, f"200/{path.name}", how)
        found = newest_checkpoint(shared.seen, "run")
        assert found is not None
        assert found.step == 100, path.name
    shared.catch_up()
    shared.hidden.add("200")
    found = newest_checkpoint(shared.seen, "run")
    assert found is not None
    assert found.step == 100
    shared.catch_up()
    found = newest_checkpoint(shared.seen, "run")
    assert found is not None
    assert found.step == 200


def write_lease(shared: LaggingFolder, epoch: int) -> None:
    partial = shared.real / "lease.partial"
    partial.write_text(json.dumps({"mark": MARK, "epoch": epoch, "ask": None}))
    partial.replace(shared.real / "lease.json")


def keeper_of(shared: LaggingFolder) -> Lease:
    given = {"epoch": 1, "grace_s": 1.0, "blind_s": 60.0}
    return Lease(str(shared.seen), {"mark": MARK, "heartbeat_s": 1.0, "lease": given})


def test_a_lease_that_was_taken_once_stays_taken(shared: LaggingFolder) -> None:
    """Another server may still give the content before the rename: an older epoch."""
    lease = keeper_of(shared)
    write_lease(shared, 1)
    lease.read()
    assert lease.broken(lease.seen_at) == ""
    shared.keep("lease.json")
    write_lease(shared, 2)
    lease.read()
    assert lease.broken(lease.seen_at) == ""  # late: that is what lost_grace_s waits for
    old, shared.earlier = shared.earlier, {}
    lease.read()
    assert lease.broken(lease.seen_at) == "fenced"
    shared.earlier = old
    lease.read()
    assert lease.broken(lease.seen_at) == "fenced"


@pytest.mark.parametrize("how", ["hidden", "stale", "empty", "half", "earlier"])
def test_a_lease_that_is_half_seen_is_not_read_at_all(shared: LaggingFolder, how: str) -> None:
    """It neither fences nor counts as seen: after blind_s the attempt ends itself."""
    lease = keeper_of(shared)
    write_lease(shared, 1)
    lease.read()
    seen_at = lease.seen_at
    spoil(shared, "lease.json", how)
    lease.read()
    assert (lease.seen_at, lease.held_by) == (seen_at, 1)
    assert lease.broken(seen_at + 59) == ""
    assert lease.broken(seen_at + 61) == "blind"


@pytest.mark.parametrize("how", ["hidden", "stale", "empty", "half", "earlier"])
def test_an_end_that_is_half_seen_is_none(shared: LaggingFolder, how: str) -> None:
    handle = Handle(MARK, shared.seen)
    ended = {"exit_code": 0, "signal": None, "error": None, "ended_at": 2e9}
    identity = {"mark": MARK, "started_at": 1e9}
    for name, content in (("identity.json", identity), ("exit.json", ended)):
        (shared.real / name).write_text(json.dumps(content))
    spoil(shared, "exit.json", how)
    assert read_shim_files(handle).exit is None
    shared.catch_up()
    assert read_shim_files(handle).exit is not None
