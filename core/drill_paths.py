"""The paths of drills. Nothing here creates files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from core.paths import Home


def drill_home(real: Home, drill: str) -> Path:
    """The data directory of a drill, below that of the team."""
    return drills_folder(real) / drill


def drills_folder(real: Home) -> Path:
    """Data directories of drills; nothing of a drill is anywhere else, except its report."""
    return real.root / "drills"


def report_files(real: Home, drill: str) -> tuple[Path, Path]:
    """The report of a drill: Markdown, JSON."""
    folder = reports_folder(real)
    return folder / f"{drill}.md", folder / f"{drill}.json"


def reports_folder(real: Home) -> Path:
    """Reports of drills that have ended."""
    return real.root / "reports" / "drills"


# in the drill's own data directory


def mark_file(home: Home) -> Path:
    """What makes a data directory a drill's: who began it, when, what is played."""
    return home.root / "drill.json"


def is_drill(home: Home) -> bool:
    """Whether all that happens in a data directory is a drill: the one mark, said everywhere."""
    return mark_file(home).is_file()


def order_file(home: Home) -> Path:
    """The fault that the trainer has to play."""
    return home.state / "fault.json"


def played_file(home: Home) -> Path:
    """When and where the fault was played."""
    return home.state / "fault_played.json"


def named_file(home: Home) -> Path:
    """What people took for the cause, one line each."""
    return home.state / "causes.jsonl"


def kept_messages(home: Home) -> Path:
    """The messages that were written down, not sent."""
    return home.state / "messages.jsonl"
