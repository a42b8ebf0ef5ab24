"""The machine log: what it says of a moment, and that its size is bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.language import Message
from core.liveness import Pulse
from core.vocabulary import Liveness
from runner.home.machine_log import JobThen, MachineLine, MachineLog, thinned
from tests.expected import present

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = datetime(2026, 2, 23, 14, tzinfo=UTC)
EVERY = timedelta(seconds=15)


@pytest.fixture
def log(tmp_path: Path) -> MachineLog:
    return MachineLog(tmp_path / "logs" / "machine.jsonl")


def line(at: datetime, epoch: int = 1, free: int = 5, **more: object) -> MachineLine:
    return MachineLine.model_validate(
        {"at": at, "epoch": epoch, "every": EVERY.total_seconds(), "disk_free": free, **more}
    )


def test_a_moment_has_what_the_newest_line_up_to_it_says(log: MachineLog) -> None:
    for n in range(4):
        log.append(line(BEGIN + n * EVERY, free=n))
    then = log.then(BEGIN + 2.5 * EVERY, 1)
    assert (present(then.line).disk_free, then.alive, then.last) == (2, True, BEGIN + 2 * EVERY)
    assert present(log.then(BEGIN + 2 * EVERY, 1).line).disk_free == 2
    early = log.then(BEGIN - EVERY, 1)
    assert (early.line, early.alive) == (None, True), "it had begun, and wrote its first line later"


def test_after_its_last_line_a_runner_is_unknown_and_then_gone(log: MachineLog) -> None:
    log.append(line(BEGIN))
    assert log.then(BEGIN + EVERY, 1).alive is None
    assert present(log.then(BEGIN + EVERY, 1).line).disk_free == 5
    gone = log.then(BEGIN + 3 * EVERY, 1)
    assert (gone.line, gone.alive, gone.last) == (None, False, BEGIN)


def test_the_next_runner_says_until_when_the_one_before_lived(log: MachineLog) -> None:
    log.append(line(BEGIN))
    log.append(line(BEGIN + 40 * EVERY, epoch=2, before=BEGIN + 0.9 * EVERY))
    assert log.then(BEGIN + 0.8 * EVERY, 1).alive is True
    assert log.then(BEGIN + 1.8 * EVERY, 1).alive is False
    assert log.then(BEGIN + 41 * EVERY, 2).alive is None


def test_of_a_runner_without_lines_nothing_is_known(log: MachineLog) -> None:
    assert log.then(BEGIN, 1).alive is None
    log.append(line(BEGIN, epoch=7))
    then = log.then(BEGIN, 1)
    assert (then.line, then.alive, then.last) == (None, None, None)
    assert log.then(BEGIN, 1, heartbeat=BEGIN + EVERY).alive is True
    assert log.then(BEGIN + 9 * EVERY, 1, heartbeat=BEGIN).alive is False


def test_a_jobs_pulse_comes_back_as_it_was(log: MachineLog) -> None:
    aging = Message("no new step for {age} (at {step:,})", age="3 min", step=4096)
    pulse = Pulse(
        Liveness.STALLED, (aging, Message("process {state}", state="T")), 180.0, 60.0,
        Message("it is stopped"), (aging,),
    )  # fmt: skip
    progress = {"steps": 4096, "checks": [{"id": "x"}]}
    log.append(line(BEGIN, jobs={"train-1": JobThen.of(pulse, progress)}))
    then = present(log.then(BEGIN, 1).line).jobs["train-1"]
    assert then.pulse == pulse
    assert then.pulse.evidence[0].in_("pt") == pulse.evidence[0].in_("pt")
    assert then.progress == progress
    long = JobThen.of(pulse, {**progress, "gates": ["x" * 9000]})
    assert long.progress == {"steps": 4096}


def test_damaged_lines_are_skipped_counted_and_removed(log: MachineLog) -> None:
    log.append(line(BEGIN, free=1))
    with log.path.open("ab") as file:
        file.write(b'\xff\xfe garbage\n{"at":"2026-02-23T14:00:10.000Z","epoch":1,"every":"x"}\n')
        file.write(b'{"at":"2026-02-23T14:00:12.000Z","epo')  # a power loss
    log.append(line(BEGIN + EVERY, free=2))
    then = log.then(BEGIN + timedelta(seconds=13), 1)
    assert (present(then.line).disk_free, then.alive, then.damaged) == (1, True, 2)
    assert present(log.then(BEGIN + EVERY, 1).line).disk_free == 2, "on a line of its own"
    assert log.thin(BEGIN + EVERY) == 2
    assert log.then(BEGIN, 1).damaged == 0


def test_two_years_of_lines_are_thinned_and_every_moment_keeps_its_runner() -> None:
    now = BEGIN + timedelta(days=800)
    lines = []
    at, epoch = BEGIN, 1
    while at < now:
        epoch += at.day == 1 and at.hour == 0
        job = {"j": JobThen(liveness=Liveness.WORKING if at.hour else Liveness.STALLED)}
        lines.append(line(at, epoch, jobs=job if at.day == 7 else {}).as_bytes().rstrip())
        at += timedelta(minutes=20) if now - at > timedelta(hours=3) else EVERY
    kept = thinned(lines, now)
    young = [
        each
        for each in lines
        if each >= b'{"at":"%s' % (now - timedelta(hours=1)).isoformat()[:19].encode()
    ]
    assert kept[-len(young) :] == young, "of the last hour all"
    assert len(kept) < 730 * 24 + 24 * 60 + 5000
    assert kept[0] >= b'{"at":"%s' % (now - timedelta(days=730)).isoformat()[:10].encode()
    assert thinned(kept, now) == kept, "nothing is lost by thinning again"
    changes = [
        n for n in range(1, len(lines)) if (b"STALLED" in lines[n]) != (b"STALLED" in lines[n - 1])
    ]
    assert all(lines[n] in kept for n in changes if lines[n] > kept[0])


def test_the_log_never_grows_beyond_its_limit(
    log: MachineLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runner.home.machine_log.MOST_BYTES", 1000)
    for n in range(30):
        log.append(line(BEGIN + n * EVERY))
    assert log.thin(BEGIN + 30 * EVERY) == 0
    assert log.path.stat().st_size <= 1000
    assert present(log.then(BEGIN + 29 * EVERY, 1).line).at == BEGIN + 29 * EVERY


def test_of_a_gap_in_the_log_nothing_is_known(log: MachineLog) -> None:
    log.append(line(BEGIN))
    log.append(line(BEGIN + timedelta(minutes=30)))
    inside = log.then(BEGIN + timedelta(minutes=20), 1)
    assert (inside.line, inside.alive, inside.last) == (None, None, BEGIN)
    log.append(line(BEGIN + timedelta(days=20)))
    assert log.then(BEGIN + timedelta(minutes=20), 1).alive is True, "as far apart as thinned"


def test_damaged_times_and_epochs_stop_nothing(log: MachineLog) -> None:
    log.append(line(BEGIN))
    rest = b'"every":15.0}\n'
    with log.path.open("ab") as file:
        file.write(b'{"at":"2026-99-29T14:00:10.000Z","epoch":1,' + rest)
        file.write(b'{"at":"2026-02-23T14:00:10.000Z","epoch":' + b"9" * 5000 + b"," + rest)
    log.append(line(BEGIN + EVERY))
    then = log.then(BEGIN + EVERY, 1)
    assert (present(then.line).at, then.damaged) == (BEGIN + EVERY, 2)
    assert log.thin(BEGIN + EVERY) == 2
    assert log.then(BEGIN + EVERY, 1).damaged == 0


def test_a_file_over_the_limit_of_reading_loses_its_front(
    log: MachineLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runner.home.machine_log._MOST_READ", 1000)
    for n in range(30):
        log.append(line(BEGIN + n * EVERY))
    end = BEGIN + 29 * EVERY
    assert present(log.then(end, 1).line).at == end
    assert log.thin(end) == 0, "the line that was cut is no damaged one"
    assert log.path.stat().st_size <= 1000
