"""A forked process shows its own command line and attempt."""

from __future__ import annotations

import os
import subprocess
import sys

from runner.processes.attempt_processes import ATTEMPT_VARIABLE, NO_ATTEMPT
from runner.processes.procfs import arguments, environment
from tests.expected import present

ID = "6d1171ee-1531-4ad5-b160-b608d7046a54"
CODE = f"""
import os, threading
from runner.processes.own_words import one_thread, put_arguments, put_variable
before = one_thread()
began = threading.Thread(target=input); began.start()
print(before, one_thread(),
    put_variable({ATTEMPT_VARIABLE!r}, {NO_ATTEMPT!r}, {ID!r}),
    put_variable({ATTEMPT_VARIABLE!r}, {NO_ATTEMPT!r}, "another"),
    put_arguments(["python", "-m", "a b"]), put_arguments(["x" * 5000]), flush=True)
"""


def test_it_shows_what_fits_and_leaves_the_rest() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CODE, "-" * 50],
        env=os.environ | {ATTEMPT_VARIABLE: NO_ATTEMPT, "LAST": "kept"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        said = present(process.stdout).readline().split()
        words = [word for word in arguments(process.pid) if word]
        pairs = environment(process.pid)
        process.communicate("\n")
    assert said == ["True", "False", "True", "False", "True", "False"]
    assert words == ["python", "-m", "a b"]
    assert f"{ATTEMPT_VARIABLE}={ID}".encode() in pairs
    assert b"LAST=kept" in pairs
