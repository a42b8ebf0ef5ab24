"""The tests: one thread in each process.

The settings are read when numpy and torch are loaded, here and in every process that a test starts.
Threads beyond one spin while they wait for a core that another test has.
"""

import os

for _library in ("OMP", "OPENBLAS"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"
