"""What a resume will do, said before it is requested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.models.checkpoints import list_checkpoints
from runner.models.resume_point import resume_point
from tests.runner.models.checkpoint_files import write_checkpoint

if TYPE_CHECKING:
    from pathlib import Path


def said(root: Path) -> str:
    return resume_point("run-a", list_checkpoints(root, "run-a"))


def test_without_a_checkpoint_it_starts_over(tmp_path: Path) -> None:
    assert said(tmp_path) == "run-a has no checkpoint yet: a resume starts at step 0."
    write_checkpoint(tmp_path, "run-b", 500)
    assert said(tmp_path) == "run-a has no checkpoint yet: a resume starts at step 0."


def test_it_continues_at_the_newest_intact_checkpoint(tmp_path: Path) -> None:
    for step in (2_000, 4_000):
        folder = write_checkpoint(tmp_path, "run-a", step)
    assert said(tmp_path).startswith("run-a resumes at step 4,000, from the checkpoint saved 20")
    (folder / "model.zip").write_bytes(b"cut")
    assert said(tmp_path).startswith("run-a resumes at step 2,000, ")


def test_with_corrupt_checkpoints_only_it_can_not(tmp_path: Path) -> None:
    (write_checkpoint(tmp_path, "run-a", 2_000) / "model.zip").unlink()
    assert said(tmp_path).startswith("run-a can't be resumed: each of its checkpoints is corrupt.")
