"""The pre-flight's smoke run of an own trainer: the playbook's command, with few steps.

Its events go to a temporary folder. What else the command writes is the trainer's own affair.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from core.files import tail
from core.language import Message, joined, literal, plural
from core.paths import CHECKOUT
from core.playbook.own_command import can_be_shortened, filled
from core.telemetry import RunReader
from core.telemetry.aliases import find, known
from runner.processes.identity import identify, kill_all
from runner.processes.process_table import descendants

if TYPE_CHECKING:
    from core.paths import Home

ENDS_WITHIN_S = 300.0  # of a shortened command; loading its data may take minutes
LONG_ENOUGH_S = 60.0  # of a command that can't be shortened, before it is stopped
_LINES = 3  # of the output, in a sentence
_REWARD = "rollout/ep_rew_mean"


class OwnSmoke:
    """The result of a smoke run of an own trainer."""

    def __init__(
        self, ok: bool, why: Message, steps: int | None, remedy: Message | None = None
    ) -> None:
        self.ok, self.why, self.steps, self.remedy = ok, why, steps, remedy


def own_smoke(
    command: tuple[str, ...],
    home: Home,
    steps: int,
    ends_within_s: float = ENDS_WITHIN_S,
    long_enough_s: float = LONG_ENOUGH_S,
) -> OwnSmoke:
    """Run the command, and judge it by its exit code and by the events it wrote."""
    short = can_be_shortened(command)
    with tempfile.TemporaryDirectory(prefix="trainweek-smoke-") as scratch:
        events, output = Path(scratch, "events"), Path(scratch, "output.log")
        events.mkdir()
        words = filled(
            command,
            {
                "python": sys.executable,
                "checkout": str(CHECKOUT),
                "tensorboard_dir": str(events),
                "steps": str(steps),
                "run": "smoke",
                "home": str(home.root),
            },
        )
        try:
            code = _run(words, home.root, output, ends_within_s if short else long_enough_s)
        except OSError as error:
            return OwnSmoke(
                False,
                Message(
                    "{program} can't be started: {error}.", program=words[0], error=error.strerror
                ),
                None,
                Message("Correct training.command in the playbook."),
            )
        reader = RunReader(events)
        reader.refresh()
        return _judged(code, reader, short, tail(output, _LINES), ends_within_s)


def _run(words: list[str], folder: Path, output: Path, seconds: float) -> int | None:
    """Run to the end; returns its exit code, None if it was stopped after that time."""
    with output.open("wb") as log:
        process = subprocess.Popen(words, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    kill_all(descendants(identify(process.pid)))
    process.kill()
    process.wait()


def _judged(
    code: int | None, reader: RunReader, short: bool, last: str, ends_within_s: float
) -> OwnSmoke:
    tags, steps = reader.tags(), reader.last_step
    said = literal(" / ".join(line.strip() for line in last.splitlines() if line.strip()))
    if code is None and short:
        why = Message("The trainer did not end within {limit:g} s.", limit=ends_within_s)
        return OwnSmoke(False, why, steps, Message("Check that it ends after {{steps}} steps."))
    if code:
        why = Message("The trainer ended with exit code {code}. {output}", code=code, output=said)
        return OwnSmoke(False, why, steps, Message("Run the command by hand, and fix it."))
    if not tags:
        why = Message("The trainer wrote no TensorBoard events.")
        remedy = Message("Let it write them into the folder {{tensorboard_dir}}.")
        return OwnSmoke(False, why, steps, remedy)
    if not known(tags):
        why = Message(
            "None of the trainer's scalars is known: {tags}.", tags=", ".join(sorted(tags)[:_LINES])
        )
        remedy = Message("Write SB3's names, for example rollout/ep_rew_mean and train/loss.")
        return OwnSmoke(False, why, steps, remedy)
    wrote = plural(
        "The playbook's command wrote {n} scalar up to step {step:,}.",
        "The playbook's command wrote {n} scalars up to step {step:,}.",
        len(tags),
        step=steps or 0,
    )
    parts = [wrote]
    if code is None:
        parts.append(Message("It takes no {{steps}}, so it was stopped."))
    if find(_REWARD, tags) is None:
        parts.append(
            Message("No reward among them yet: {tags}.", tags=", ".join(sorted(tags)[:_LINES]))
        )
    return OwnSmoke(True, joined(parts), steps)
