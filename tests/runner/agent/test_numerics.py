"""What the same seed depends on besides the versions."""

from __future__ import annotations

import os
import subprocess
import sys

from core.language import Message
from runner.agent.numerics import numeric_differences, numerics

MODEL = Message("The model {file}", file="best_model.zip")


def test_capability_threads_and_kernel_libraries_are_named() -> None:
    found = numerics()
    assert {"cpu_capability", "threads", "numpy_blas"} <= set(found)
    assert int(found["threads"]) >= 1
    assert all(isinstance(value, str) and value for value in found.values())


def test_generic_kernels_are_another_capability() -> None:
    code = "from runner.agent.numerics import numerics; print(numerics()['cpu_capability'])"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "ATEN_CPU_CAPABILITY": "default"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout.strip() == "DEFAULT"


def test_a_model_that_was_trained_with_other_kernels_is_said() -> None:
    assert numeric_differences(numerics(), MODEL) == []
    assert numeric_differences(None, MODEL) == []
    assert numeric_differences(numerics() | {"threads": "64"}, MODEL) == []
    (found,) = numeric_differences(numerics() | {"cpu_capability": "SPARC"}, MODEL)
    assert "best_model.zip was trained with CPU capability SPARC; this machine has" in found
    assert found.in_("pt") != found
