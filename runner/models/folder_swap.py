"""The model folder and a restored one change places; a kill in between is undone.

Two folders can't be exchanged in one instant. The old one is set aside under a hidden
name, the new one takes its place, and only then the old one gets the name under which it
is kept. So whenever a kill comes, the names say how far it was.
"""

from __future__ import annotations

from pathlib import Path

from core.files import sync_folder
from core.paths import Home, numbered
from runner.failpoints import fail_here

RESTORE_AGAIN = "Restore a backup: trainweek backup restore"


def staged(home: Home) -> Path:
    """Where a restore copies to and verifies, beside the model folder."""
    return home.model.with_name(f".{home.model.name}.restoring")


def put_in_place(home: Home) -> Path | None:
    """The staged folder becomes the model folder; where the old one is kept, if there was one."""
    if home.model.exists():
        home.model.rename(_set_aside(home))
    fail_here("restore_replacing")
    staged(home).rename(home.model)
    fail_here("restore_replaced")
    kept = _keep(home)
    sync_folder(home.model.parent)
    return kept


def unfinished_exchange(home: Home) -> str | None:
    """One sentence about a model folder that a restore left absent; None if all is well."""
    if home.model.exists():
        return None
    left = [path for path in (_set_aside(home), *_kept(home), staged(home)) if path.exists()]
    if not left:
        return None
    names = ", ".join(home.relative(path) for path in left)
    return f"There is no {home.relative(home.model)}, but {names}: a restore was cut off."


def finish_exchange(home: Home) -> None:
    """Bring an exchange that was killed to its end: back to the last whole state.

    To be called while nobody else works on the model folder.
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
