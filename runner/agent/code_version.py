"""The version of the code: release, commit, and a hash of the source files."""

from __future__ import annotations

import hashlib
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from core.files import file_sha256

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "runner")
KINDS = frozenset({".py", ".yaml", ".json", ".j2"})
_TIMEOUT_S = 10


def code_version(root: Path = ROOT) -> dict[str, object]:
    """``version commit modified tree_sha256``; commit and modified None outside a checkout.

    ``tree_sha256`` is the hash of the lines ``<sha256>  <path>``, sorted by path.
    """
    commit = _git(root, "rev-parse", "HEAD")
    changes = None if commit is None else _git(root, "status", "--porcelain", "--", *PACKAGES)
    return {
        "version": _version(),
        "commit": commit,
        "modified": None if changes is None else bool(changes),
        "tree_sha256": tree_sha256(root),
    }


def tree_sha256(root: Path = ROOT) -> str:
    """The hash of all source files of core and runner under ``root``."""
    files = sorted(
        path.relative_to(root).as_posix()
        for package in PACKAGES
        for path in (root / package).rglob("*")
        if path.suffix in KINDS and path.is_file()
    )
    lines = (f"{file_sha256(root / file)}  {file}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _version() -> str:
    try:
        return version("trainweek")
    except PackageNotFoundError:
        return "unknown"


def _git(root: Path, *words: str) -> str | None:
    """The output of git; None without git, or if ``root`` is not a checkout."""
    if not (root / ".git").exists():
        return None
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *words],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
