"""Symbolic links of a data directory that lead out of it: nothing is written through them.

A whole data directory may be a link, and what is only read (candles, event files of others)
may lie anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.drill_paths import drills_folder, reports_folder
from core.errors import SetupError
from core.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from core.paths import Home


def written_places(home: Home) -> list[Path]:
    """The fixed folders and files of a data directory that trainweek writes to, outer ones first."""
    signed_model, signed_data = home.signed_model("x").parent, home.signed_data("x").parent
    places = home.places()
    folders = [
        *(home.state, home.backups, home.signing_key.parent, home.jobs),
        *(path for each in places for path in (each.training, each.tensorboard)),
        *(path for each in places for path in (each.daily_summaries, each.revalidation)),
        *(path for each in places for path in (each.model, each.run_models)),
        *(path for each in places for path in (each.earlier_models, each.checkpoints)),
        *(signed_model, signed_data),
        *(home.revalidation_archive, home.ledger.parent),
        *(drills_folder(home), reports_folder(home)),
    ]
    files = [
        *(home.database, home.database.with_suffix(".lock"), home.ledger),
        *(home.runner_lock, home.runner_identity, home.runner_log, home.dashboard_log),
        *(home.signing_key, home.acts_key, home.access),
        *(home.sessions, home.tokens, home.alerts),
        *(path for each in places for path in (each.training_log, each.crash_backup_log)),
    ]
    return [*folders, *files]


def links_outside(home: Home, paths: Iterable[Path] | None = None) -> list[tuple[Path, Path]]:
    """Which of the paths lead out of the data directory, and where to.

    :param paths: None: :func:`written_places`.
    """
    root = home.root.resolve()
    found = []
    for path in written_places(home) if paths is None else paths:
        try:
            real = path.resolve()
        except (OSError, RuntimeError):  # links in a circle
            real = path
        if real != path and not real.is_relative_to(root):
            found.append((path, real))
    return found


def require_inside(home: Home, *paths: Path) -> None:
    """Refuse to write through a link that leaves the data directory.

    :param paths: none: all that :func:`written_places` names.
    :raises SetupError: names the first such path, and where it leads.
    """
    for path, real in links_outside(home, paths or None):
        raise SetupError(
            Message(
                "{path} leads out of the data directory, to {target}: nothing is written there.",
                path=str(path),
                target=str(real),
            ),
            Message("Replace the symbolic link with what it leads to, or choose another --home."),
        )
