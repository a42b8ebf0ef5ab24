"""Names of a saved revalidation's files in result.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.decision import ReportPaths
    from core.paths import Home

# Name in the archive: name in result.json.
NAMES = {
    "decision.json": "decision",
    "decision.txt": "document",
    "metrics.csv": "metrics",
    "equity.csv": "equity",
    "trades.csv": "trades",
    "memo.html": "memo",
}


def report_paths(home: Home, paths: ReportPaths) -> dict[str, str]:
    """The dated files, relative to the data directory."""
    return {
        NAMES.get(name, name.partition(".")[0]): home.relative(path)
        for name, path in paths.files.items()
    }
