"""Running ``trainweek`` and the manual's scripts as a person does: as real processes."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.paths import Home
from runner.settings import variable
from tests.runner.programs import CHECKOUT, Programs

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

TRAINWEEK = Path(sys.executable).with_name("trainweek")
BACKTEST_BARS = 2_600


def trainweek(
    *words: object,
    home: Path | None = None,
    role: str | None = None,
    token: str | None = None,
    settings: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """``trainweek WORDS...`` in a home, with a role, with an access token, or with settings."""
    given = [str(TRAINWEEK), *(w if isinstance(w, bytes) else str(w) for w in words)]
    return _run(given, home, role, token, settings)


def script(name: str, *words: object, home: Path) -> subprocess.CompletedProcess[str]:
    """``python scripts/NAME WORDS...`` in a home."""
    return _run([str(CHECKOUT / "scripts" / name), *map(str, words)], home)


def sample_candles(home: Path) -> None:
    """``trainweek data sample``, with a shorter backtest."""
    trainweek("data", "sample", home=home)
    shorten_backtest(home)


def shorten_backtest(home: Path) -> None:
    """Of the sample's year to backtest on only the first months are left.

    A revalidation steps through every bar, three times.
    """
    (file,) = Home(home).backtest_data.glob("*.csv")
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[: 1 + BACKTEST_BARS]), encoding="utf-8")


def _run(
    words: list[str | bytes],
    home: Path | None,
    role: str | None = None,
    token: str | None = None,
    settings: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TRAINWEEK_")}
    if home is not None:
        environment["TRAINWEEK_HOME"] = str(home)
    if role is not None:
        environment["TRAINWEEK_ROLE"] = role
    if token is not None:
        environment["TRAINWEEK_TOKEN"] = token
    environment |= {variable(name): value for name, value in (settings or {}).items()}
    return commands_loaded().run([os.fsdecode(word) for word in words], environment=environment)


@cache
def commands_loaded() -> Programs:
    """The process that the commands of this test session are forked from.

    With what commands load when they are called: every group of commands, and Alembic at the store.
    """
    groups = sorted(path.stem for path in (CHECKOUT / "runner" / "cli").glob("[a-z]*.py"))
    return Programs("alembic.command", "pandas", *(f"runner.cli.{name}" for name in groups))
