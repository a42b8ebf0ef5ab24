"""The demo's home folder: made for it, marked, and cleared of what a killed demo left."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import psutil

from core.errors import ConflictError, SetupError
from core.paths import CHECKOUT, Home
from runner.home.launch import stop_all

DEFAULT = CHECKOUT / ".demo"
_MARK = "trainweek-demo.json"


def prepare(folder: Path) -> Home:
    """An empty, marked home. An earlier demo in it is ended and removed.

    :raises ConflictError: the folder holds something that is no demo's.
    :raises SetupError: it can't be written.
    """
    home = Home(folder.resolve())
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).is_file():
            raise ConflictError(
                f"{folder} holds files that no demo made.",
                "Give an empty folder: a demo clears its home when it starts.",
            )
        clear_processes(home)
        shutil.rmtree(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARK).write_text("{}\n", encoding="utf-8")
    except OSError as error:
        raise SetupError(
            f"The demo's home {folder} can't be written: {error.strerror}.",
            "Give another one: trainweek demo --home DIR",
        ) from error
    return home


def remember_dashboard(home: Home, pid: int) -> None:
    """Write down who serves the pages, so that a later demo can end it if we are killed."""
    started = psutil.Process(pid).create_time()
    (home.root / _MARK).write_text(
        json.dumps({"dashboard": {"pid": pid, "started": started}}) + "\n", encoding="utf-8"
    )


def clear_processes(home: Home) -> None:
    """End everything that a demo in this home started and that still lives."""
    stop_all(home)
    try:
        dashboard = json.loads((home.root / _MARK).read_text(encoding="utf-8"))["dashboard"]
        process = psutil.Process(dashboard["pid"])
        if process.create_time() == dashboard["started"]:  # else the number was given again
            process.terminate()
            process.wait(5)
    except (KeyError, ValueError, psutil.NoSuchProcess):
        return
    except psutil.TimeoutExpired:
        process.kill()
