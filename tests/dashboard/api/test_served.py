"""The addresses for programs as the command line serves them: dashboard and runner as processes."""

from __future__ import annotations

import http.client
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from runner.home.sessions import Sessions
from runner.settings import Settings
from tests.browser.place import Site, wait_for
from tests.expected import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """With a week, a runner, and a collector on this machine."""
    made = Site(tmp_path / "home")
    made.home.settings_file.write_text("metrics_on_loopback: true\n", encoding="utf-8")
    recorded(made.client.create_week(datetime.now(UTC) - timedelta(hours=1)))
    made.serve()
    yield made
    made.close()


def ask(site: Site, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def test_probes_collectors_and_programs_are_answered(site: Site) -> None:
    assert ask(site, "/healthz")[::2] == (200, "ok\n")
    assert ask(site, "/readyz")[::2] == (503, "not ready\n")
    site.start_runner()
    wait_for(lambda: ask(site, "/readyz")[0] == 200, "that it is ready")

    status, headers, text = ask(site, "/metrics")
    assert (status, "trainweek_runner_alive 1.0\n" in text) == (200, True)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert ask(site, "/metrics", **{"X-Forwarded-For": "10.0.0.7"})[0] == 401

    assert ask(site, "/api/v1/weeks")[0] == 401
    link = Sessions(site.home, Settings()).make_link(datetime.now(UTC))
    given = ask(site, f"/?token={link}")[1]["set-cookie"].split(";")[0]
    status, headers, text = ask(site, "/api/v1/weeks/active", Cookie=given)
    assert (status, headers["content-type"]) == (200, "application/json")
    assert '"runner_alive":true' in text
    assert headers["referrer-policy"] == "no-referrer"


def test_the_pages_are_as_before(site: Site) -> None:
    """A path that only begins like one for programs is a page's, so nobody gets it without a link."""
    for path in ("/healthzz", "/metrics2", "/apiary", "/decision", "/_stcore/metrics"):
        status, headers, _ = ask(site, path)
        assert status in (403, 404), path
        assert headers["content-type"].startswith("text/"), path
