"""A session for pages that are drawn in this process, without a server and its gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard import serving
from tests.expected import present
from tests.runner.entrance import entry_of

if TYPE_CHECKING:
    import pytest

    from core.paths import Home
    from runner.client.entry import Entry


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
