"""What CI does where an engine can't be had: it says so and goes on."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from core.paths import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

FIND = CHECKOUT / "tests" / "engines" / "find_engines.sh"


def test_an_engine_that_cannot_be_had_is_named_in_a_line_and_fails_nothing(tmp_path: Path) -> None:
    """A machine without packages, whose user is not root."""
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "id").chmod(0o755)
    script = FIND.read_text().replace(":/usr/sbin:/sbin", "")
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        env={"PATH": str(tmp_path)},
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["No Slurm", "No Ray"]
