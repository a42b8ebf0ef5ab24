"""What all job programs share: spec, result, exit code, and how they stop.

A program reads the spec that the runner wrote, and writes its progress and, last of all,
its result; both files are complete or absent. Exit codes: 0 complete, 1 failed, 2 refused
input, 3 stopped on SIGTERM after saving.
"""

from __future__ import annotations

import argparse
import signal
import sys
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import language
from core.errors import (
    InputError,
    IntegrityError,
    MarketDataError,
    PlaybookError,
    SetupError,
    TrainweekError,
)
from core.field_hints import shown
from core.files import write_json
from core.job_params import Params, program_params
from core.language import Message
from core.limited_files import MOST_RECORD, json_of, read_limited
from core.paths import Home
from core.playbook import Playbook, load_playbook
from core.timestamps import parse_moment
from core.trading.candidates import Candidate
from core.trading.hold_out import HoldOuts
from runner.jobs.stacks import write_stacks_on_request
from runner.jobs.steady_output import make_output_steady

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

COMPLETE, FAILED, REFUSED, STOPPED = 0, 1, 2, 3


def say_warning(text: str) -> None:
    """Print a [WARN] line to the job's output."""
    print(f"[WARN] {text}", flush=True)


@dataclass(frozen=True)
class Spec:
    """One attempt of a job, as the runner specified it."""

    job_id: str
    kind: str
    attempt: int
    home: Home
    week_id: str | None
    folder: Path  # this attempt's own folder
    params: Mapping[str, Any]
    run: str | None
    tensorboard_dir: Path | None
    playbook_path: Path
    launch: datetime | None  # week time
    requested_by: str
    trial: int  # candidates scored in any week before this attempt, at least 1
    trial_of_week: int
    started_at_week: datetime | None = None  # None: a version before December 2026 started it
    candidates: tuple[Candidate, ...] | None = None  # the same one by one; None: not listed
    hold_outs: HoldOuts | None = None  # looks and locks before this attempt; None: not listed

    @cached_property
    def playbook(self) -> Playbook:
        """The week's playbook.

        :raises PlaybookError: it is invalid.
        """
        return load_playbook(self.playbook_path)

    def asked(self, model: type[Params], say: Callable[[str], None] = say_warning) -> Params:
        """The parameters of this kind of job.

        :param say: called with one line for each unknown parameter, which has no effect.
        :raises InputError: a value that this kind of job can't use.
        """
        params, unknown = program_params(model, self.params)
        for name in unknown:
            say(f"This version has no parameter {shown(name)}; it has no effect")
        return params

    def write_progress(self, progress: Mapping[str, Any]) -> None:
        """Replace progress.json.

        :raises SetupError: it can't be written.
        """
        write_json(self.folder / "progress.json", dict(progress))

    def write_result(self, result: Mapping[str, Any]) -> None:
        """Write result.json, the last step of a program; messages keep template and values.

        :raises SetupError: it can't be written.
        """
        write_json(self.folder / "result.json", language.recorded(result))


def read_spec(path: Path) -> Spec:
    """Read the spec.json of an attempt.

    :raises InputError: unreadable, or a field is missing or of the wrong kind.
    """
    remedy = Message("Start the job with trainweek jobs submit, or fix the file.")
    try:
        data = json_of(read_limited(path, MOST_RECORD))
        folder = Path(data.get("folder") or path.resolve().parent)
        return Spec(
            job_id=str(data["job_id"]),
            kind=str(data["kind"]),
            attempt=int(data.get("attempt", 1)),
            home=Home.find(data["home"]).of(data.get("place")),
            week_id=data.get("week_id"),
            folder=folder,
            params=dict(data.get("params") or {}),
            run=data.get("run"),
            tensorboard_dir=Path(data["tensorboard_dir"]) if data.get("tensorboard_dir") else None,
            playbook_path=Path(data["playbook_path"]),
            launch=parse_moment(data["launch"]) if data.get("launch") else None,
            started_at_week=parse_moment(data["started_at_week"])
            if data.get("started_at_week")
            else None,
            requested_by=str(data.get("requested_by", "")),
            trial=int(data.get("trial") or 1),
            trial_of_week=int(data.get("trial_of_week") or data.get("trial") or 1),
            candidates=None
            if data.get("candidates") is None
            else tuple(Candidate.model_validate(each) for each in data["candidates"]),
            hold_outs=HoldOuts.of(data["hold_outs"]) if data.get("hold_outs") else None,
        )
    except OSError as error:
        raise InputError(
            Message(
                "{path} can't be read: {error}.",
                path=str(path),
                error=error.strerror or str(error),
            ),
            remedy,
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            Message("{path} is not the spec of a job: {error}.", path=str(path), error=repr(error)),
            remedy,
        ) from error


class StopFlag:
    """Set by SIGTERM or SIGINT. The program reads it between two steps."""

    def __init__(self) -> None:
        self.requested = False

    def listen(self) -> StopFlag:
        """Install the signal handlers; returns self."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._set)
        return self

    def _set(self, number: int, frame: object) -> None:
        self.requested = True


class WorkFailedError(TrainweekError):
    """The program failed after its input was accepted; the original error is the cause."""


@contextmanager
def input_accepted() -> Iterator[None]:
    """The input has been accepted: errors from here on are failures, not refusals.

    :raises WorkFailedError: instead of an InputError or IntegrityError.
    """
    try:
        yield
    except (InputError, IntegrityError) as error:
        raise WorkFailedError(error.what, error.remedy) from error


def error_kind(error: BaseException | None) -> str:
    """What the operator must check: data, playbook, input, integrity, setup, or crash."""
    kinds = {
        MarketDataError: "data",
        PlaybookError: "playbook",
        InputError: "input",
        IntegrityError: "integrity",
        SetupError: "setup",
    }
    if isinstance(error, WorkFailedError):
        return "data" if error_kind(error.__cause__) == "data" else "crash"
    return next((kind for group, kind in kinds.items() if isinstance(error, group)), "crash")


def run_program(
    program: Callable[[Spec, StopFlag], int],
    arguments: Sequence[str] | None = None,
    on_error: Callable[[Spec, str], None] | None = None,
) -> int:
    """Run a job program from its command line; returns the exit code.

    An InputError or IntegrityError becomes exit code 2, any other error 1, and so does any
    error within :func:`input_accepted`. result.json then has the reason.

    :param on_error: called with the error in one line before the program ends.
    """
    make_output_steady()
    parser = argparse.ArgumentParser()
    parser.add_argument("--spec", type=Path, required=True, help="spec.json of the attempt")
    path = parser.parse_args(arguments).spec
    try:
        spec = read_spec(path)
    except InputError as error:
        print(f"[ERROR] {error}", file=sys.stderr, flush=True)
        return REFUSED
    write_stacks_on_request(spec.folder)
    try:
        return program(spec, StopFlag().listen())
    except TrainweekError as error:
        code = REFUSED if isinstance(error, InputError | IntegrityError) else FAILED
        result: dict[str, Any] = {
            "error": error.what,
            "remedy": error.remedy,
            "error_kind": error_kind(error),
        }
        message = str(error)
    except Exception as error:  # the program's entry point: no caller could report it
        traceback.print_exc()
        code = FAILED
        message = f"{type(error).__name__}: {error}"
        result = {
            "error": message,
            "remedy": Message("See the attempt's output.log."),
            "error_kind": "crash",
        }
    print(f"[ERROR] {message}", flush=True)
    if on_error is not None:
        on_error(spec, message)
    spec.write_result({"complete": False, "exit_code": code, **result})
    return code


def utc_now() -> datetime:
    """The machine's clock, for the programs' entry points only."""
    return datetime.now(UTC)
