"""The example of a plain PyTorch trainer passes the pre-flight's smoke run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.paths import CHECKOUT, Home
from runner.jobs.own_smoke import own_smoke

if TYPE_CHECKING:
    from pathlib import Path


def test_the_torch_example_is_started_watched_and_known(tmp_path: Path) -> None:
    script = str(CHECKOUT / "examples" / "own_trainer_torch.py")
    command = ("{python}", script, "--logdir", "{tensorboard_dir}", "--steps", "{steps}")
    done = own_smoke(command, Home(tmp_path), 512)
    assert done.ok, done.why
    assert done.steps == 512
    assert done.why == "The playbook's command wrote 4 scalars up to step 512."
