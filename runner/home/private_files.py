"""The files that only their owner may read: secrets, keys, the list of people, the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.files import require_private
from core.paths import CHECKOUT
from core.sync_paths import sync_keys
from runner.store.checkpoint import key_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.paths import Home


def private_files(home: Home) -> Iterator[Path]:
    """Secrets, keys with their folder, and the list of people, where they exist.

    Whoever could read them may have copied them, so their mode is never mended silently.
    """
    keys = home.signing_key.parent
    secrets = (".streamlit/secrets.toml", "login.toml")
    places = (
        *(keys, home.signing_key, home.acts_key, key_file(home)),
        *(home.access, home.alerts_file, sync_keys(home)),
        *(folder / name for folder in (home.root, CHECKOUT) for name in secrets),
    )
    yield from (path for path in dict.fromkeys(places) if path.exists())


def require_private_files(home: Home) -> None:
    """Refuse to serve while others may read one of them.

    :raises SetupError: names the first one, and the command that ends it.
    """
    for path in private_files(home):
        require_private(path)
