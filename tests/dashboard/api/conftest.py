"""The addresses for programs behind the gate, on a home with a week in progress."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.access import AccessList
from core.listening import Listening
from core.vocabulary import Role
from dashboard.gate import Gate
from runner.client.entry import Entry
from runner.home.login_file import SignIn
from runner.home.sessions import id_of
from runner.home.tokens import Tokens
from runner.settings import Settings
from tests.expected import present
from tests.runner.entrance import LOGIN

if TYPE_CHECKING:
    from core.token_scopes import Scope
    from core.trusted_proxy import TrustedProxy
    from tests.dashboard.place import Place

PORT = 8501
OWN = f"http://localhost:{PORT}"
COOKIE = f"trainweek_session_{PORT}"
ROLES = {
    "vic": Role.VIEWER,
    "eva": Role.ENGINEER,
    "lea": Role.LEAD,
    "carla": Role.CTO,
}


def claims(name: str) -> dict[str, Any]:
    return {"sub": name, "email": f"{name}@example.org", "email_verified": True}


class Served:
    """The gate before a home, a browser and a program."""

    def __init__(
        self,
        place: Place,
        login: bool = True,
        base: str = "",
        proxy: TrustedProxy | None = None,
        **settings: Any,
    ) -> None:
        self.place, self.home = place, place.home
        self.people = {f"{name}@example.org": role.value for name, role in ROLES.items()}
        access = AccessList.model_validate({"people": self.people})
        if login:
            self.list_people(self.people)
        sign_in = SignIn(
            LOGIN.model_copy(update={"proxy": proxy}) if login else None, access if login else None
        )
        self.entry = Entry(place.home, sign_in, Settings(**settings), now=lambda: place.now)
        self.gate = Gate(
            Starlette(), self.entry, Listening(PORT, base_path=base), Starlette() if login else None
        )
        self.caller = TestClient(self.gate, base_url=OWN, follow_redirects=False)

    def list_people(self, people: dict[str, str]) -> None:
        lines = "".join(f"  {email}: {role}\n" for email, role in people.items())
        self.home.access.write_text(f"people:\n{lines}" if people else "people: {}\n")
        self.home.access.chmod(0o600)

    def token(self, name: str = "eva", *scopes: Scope, days: float = 30) -> str:
        now = self.place.now
        secret, _ = Tokens(self.home).make(
            f"{name}@example.org",
            claims(name),
            "a program",
            scopes,
            now + timedelta(days=days),
            now,
        )
        return secret

    def revoke(self, secret: str) -> None:
        Tokens(self.home).revoke([id_of(secret)], self.place.now)

    def session(self, name: str = "eva") -> str:
        if self.entry.login is not None:
            return present(self.entry.begin(claims(name), None))
        return present(self.entry.open_link(self.entry.sessions.make_link(self.place.now)))

    def get(self, path: str, secret: str | None = None, **headers: str) -> Any:
        given = {"Authorization": f"Bearer {secret}"} if secret else {}
        return self.caller.get(path, headers={**given, **headers})

    def post(self, path: str, secret: str, body: Any, **headers: str) -> Any:
        given = {"Authorization": f"Bearer {secret}", **headers}
        return self.caller.post(path, json=body, headers=given)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.home.ledger.read_text().splitlines()]


@pytest.fixture
def week(place: Place) -> Place:
    """A training in progress, three hours after its launch."""
    place.train()
    return place


@pytest.fixture
def served(week: Place) -> Served:
    return Served(week)


@pytest.fixture
def open_served(week: Place) -> Served:
    """Without a login."""
    return Served(week, login=False)
