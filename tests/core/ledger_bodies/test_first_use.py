"""The bodies of ledger lines are built at first use: most commands read a few kinds."""

from __future__ import annotations

import subprocess
import sys

_RUN = """
import core.ledger_bodies
from core.ledger_bodies.body import Body

def kinds(of):
    return [of, *(each for one in of.__subclasses__() for each in kinds(one))]

every = kinds(Body)
print(len(every) > 30, sum(kind.__pydantic_complete__ for kind in every))
"""


def test_importing_the_bodies_builds_none() -> None:
    done = subprocess.run([sys.executable, "-c", _RUN], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True", "0"], done.stderr
