"""A playbook as a file of the disk, with the text that a week keeps of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.language import Message
from core.limited_files import read_limited_text
from core.playbook import DEFAULT, Playbook, parse_playbook, whole_text

if TYPE_CHECKING:
    from core.paths import Home


@dataclass(frozen=True)
class PlaybookFile:
    """A valid playbook.

    :ivar text: with everything that it inherits written out.
    :ivar sha256: of that text.
    :ivar name: its path, relative to the home if it is inside; None: trainweek's own playbook.
    """

    playbook: Playbook
    text: str
    sha256: str
    name: str | None


def playbook_file(home: Home, path: str | Path | None) -> PlaybookFile:
    """Read a playbook file.

    :param path: relative to the home; None: trainweek's own.
    :raises InputError: it can't be read.
    :raises PlaybookError: it is invalid.
    """
    found = home.resolve(path) if path else Path(DEFAULT)
    try:
        text = read_limited_text(found)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            Message(
                "The playbook {path} can't be read: {error}.", path=str(found), error=str(error)
            ),
            Message("Give a YAML file that exists."),
        ) from error
    playbook = parse_playbook(text, source=str(found))
    whole = whole_text(text)
    sha256 = hashlib.sha256(whole.encode()).hexdigest()
    return PlaybookFile(playbook, whole, sha256, home.relative(found) if path else None)
