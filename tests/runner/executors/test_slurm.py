"""What Slurm's commands are told and what their answers mean, without a Slurm."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from core.errors import InputError, SetupError
from core.playbook.placement import Placement
from core.vocabulary import EngineState
from runner.executors.engine import EngineJob, EngineUnreachable, Submission
from runner.executors.slurm import Slurm

if TYPE_CHECKING:
    from pathlib import Path

WIDTHS = (20, 48, 24, 64, 12, 64, 64)


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def command(folder: Path, name: str, out: str = "", error: str = "", code: int = 0) -> None:
    (folder / "out").write_text(out)
    (folder / "err").write_text(error)
    path = folder / name
    path.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >{folder}/words\ncat {folder}/out\n'
        f"cat {folder}/err >&2\nexit {code}\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def line(
    state: str, reason: str = "None", status: int = 0, nodes: str = "vm", own: str = "a"
) -> str:
    name = f"trainweek-{own}" if own else "somebody's"
    fields = ("12", own, state, reason, str(status), nodes, name)
    return "".join(f.ljust(w) for f, w in zip(fields, WIDTHS, strict=True)) + "\n"


def listed(folder: Path, *lines: str) -> list[EngineJob]:
    command(folder, "squeue", "".join(lines))
    return Slurm(5).jobs()


def wanted(folder: Path, **resources: object) -> Submission:
    placement = Placement.model_validate({"executor": "slurm", **resources})
    return Submission("an-id", ["python", "a b; rm"], folder, folder, placement, 60.0)


@pytest.mark.parametrize(
    ("state", "reason", "status", "seen", "said"),
    [
        ("PENDING", "Resources", 0, EngineState.WAITING, "waiting: Resources"),
        ("RUNNING", "None", 0, EngineState.RUNNING, "RUNNING"),
        ("COMPLETING", "None", 0, EngineState.RUNNING, "COMPLETING"),
        ("COMPLETED", "None", 0, EngineState.ENDED, "COMPLETED, exit code 0"),
        ("FAILED", "NonZeroExitCode", 768, EngineState.ENDED, "FAILED (NonZeroExitCode), exit code 3"),
        ("FAILED", "None", 9, EngineState.ENDED, "FAILED, signal 9"),
        ("TIMEOUT", "TimeLimit", 0, EngineState.ENDED, "TIMEOUT (TimeLimit), exit code 0"),
        ("A_NEW_WORD", "None", 0, EngineState.RUNNING, "A_NEW_WORD"),
    ],
)  # fmt: skip
def test_a_line_of_squeue(
    bin_folder: Path, state: str, reason: str, status: int, seen: EngineState, said: str
) -> None:
    (job,) = listed(bin_folder, line(state, reason, status))
    assert (job.attempt_id, job.number, job.state, job.said) == ("a", "12", seen, said)


def test_a_reason_that_never_passes_is_said_as_such(bin_folder: Path) -> None:
    (job,) = listed(bin_folder, line("PENDING", "PartitionConfig", nodes="(null)"))
    assert "It will not start like this" in job.said
    assert not job.began


def test_jobs_of_others_are_not_ours(bin_folder: Path) -> None:
    assert listed(bin_folder, line("RUNNING", own="")) == []


def test_no_answer_is_no_list(bin_folder: Path) -> None:
    command(bin_folder, "squeue", error="slurm_load_jobs error: Unable to contact\n", code=1)
    with pytest.raises(EngineUnreachable, match="Unable to contact"):
        Slurm(5).jobs()


def test_a_command_that_hangs_is_no_answer(bin_folder: Path) -> None:
    path = bin_folder / "squeue"
    path.write_text("#!/bin/sh\nexec sleep 60\n")
    path.chmod(0o755)
    with pytest.raises(EngineUnreachable, match=r"gave no answer in 0\.2 s"):
        Slurm(0.2).jobs()


def test_a_machine_without_slurm_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError) as found:
        Slurm(5).jobs()
    assert "squeue was not found" in found.value.what
    assert "training.placements" in found.value.remedy


def test_it_is_submitted_under_its_id_without_a_shell_and_never_requeued(bin_folder: Path) -> None:
    command(bin_folder, "sbatch", "77\n")
    asked = wanted(bin_folder, cpus=4, memory_gb=1.5, gpus=2, partition="big", time_limit_h=0.5)
    assert Slurm(5).submit(asked) == "77"
    words = (bin_folder / "words").read_text().splitlines()
    assert {
        "--no-requeue",
        "--job-name=trainweek-an-id",
        "--comment=an-id",
        "--cpus-per-task=4",
        "--mem=1536M",
        "--gres=gpu:2",
        "--partition=big",
        "--time=30",
        "--signal=B:TERM@60",
    } <= set(words)
    assert words[-2:] == ["python", "a b; rm"]


@pytest.mark.parametrize(
    ("said", "setting"),
    [
        ("sbatch: error: invalid partition specified: nope", "partition"),
        ("sbatch: error: Invalid generic resource (gres) specification", "gpus"),
        ("sbatch: error: Memory specification can not be satisfied", "memory_gb"),
    ],
)
def test_a_refusal_names_the_setting(bin_folder: Path, said: str, setting: str) -> None:
    command(bin_folder, "sbatch", error=said + "\n", code=1)
    with pytest.raises(InputError) as found:
        Slurm(5).submit(wanted(bin_folder))
    assert found.value.remedy == f"Change training.placements in the playbook: {setting}."


def test_a_submission_without_an_answer_is_not_a_refusal(bin_folder: Path) -> None:
    said = "sbatch: error: Batch job submission failed: Unable to contact slurm controller\n"
    command(bin_folder, "sbatch", error=said, code=1)
    with pytest.raises(EngineUnreachable):
        Slurm(5).submit(wanted(bin_folder))


def test_a_placement_is_tried_out_and_nothing_is_submitted(bin_folder: Path) -> None:
    command(bin_folder, "sbatch", error="sbatch: Job 3 to start at 2026-11-30T03:00:00\n")
    Slurm(5).try_out(wanted(bin_folder, cpus=4, partition="big").placement)
    words = (bin_folder / "words").read_text().splitlines()
    assert {"--test-only", "--cpus-per-task=4", "--partition=big"} <= set(words)


def test_a_placement_that_would_be_refused_names_the_setting(bin_folder: Path) -> None:
    command(bin_folder, "sbatch", error="allocation failure: Invalid partition name\n", code=1)
    with pytest.raises(InputError) as found:
        Slurm(5).try_out(wanted(bin_folder, partition="nope").placement)
    assert "partition" in found.value.remedy
