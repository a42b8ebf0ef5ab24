"""Which attempts were ever started in a home, by the mark that their processes bear."""

from __future__ import annotations

from pathlib import Path

from core.paths import Home
from runner.files import read_json


def started_attempts(home: Home) -> dict[str, Path]:
    """Mark to the attempt's folder, from the files alone: a damaged store is no obstacle."""
    return {
        str(command["mark"]): path.parent
        for path in home.jobs.glob("*/attempt-*/command.json")
        if (command := read_json(path)) and "mark" in command
    }
