"""The manual's scripts under a Python that has nothing of trainweek."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.paths import CHECKOUT

SCRIPTS = (
    "check_data_availability",
    "daily_training_check",
    "revalidate_model",
    "start_ppo_training",
)


@pytest.mark.parametrize("name", SCRIPTS)
def test_another_python_is_told_which_one_to_use(name: str) -> None:
    script = CHECKOUT / "scripts" / f"{name}.py"
    # -S leaves out the packages of this environment.
    command = [sys.executable, "-S", str(script), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, env={}, cwd="/")
    assert done.returncode == 2, "a problem of the machine"
    assert "Traceback" not in done.stderr
    assert "does not have trainweek" in done.stderr
    assert f".venv/bin/python {script} --help" in done.stderr
    assert done.stdout == ""
