"""Replacement of the model folder with a restored one; a kill in between is undone.

Two folders can't be swapped atomically. The old one is set aside under a hidden name, the new
one takes its place, and only then the old one gets its final name. So after a kill the names
show which step was reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.files import sync_folder
from core.language import Message
from core.path_names import numbered
from runner.failpoints import fail_here

if TYPE_CHECKING:
    from pathlib import Path

    from core.paths import Home

RESTORE_AGAIN = Message("Restore a backup: trainweek backup restore")


def staged(home: Home) -> Path:
    """Where a restore copies to and verifies, next to the model folder."""
    return home.model.with_name(f".{home.model.name}.restoring")


def put_in_place(home: Home) -> Path | None:
    """Make the staged folder the model folder.

    :returns: where the old one is kept; None if there was none.
    """
    if home.model.exists():
        home.model.rename(_set_aside(home))
    fail_here("restore_replacing")
    staged(home).rename(home.model)
    fail_here("restore_replaced")
    kept = _keep(home)
    sync_folder(home.model.parent)
    return kept


def unfinished_exchange(home: Home) -> Message | None:
    """What is wrong after an interrupted restore left no model folder; None if nothing is."""
    if home.model.exists():
        return None
    left = [path for path in (_set_aside(home), *_kept(home), staged(home)) if path.exists()]
    if not left:
        return None
    names = ", ".join(home.relative(path) for path in left)
    return Message(
        "A restore was interrupted: there is no {folder}, but there is {others}.",
        folder=home.relative(home.model),
        others=names,
    )


def finish_exchange(home: Home) -> None:
    """Complete or undo an exchange that was killed.

    Call it while no other process uses the model folder.
    """
    if _set_aside(home).exists():
        if home.model.exists():
            _keep(home)
        else:
            _set_aside(home).rename(home.model)
        sync_folder(home.model.parent)


def _set_aside(home: Home) -> Path:
    return home.model.with_name(f".{home.model.name}.replaced")


def _keep(home: Home) -> Path | None:
    old = _set_aside(home)
    if not old.exists():
        return None
    kept = numbered(home.model.with_name(f"{home.model.name}_BEFORE_RESTORE"))
    old.rename(kept)
    return kept


def _kept(home: Home) -> list[Path]:
    return sorted(home.model.parent.glob(f"{home.model.name}_BEFORE_RESTORE*"))
