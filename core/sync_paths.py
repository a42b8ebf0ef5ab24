"""Files of a data directory that ships to an object store, or fetches from one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from core.paths import Home


def sync_keys(home: Home) -> Path:
    """Keys of the object store; only the owner may read it. Optional."""
    return home.root / "sync.toml"


def sync_state(home: Home) -> Path:
    """What this machine knows of the store; it may be deleted."""
    return home.state / "sync.json"
