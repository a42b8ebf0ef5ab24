"""Ways in to a home's pages, for tests: with a login and without, on a clock of the test's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.login import Login
from runner.client.entry import Entry
from runner.home.login_file import SignIn
from runner.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

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
