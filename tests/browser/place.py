"""A home with a runner and the real app on a free port, as child processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

import psutil

from core.paths import CHECKOUT, Home
from core.people import Person
from core.vocabulary import Role
from runner.cli.page_address import link_of
from runner.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import BrowserContext

COMMAND = [sys.executable, "-c", "from runner.cli import main; main()"]  # trainweek
LEAD = Person("Test lead", Role.LEAD)


def wait_for(condition: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """The bound only ends a test that has failed."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come in {seconds:g} s"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def let_in(context: BrowserContext, home: Home, url: str) -> None:
    """The window's browser has opened a one-time link, as `trainweek link` prints it."""
    answer = context.request.get(link_of(home, url), max_redirects=0)
    assert answer.status == 303, answer.text()


class Site:
    """The dashboard on a home; a runner beside it on request."""

    by_link = True  # False: with a login
    base_path = ""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.home = Home(root)
        self.served = self.home  # the home that the app serves
        self.client = Client(self.home, LEAD)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._children: list[subprocess.Popen[bytes]] = []

    def serve(self) -> None:
        """Start the app as the command line does; returns when it answers."""
        self._start(
            *COMMAND, "dashboard", "--port", str(self.port), "--home", str(self.home.root)
        )  # fmt: skip
        wait_for(self._answers, "the dashboard")

    def start_runner(self) -> None:
        self._start(*COMMAND, "runner", "--home", str(self.home.root))
        wait_for(lambda: self.client.runner_status().alive, "the runner")

    def log(self) -> str:
        """What app and runner printed."""
        path = self.home.root / "children.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def close(self) -> None:
        """End app and runner, then whatever the runner left to be adopted."""
        for child in self._children:
            child.terminate()
        for child in self._children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        for process in self._strays():
            process.kill()

    def _strays(self) -> list[psutil.Process]:
        """Jobs of this home that outlived the runner, as they are meant to."""
        root, found = str(self.home.root), []
        for process in psutil.process_iter():
            try:
                if any(root in word for word in process.cmdline()):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def _start(self, *words: str) -> None:
        with (self.home.root / "children.log").open("ab") as log:
            self._children.append(
                subprocess.Popen(
                    words,
                    cwd=CHECKOUT,
                    env=os.environ | {"TRAINWEEK_HOME": str(self.home.root)},
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    def _answers(self) -> bool:
        assert self._children[-1].poll() is None, self.log()
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}{self.base_path}/_stcore/health", timeout=2
            ) as answer:
                return answer.status == 200
        except OSError:
            return False
