"""Faults of a migration: killed in the middle, or made by a newer trainweek."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from core.errors import SetupError
from core.paths import Home
from runner.client import Client
from runner.store import migrate
from runner.store.damage import damage_of
from runner.store.schema import REVISION
from tests.faults.matrix import fault
from tests.faults.promises import hold
from tests.runner.place import LAUNCH, LEAD, Place

if TYPE_CHECKING:
    from pathlib import Path

Seen = Callable[[object], None]
NEXT = "9999"


def note(place: Place, number: int) -> None:
    place.lead.note(place.week.id, "hourly_1", f"{number} note")


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Opens the home as a newer trainweek would, in a process of its own."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "m9999_next.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        "from runner.failpoints import fail_here\n"
        f"revision, down_revision = {NEXT!r}, {REVISION!r}\n"
        "def upgrade():\n"
        "    op.add_column('notes', sa.Column('mood', sa.String()))\n"
        "    op.execute(\"UPDATE notes SET mood = 'calm'\")\n"
        "    fail_here('in_migration')\n"
        "    op.create_index('ix_notes_mood', 'notes', ['mood'])\n"
    )
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from core.paths import Home\n"
        "from runner.store import Store, migrate\n"
        f"migrate.MIGRATIONS, migrate.REVISION = Path(sys.argv[2]), {NEXT!r}\n"
        "Store(Home(Path(sys.argv[1])))\n"
    )

    def open_with(place: Place, **environment: str) -> int:
        command = [sys.executable, "-c", code, str(place.home.root), str(folder)]
        return subprocess.run(command, env=os.environ | environment, timeout=60).returncode

    return open_with


def _schema(database: Path) -> tuple[str, set[str]]:
    with closing(sqlite3.connect(database)) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return revision, {row[1] for row in connection.execute("PRAGMA table_info(notes)")}


@fault(
    33,
    injected="kill -9 in the middle of a migration",
    expected="old or new schema, a copy made first, every row there",
)
def test_a_kill_in_a_migration_leaves_the_old_schema_whole(
    place: Place, newer: Callable[..., int], seen: Seen
) -> None:
    for number in range(3):
        note(place, number)
    assert newer(place, TRAINWEEK_FAIL="in_migration:kill") == -signal.SIGKILL
    assert _schema(place.home.database)[0] == REVISION
    assert "mood" not in _schema(place.home.database)[1]
    copy = place.home.database.with_suffix(f".before-{NEXT}.db")
    assert damage_of(copy) is None
    assert _schema(copy)[0] == REVISION
    hold(place, 3)
    assert newer(place) == 0
    revision, columns = _schema(place.home.database)
    assert revision == NEXT
    assert "mood" in columns
    with closing(sqlite3.connect(place.home.database)) as connection:
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (3,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    seen(f"killed: schema {REVISION}, 3 rows; again: schema {NEXT}, 3 rows")


@fault(
    33,
    injected="kill -9 in the first migration, before its last index",
    expected="nothing of it is there; the next opening makes all of it",
)
def test_a_kill_in_the_first_migration_leaves_nothing(tmp_path: Path, seen: Seen) -> None:
    home = Home(tmp_path / "home")
    code = (
        "import os, signal, sys\n"
        "from alembic import op\n"
        "made = op.create_index\n"
        "def die(name, *a, **k):\n"
        "    if name == 'one_current_tick': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return made(name, *a, **k)\n"
        "op.create_index = die\n"
        "from pathlib import Path\n"
        "from core.paths import Home\n"
        "from runner.store import Store\n"
        "Store(Home(Path(sys.argv[1])))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, home.root], timeout=60)
    assert done.returncode == -signal.SIGKILL
    with closing(sqlite3.connect(home.database)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    client = Client(home, LEAD)
    assert client.weeks() == []
    assert damage_of(home.database) is None
    client.create_week(LAUNCH)
    seen("no table after the kill; opened again: whole")


@fault(
    34,
    injected="this trainweek opens the database of a newer one",
    expected="refused with both versions, nothing changed",
)
def test_old_code_refuses_a_newer_schema(
    place: Place, newer: Callable[..., int], seen: Seen
) -> None:
    note(place, 0)
    assert newer(place) == 0
    before = place.home.database.read_bytes()
    with pytest.raises(SetupError, match=f"{NEXT}.*{REVISION}") as refused:
        Client(place.home, LEAD).weeks()
    assert place.home.database.read_bytes() == before
    with closing(sqlite3.connect(place.home.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    seen(refused.value.what)
