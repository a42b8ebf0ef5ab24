"""Creation of the database, and migration to the schema of this version."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from core.errors import SetupError
from core.files import OWNER_ONLY
from core.language import Message
from runner.store.schema import REVISION

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def present_revision(engine: Engine) -> str | None:
    """The schema version of the database; None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.scalar(text("SELECT version_num FROM alembic_version"))


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
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    if present is not None:
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if present not in known:
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


def copy_database(database: Path, copy: Path) -> None:
    """A consistent copy, even while other processes write."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
