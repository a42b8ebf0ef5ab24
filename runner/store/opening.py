"""Which store a data directory has: SQLite's file, or a shared database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from core.drill_paths import is_drill
from core.errors import InputError
from core.language import Message
from runner.files import BUSY_TIMEOUT_S
from runner.store.engine import described_mode
from runner.store.transactions import Store
from runner.store_address import checked_address, shown_address

if TYPE_CHECKING:
    from core.paths import Home

_SETTING = "store_url"
_VARIABLE = "TRAINWEEK_STORE_URL"
DEMO_MARK = "trainweek-demo.json"  # a file in the data directory of a demo


def shared_address(home: Home) -> str | None:
    """The address of the database that the data directory shares; None with a file of its own.

    :raises InputError: the setting is wrong.
    """
    if not _is_set(home) or is_drill(home):  # what is only played must not be recorded elsewhere
        return None
    from runner.settings import Settings  # most data directories don't need them

    if (home.root / DEMO_MARK).is_file() and Settings.sources(home)["store_url"] == "environment":
        # The environment's is the team's: a demo uses only the one that it was given.
        return _in_file(home)
    settings = Settings.read(home)
    return settings.store_url


def _in_file(home: Home) -> str | None:
    """The address that the demo wrote; it was checked then."""
    from runner.settings import Settings
    from runner.settings_file import settings_in_file

    address = settings_in_file(home, Settings.model_fields).get(_SETTING)
    return None if address is None else checked_address(str(address))


def open_store(home: Home, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Store:
    """The store of a data directory.

    :raises SetupError: it can't be used; a server can't be reached.
    :raises IntegrityError: ledger and database are both damaged.
    """
    address = shared_address(home)
    if address is None:
        return Store(home, busy_timeout_s)
    from runner.store.postgresql.shared_store import SharedStore

    return SharedStore(home, address, busy_timeout_s)


def refresh_ledger_file(home: Home) -> bool:
    """Give the file of this machine the lines that others wrote to a shared database.

    :returns: whether the database is shared; SQLite's file never lacks a line.
    :raises ServerAway: its server can't be reached.
    """
    if shared_address(home) is None:
        return False
    open_store(home)  # that brings it up to date
    return True


def require_own_file(home: Home) -> None:
    """Check that the database is a file that we may copy and replace.

    :raises InputError: it is on a server.
    """
    if (address := shared_address(home)) is not None:
        raise InputError(
            Message(
                "{setting}: the database is on a server ({address}); its administrator backs it up"
                " and restores it (pg_dump, pg_restore).",
                setting=_SETTING,
                address=shown_address(address),
            ),
            Message(
                "{file} is a copy of the whole record: an empty database is filled from it at the"
                " next start.",
                file=home.relative(home.ledger),
            ),
        )


def described_store(home: Home) -> Message:
    """Where the record is kept, in one sentence."""
    address = shared_address(home)
    if address is None:
        return described_mode()
    return Message("PostgreSQL: {address}.", address=shown_address(address))


def _is_set(home: Home) -> bool:
    """Whether the setting stands anywhere: most data directories need not read all of them."""
    if _VARIABLE in map(str.upper, os.environ):
        return True
    try:
        return _SETTING in home.settings_file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
