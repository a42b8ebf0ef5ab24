"""Slurm by its own commands: sbatch, squeue, scancel. Words of a list, no shell."""

from __future__ import annotations

import math
import os
import subprocess
from typing import TYPE_CHECKING

from core.errors import InputError, SetupError
from core.language import Message, literal
from core.vocabulary import EngineState
from runner.executors.engine import EngineJob, EngineUnreachable, waits_for_ever
from runner.executors.executor import job_environment
from runner.processes.attempt_processes import ATTEMPT_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.playbook.placement import Placement
    from runner.executors.engine import Submission

# squeue(1): long enough for what can stand there; a field is cut at its width.
_FIELDS = "JobID:20,Comment:48,State:24,Reason:64,exit_code:12,NodeList:64,Name:64"
_WIDTHS = [int(field.partition(":")[2]) for field in _FIELDS.split(",")]
_NAME = "trainweek-"
_WAITING = frozenset({"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT"})
# squeue(1): any other word, also one of a later version, doesn't say that it has ended.
_ENDED = frozenset(
    {
        "BOOT_FAIL",
        "CANCELLED",
        "COMPLETED",
        "DEADLINE",
        "FAILED",
        "NODE_FAIL",
        "OUT_OF_MEMORY",
        "PREEMPTED",
        "REVOKED",
        "TIMEOUT",
    }
)
# Reasons with which a job waits for ever, unless somebody changes the cluster or the playbook.
_NEVER = frozenset(
    {
        "AccountingPolicy",
        "BadConstraints",
        "InvalidAccount",
        "InvalidQOS",
        "JobHeldAdmin",
        "JobHeldUser",
        "PartitionConfig",
        "PartitionDown",
        "PartitionInactive",
        "PartitionNodeLimit",
        "PartitionTimeLimit",
        "ReqNodeNotAvail",
    }
)
# What sbatch writes when the controller did not answer.
_NO_ANSWER = ("Unable to contact slurm controller", "Socket timed out", "Zero Bytes were", "slurm_receive_msg")  # fmt: skip
# What sbatch writes, and the settings that it is about.
_REFUSALS = (
    ("invalid partition", "partition"),
    ("Invalid generic resource", "gpus"),
    ("Memory specification", "memory_gb"),
    ("Requested time limit", "time_limit_h"),
    ("time limit is invalid", "time_limit_h"),
    ("CPU count", "cpus"),
    ("More processors requested", "cpus"),
    ("Requested node configuration", "cpus, memory_gb, gpus"),
    ("Requested partition configuration", "partition"),
)


class Slurm:
    """A cluster that the commands on this machine reach.

    :param timeout_s: after so long a command counts as unanswered.
    """

    name = "Slurm"
    limits_time = True

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s

    def submit(self, wanted: Submission) -> str:
        """sbatch, with the attempt's id as name and comment.

        :raises EngineUnreachable: the controller did not answer.
        :raises InputError: it was refused, because of a setting of the playbook.
        """
        script = wanted.folder / "engine.sh"
        script.write_text('#!/bin/sh\nexec "$@"\n', encoding="utf-8")
        environment = {
            name: value
            for name, value in job_environment().items()
            if not name.startswith("SBATCH_")
        }
        done = self._run(
            ["sbatch", *_options(wanted), str(script), *wanted.command],
            environment | {ATTEMPT_VARIABLE: wanted.attempt_id},
        )
        if done.returncode == 0:
            return done.stdout.strip().partition(";")[0]
        raise _refused(done.stderr)

    def try_out(self, placement: Placement) -> None:
        """sbatch --test-only.

        :raises EngineUnreachable: the controller did not answer.
        :raises InputError: it would be refused, because of a setting of the playbook.
        """
        asked = ["sbatch", "--test-only", *_resources(placement), "--wrap=true"]
        done = self._run(asked, dict(os.environ))
        if done.returncode != 0:
            raise _refused(done.stderr)

    def jobs(self) -> list[EngineJob]:
        """squeue, of this user's jobs in every state.

        :raises EngineUnreachable: the controller did not answer.
        """
        asked = ["squeue", "--me", "--states=all", "--noheader", "-O", _FIELDS]
        done = self._run(asked, dict(os.environ))
        if done.returncode != 0:
            raise EngineUnreachable(_last_line(done.stderr))
        return [job for line in done.stdout.splitlines() if (job := _job(line)) is not None]

    def cancel(self, number: str) -> None:
        """scancel: SIGTERM, then SIGKILL after the cluster's KillWait.

        :raises EngineUnreachable: the controller did not answer.
        """
        done = self._run(["scancel", number], dict(os.environ))
        if done.returncode != 0 and "Invalid job id" not in done.stderr:
            raise EngineUnreachable(_last_line(done.stderr))

    def _run(
        self, words: Sequence[str], environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                words,
                env=environment | {"LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=self.timeout_s,
            )
        except FileNotFoundError:
            raise SetupError(
                Message("{command} was not found on this machine.", command=words[0]),
                Message(
                    "Install Slurm's commands here, or set training.placements to executor: local."
                ),
            ) from None
        except subprocess.TimeoutExpired:
            raise EngineUnreachable(f"{words[0]} gave no answer in {self.timeout_s:g} s") from None


def _options(wanted: Submission) -> list[str]:
    return [
        "--parsable",
        "--no-requeue",  # else a second copy may start while the first one runs
        "--export=ALL",
        f"--job-name={_NAME}{wanted.attempt_id}",
        f"--comment={wanted.attempt_id}",
        f"--chdir={wanted.cwd}",
        f"--output={wanted.folder / 'shim.log'}",
        "--open-mode=append",
        f"--signal=B:TERM@{math.ceil(wanted.warning_s)}",
        *_resources(wanted.placement),
    ]


def _resources(asked: Placement) -> list[str]:
    options = ["--nodes=1", "--ntasks=1", f"--cpus-per-task={asked.cpus or 1}"]
    if asked.memory_gb is not None:
        options.append(f"--mem={math.ceil(asked.memory_gb * 1024)}M")
    if asked.gpus:
        options.append(f"--gres=gpu:{asked.gpus}")
    if asked.partition is not None:
        options.append(f"--partition={asked.partition}")
    if asked.time_limit_h is not None:
        options.append(f"--time={math.ceil(asked.time_limit_h * 60)}")
    return options


def _job(line: str) -> EngineJob | None:
    """One line of squeue; None for a job that is not ours."""
    fields, at = [], 0
    for width in _WIDTHS:
        fields.append(line[at : at + width].strip())
        at += width
    number, attempt_id, state, reason, status, nodes, name = fields
    if name != f"{_NAME}{attempt_id}":
        return None
    began = nodes not in ("", "(null)", "None assigned")
    if state in _WAITING:
        return EngineJob(attempt_id, number, EngineState.WAITING, _waits(reason), began)
    if state not in _ENDED:
        return EngineJob(attempt_id, number, EngineState.RUNNING, literal(state), began)
    said = _ended(state, reason, int(status) if status.isdigit() else 0)
    return EngineJob(attempt_id, number, EngineState.ENDED, said, began)


def _waits(reason: str) -> Message:
    known = reason not in ("", "None", "(null)")
    if not known:
        return Message("waiting")
    if reason in _NEVER:
        return waits_for_ever(reason)
    return Message("waiting: {reason}", reason=reason)


def _ended(state: str, reason: str, status: int) -> Message:
    word = state if reason in ("", "None", "(null)") else f"{state} ({reason})"
    if os.WIFSIGNALED(status):
        return Message("{state}, signal {number}", state=word, number=os.WTERMSIG(status))
    return Message("{state}, exit code {code}", state=word, code=os.WEXITSTATUS(status))


def _refused(stderr: str) -> Exception:
    said = _last_line(stderr)
    if any(sign in stderr for sign in _NO_ANSWER):
        return EngineUnreachable(said)
    named = next((name for sign, name in _REFUSALS if sign.lower() in stderr.lower()), None)
    if named is None:
        return SetupError(
            Message("Slurm refused the job: {answer}", answer=said),
            Message("See training.placements in the playbook, and sinfo."),
        )
    return InputError(
        Message("Slurm refused the job: {answer}", answer=said),
        Message("Change training.placements in the playbook: {settings}.", settings=named),
    )


def _last_line(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    return lines[-1].removeprefix("sbatch: error: ") if lines else "no answer"
