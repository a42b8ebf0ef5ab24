"""Creation of the database, and migration to the schema of this version."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect, text

from core.errors import SetupError
from core.files import OWNER_ONLY
from core.language import Message
from runner.store.schema import REVISION
from runner.store_address import shown_address

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy.engine import Connection

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def present_revision(engine: Engine) -> str | None:
    """The schema version of the database; None for an empty one."""
    with engine.connect() as connection:
        return _revision(connection)


def migrate(engine: Engine, database: Path) -> None:
    """Migrate the database to :data:`REVISION` in one transaction, after making a copy.

    The caller holds the store's lock.

    :raises SetupError: the database is of a newer version.
    """
    present = present_revision(engine)
    if present == REVISION:
        return
    # Alembic takes a third of a second to import; only a migration needs it.
    from alembic import command

    config = _config()
    if present is not None:
        if not _knows(config, present):
            raise SetupError(
                Message(
                    "{path} has schema {present}; this trainweek knows schemas up to {known}.",
                    path=str(database),
                    present=present,
                    known=REVISION,
                ),
                Message("Use the newer trainweek that wrote it, or another --home."),
            )
        copy_database(database, database.with_suffix(f".before-{REVISION}.db"))
    with engine.connect().execution_options(write=True) as connection:
        config.attributes["connection"] = connection
        with connection.begin():
            command.upgrade(config, REVISION)
    if present is None:
        database.chmod(OWNER_ONLY)


def is_migrated(connection: Connection) -> bool:
    """Whether the database has the schema of this version."""
    return _revision(connection) == REVISION


def migrate_shared(connection: Connection, address: str, setting: str) -> None:
    """Migrate a database on a server, in the transaction of the caller, who locks out all others.

    :param setting: that names the database.
    :raises SetupError: the database is of a newer version.
    """
    present = _revision(connection)
    if present == REVISION:
        return
    from alembic import command

    config = _config()
    if present is not None and not _knows(config, present):
        raise SetupError(
            Message(
                "{setting}: the database {address} has schema {present}; this trainweek knows"
                " schemas up to {known}.",
                setting=setting,
                address=shown_address(address),
                present=present,
                known=REVISION,
            ),
            Message("Use the newer trainweek on this machine too, or name another database."),
        )
    config.attributes["connection"] = connection
    command.upgrade(config, REVISION)


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _knows(config: Config, revision: str) -> bool:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(config).walk_revisions()
    return revision in {script.revision for script in scripts}


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def copy_database(database: Path, copy: Path) -> None:
    """A consistent copy, even while other processes write."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
