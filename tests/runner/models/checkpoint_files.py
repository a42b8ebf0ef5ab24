"""Checkpoint folders as a training run saves them, without a model in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.files import file_sha256, write_json
from runner.models.checkpoints import MANIFEST, PARTS

if TYPE_CHECKING:
    from pathlib import Path


def write_checkpoint(root: Path, run: str, step: int) -> Path:
    """A checkpoint of the run whose files have the hashes of its manifest."""
    folder = root / str(step)
    folder.mkdir(parents=True)
    for part in PARTS:
        (folder / part).write_bytes(b"{}")
    sums = {part: file_sha256(folder / part) for part in PARTS}
    write_json(folder / MANIFEST, {"run": run, "step": step, "updates": 1, "sha256": sums})
    return folder
