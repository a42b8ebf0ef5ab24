"""What the same seed and data depend on besides the versions: CPU kernels and threads.

A training run repeats bit for bit only with the same vector instructions, the same number of
threads and the same kernel libraries.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import torch

from core.decision.comparison import numerics_name
from core.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIBRARIES = {
    "mkl": r"Math Kernel Library Version (\S+?)-",
    "onednn": r"MKL-DNN v(\S+)",
    "torch_blas": r"BLAS_INFO=(\w+)",
}


def numeric_differences(before: Mapping[str, str] | None, whose: Message) -> list[Message]:
    """One sentence for each recorded difference; threads are compared between decisions only."""
    return [
        Message(
            "{model} was trained with {name} {before}; this machine has {present}. The same seed "
            "and data can give another model here.",
            model=whose,
            name=numerics_name(name),
            before=(before or {})[name],
            present=present,
        )
        for name, present in numerics().items()
        if name != "threads" and (before or {}).get(name, present) != present
    ]


def numerics() -> dict[str, str]:
    """CPU capability, threads and kernel libraries of this process, by name."""
    built = torch.__config__.show()
    found = {name: re.search(pattern, built) for name, pattern in _LIBRARIES.items()}
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "threads": str(torch.get_num_threads()),
        **{name: match.group(1) for name, match in found.items() if match},
        "numpy_blas": f"{blas['name']} {blas['version']}",
    }
