"""What a pull removes: checkpoints that it brought, once a commit says that they are gone."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from runner.sync.shipped import checkpoint_of, stamp_of, version_here

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runner.sync.index import Index
    from runner.sync.kept import Kept


def remove_gone(
    kept: Kept, index: Index, place_of: Callable[[str], Path]
) -> tuple[bool, list[str]]:
    """Remove them; whether any was known, and the folders that stay because something is changed.

    That the store lacks a file is no reason: it may have been emptied, or have expired.
    """
    gone: dict[str, set[str]] = {}
    for name in kept.files.keys() & index.gone:
        if folder := checkpoint_of(name):
            gone.setdefault(folder, set()).add(name)
    stay = []
    for folder, names in gone.items():
        place = place_of(folder)
        if place.is_dir() and _as_pulled(kept, place, folder):
            hidden = place.with_name(f".{place.name}.removed")
            shutil.rmtree(hidden, ignore_errors=True)
            place.rename(hidden)
            shutil.rmtree(hidden, ignore_errors=True)
        elif place.is_dir() and any(kept.files[name].pulled for name in names):
            stay.append(folder)
        for name in names:
            del kept.files[name]
    return bool(gone), sorted(stay)


def _as_pulled(kept: Kept, place: Path, folder: str) -> bool:
    """Whether a folder holds nothing but what a pull has written there."""
    for path in place.iterdir():
        known = kept.files.get(f"{folder}/{path.name}")
        if known is None or not known.pulled:
            return False
        if stamp_of(path) != known.stamp and version_here(path) != known.version:
            return False
    return True
