"""A session for pages that are drawn in this process, without a server and its gate."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.login import Login
from dashboard import serving
from runner.client.entry import Entry
from runner.home.login_file import SignIn
from runner.settings import Settings
from tests.expected import present

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from core.access import AccessList
    from core.paths import Home

LOGIN = Login(
    redirect_uri="http://localhost:8501/oauth2callback",
    client_id="trainweek",
    client_secret="secret",
    server_metadata_url="http://localhost:9400/.well-known/openid-configuration",
)


def entry_of(
    home: Home,
    login: Login | None = None,
    access: AccessList | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Entry:
    return Entry(home, SignIn(login, access), Settings(), now)


def use(monkeypatch: pytest.MonkeyPatch, entry: Entry, token: str) -> None:
    monkeypatch.setattr(serving, "_entry", entry)
    monkeypatch.setattr("dashboard.access._token", lambda: token)


def let_in(monkeypatch: pytest.MonkeyPatch, home: Home) -> None:
    """By a one-time link."""
    entry = entry_of(home)
    use(monkeypatch, entry, present(entry.open_link(entry.sessions.make_link(entry.now()))))


def signed_in(monkeypatch: pytest.MonkeyPatch, entry: Entry, **claims: Any) -> None:
    """As the provider proved the person."""
    use(monkeypatch, entry, present(entry.begin(claims, None)))
