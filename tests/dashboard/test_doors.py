"""Back from the provider: to the page that was asked for, and to no other site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from core.access import AccessList
from core.paths import Home
from dashboard import doors
from dashboard.gate import SIGN_IN, SIGN_OUT
from tests.dashboard.test_gate import CLAIMS, OWN, PORT
from tests.runner.entrance import LOGIN, entry_of

if TYPE_CHECKING:
    from pathlib import Path

    from core.login import Login

LISTED = AccessList.model_validate({"people": {"ana@example.org": "lead"}})


class _Provider:
    """Proves everybody as Ana. Stands for Authlib's client: the outside world."""

    server_metadata: dict[str, Any] = {}

    async def authorize_access_token(self, request: object) -> dict[str, Any]:
        return {"userinfo": CLAIMS}

    async def load_server_metadata(self) -> dict[str, Any]:
        return {}


class _OAuth:
    def register(self, name: str, **settings: Any) -> None: ...

    def create_client(self, name: str) -> _Provider:
        return _Provider()


@pytest.fixture(autouse=True)
def provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "OAuth", _OAuth)


def browser_of(home: Path, login: Login = LOGIN) -> TestClient:
    entry = entry_of(Home(home), login, LISTED)
    app = doors.doors(entry, login, PORT)
    return TestClient(app, base_url=OWN, follow_redirects=False, root_path=login.base_path)


def comes_back_to(browser: TestClient, back: str, base: str = "") -> str:
    browser.get(f"{base}{SIGN_IN}", params={"back": back})
    answer = browser.get(f"{base}/oauth2callback?state=x&code=y")
    assert answer.status_code == 302
    return answer.headers["location"]


@pytest.mark.parametrize(
    "back", ["/", "/decision", "/decision?week=2026-11-23", "/runs?week=2026-11-23&run=a%20b%2Bc"]
)
def test_page_and_query_are_kept(tmp_path: Path, back: str) -> None:
    assert comes_back_to(browser_of(tmp_path), back) == back


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/decision",
        "//evil.example",
        "/\\evil.example",
        "/decision/../..//evil.example",
        "/decision?week=1#//evil.example",
        "/decision?next=https://evil.example",
        "/decision\r\nLocation: //evil.example",
        "javascript:alert(1)",
        "/@evil.example",
        "/decision?" + "x" * 2000,
    ],
)
def test_another_site_is_not(tmp_path: Path, back: str) -> None:
    assert comes_back_to(browser_of(tmp_path), back) == "/"


def test_below_a_base_path_nothing_else_of_the_host_is_a_page(tmp_path: Path) -> None:
    base = "/trainweek"
    login = LOGIN.model_copy(update={"redirect_uri": f"{OWN}{base}/oauth2callback"})
    browser = browser_of(tmp_path, login)
    assert comes_back_to(browser, f"{base}/decision?week=1", base) == f"{base}/decision?week=1"
    assert comes_back_to(browser, "//evil.example", base) == f"{base}/"
    out = browser.get(f"{base}{SIGN_OUT}")
    assert out.headers["location"] == f"{base}/"
    assert f"Path={base};" in out.headers["set-cookie"]
