"""Whether the Python that runs a script has trainweek; imported before anything of it."""

import sys
from importlib.util import find_spec
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PYTHON = CHECKOUT / ".venv" / "bin" / "python"
NEEDED = ("runner", "typer", "sqlalchemy")  # ours, and what a half-made environment lacks

if any(find_spec(name) is None for name in NEEDED):
    print(
        f"error: {sys.executable} does not have trainweek.\n"
        f"  Run it with trainweek's own Python: {PYTHON} {' '.join(sys.argv)}"
        + ("" if PYTHON.exists() else f"\n  It is made by: make -C {CHECKOUT} install"),
        file=sys.stderr,
    )
    sys.exit(2)  # a problem of the machine; 1 means that something was judged and is not good
