"""Paths on the command line: a relative one starts at the current folder, as in any program."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from core.job_params import JobParams, path_fields
from core.language import Message
from core.path_names import expanded
from core.paths import Home
from runner.cli.speech import warn
from runner.models.best_model import with_zip

Params = TypeVar("Params", bound=JobParams)


def given_path(path: str | Path, home: Home) -> Path:
    """The path from the current folder, absolute; ``~`` is replaced.

    What is not there and exists in the data directory is taken from it, and that is said:
    the manual's commands name paths of the data directory, as do lists that we print. A file
    in the current folder always comes first.

    :raises InputError: the home folder of an unknown user.
    """
    # By its words: a linked folder keeps the name that people gave it.
    here = Path(os.path.abspath(expanded(path)))  # noqa: PTH100
    there = home.resolve(path)
    if here == there or _exists(here) or not _exists(there):
        return here
    warn(
        Message(
            "{path} is not in the current folder. Using that of the data directory: {there}",
            path=str(path),
            there=str(there),
        )
    )
    return there


def with_given_paths(asked: Params, home: Home) -> Params:
    """The parameters with their paths from the current folder, as a job reads them.

    A path inside the data directory becomes relative to it, so that the record stays true
    when the directory is moved.

    :raises InputError: see :func:`given_path`.
    """
    changed = {
        name: home.relative(given_path(path, home))
        for name in path_fields(type(asked))
        if (path := getattr(asked, name)) is not None
    }
    return asked.model_copy(update=changed)


def _exists(path: Path) -> bool:
    try:
        return path.exists() or with_zip(path).exists()
    except OSError:  # a name that no file can have
        return False
