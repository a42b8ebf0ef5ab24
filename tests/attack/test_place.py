"""A user's configuration, a killed service, a read-only place and loosened rules."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

from core.paths import Home
from runner.home.launch import stop_all
from tests.attack.browserless import by_link
from tests.attack.place import served_by_link
from tests.attack.protocol import tab
from tests.attack.test_doors import refused
from tests.browser.place import COMMAND, free_port, wait_for
from tests.runner.cli.terminal import trainweek
from tests.runner.place import Place, place
from tests.runner.store.test_read_only import read_only

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Seen = Callable[[object], None]

__all__ = ["place"]


@pytest.mark.attempt("an engineer makes a week whose gates are -99", "refused; the gates are named")
def test_an_engineer_loosens_no_gate(copy: Path, seen: Seen) -> None:
    own = copy / "own.yaml"
    own.write_text("extends: phase4\ngates: [{id: sharpe, threshold: -99.0}]\n", encoding="utf-8")
    checked = trainweek("playbook", "check", own, home=copy)
    words = ("week", "new", "--launch", "2027-03-01T14:00Z", "--playbook", own)
    made = trainweek(*words, home=copy, role="engineer")
    seen(f"check: {checked.stdout.splitlines()[1]} week new: exit {made.returncode}")
    assert "-99" in checked.stdout
    assert made.returncode == 2
    assert "-99" in made.stderr


@pytest.mark.whole
@pytest.mark.attempt("CORS and XSRF protection off in a user's Streamlit configuration", "refused")
def test_a_users_configuration_switches_no_guard_off(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: Seen
) -> None:
    config = tmp_path / "person" / ".streamlit" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        '[server]\nenableCORS = false\nenableXsrfProtection = false\naddress = "0.0.0.0"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("HOME", str(config.parent.parent))
    monkeypatch.setenv("STREAMLIT_SERVER_ENABLE_CORS", "false")
    site = served_by_link(home, tmp_path / "home")
    try:
        cookies = by_link(site)
        with tab(site.url, cookies) as own:
            assert own.run("this_week")
        answer = refused(site.url, cookies, origin="https://evil.example")
        listening = {
            connection.laddr.ip
            for process in psutil.process_iter()
            for connection in listeners(process)
            if connection.laddr.port == site.port
        }
    finally:
        site.close()
    seen(f"a foreign origin: {answer}; listening on {sorted(listening)}")
    assert listening == {"127.0.0.1"}


@pytest.mark.whole
@pytest.mark.attempt("kill -9 of trainweek up, then up again on its port", "it serves again")
def test_up_takes_over_the_dashboard_that_a_killed_up_left(copy: Path, seen: Seen) -> None:
    port, started = free_port(), []
    words = [*COMMAND, "up", "--port", str(port), "--home", str(copy)]

    def up() -> subprocess.Popen[bytes]:
        with (copy / "up.log").open("ab") as log:
            started.append(subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True))
        return started[-1]

    def answers() -> bool:
        assert started[-1].poll() is None, (copy / "up.log").read_text(encoding="utf-8")
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{port}/_stcore/health").status_code == 200
        return False

    def pages() -> set[int]:
        return {
            p.pid for p in psutil.process_iter() if any(c.laddr.port == port for c in listeners(p))
        }

    try:
        first = up()
        wait_for(answers, "the first up")
        before = pages()
        first.kill()
        first.wait()
        left = pages()
        up()
        wait_for(lambda: answers() and pages() and not pages() & before, "the second up")
        seen(f"left: {len(left)} dashboard; after the second up: {len(pages())}, another one")
    finally:
        for each in started:
            each.terminate()
            each.wait(60)
        stop_all(Home(copy))


@pytest.mark.attempt("reading commands on a home that is mounted read-only", "the week is listed")
def test_a_read_only_home_is_read(place: Place, seen: Seen) -> None:
    listed = read_only(place, "week", "list")
    seen(f"exit {listed.returncode}")
    assert listed.returncode == 0
    assert place.week.id in listed.stdout


def listeners(process: psutil.Process) -> list[Any]:
    """The ports on which a process waits for others."""
    with suppress(psutil.Error):
        return [c for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    return []
