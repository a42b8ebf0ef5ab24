"""With a login: the role of a proved identity, and no page for anybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import access
from tests.dashboard.place import text_of
from tests.dashboard.test_app import APP

if TYPE_CHECKING:
    from tests.dashboard.place import Place

SECRETS = {"client_id": "trainweek", "cookie_secret": "x" * 32}
ANA = {"sub": "1", "email": "Ana@Example.org", "email_verified": True}


class User(dict[str, Any]):
    """Claims of a session that is signed in."""

    def to_dict(self) -> dict[str, Any]:
        return dict(self)


@pytest.fixture
def app(place: Place, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("TRAINWEEK_HOME", str(place.home.root))
    return AppTest.from_file(str(APP), default_timeout=30)


@pytest.fixture
def signed_in(app: AppTest, place: Place, monkeypatch: pytest.MonkeyPatch):
    place.week()

    def run(listed: str | None, **claims: Any) -> AppTest:
        if listed is not None:
            place.home.access.write_text(listed, encoding="utf-8")
            place.home.access.chmod(0o600)
        app.secrets["auth"] = SECRETS
        monkeypatch.setattr(access.st, "user", User(is_logged_in=True, **claims))
        app.run()
        assert not app.exception
        return app

    return run


def test_a_listed_person_has_the_role_of_the_list(signed_in) -> None:
    text = text_of(signed_in("people: {ana@example.org: engineer}", **ANA))
    assert "F12-phase4-final" in text
    assert "ana@example.org · ML engineer" in text


@pytest.mark.parametrize(
    ("listed", "claims", "said"),
    [
        ("people: {eve@example.org: cto}", ANA, "ana@example.org is not in the access file"),
        ("people: {ana@example.org: cto}", ANA | {"email_verified": False}, "has not verified"),
        ("people: {ana@example.org: cto}", {"sub": "1"}, "sub:1 is not in the access file"),
        ("people: {ana@example.org: admin}", ANA, "'admin' is invalid"),
        ("people: {ana@example.org: cto", ANA, "invalid YAML"),
        ("people: {ana@example.org: cto}", {"email": "ana@example.org"}, "names no person"),
    ],
)
def test_any_doubt_lets_nobody_in(signed_in, listed: str, claims: dict, said: str) -> None:
    app = signed_in(listed, **claims)
    text = text_of(app)
    assert said in text
    assert "F12-phase4-final" not in text
    assert [button.label for button in app.button] == ["Sign out"]


def test_a_list_that_others_may_change_lets_nobody_in(signed_in, place: Place) -> None:
    app = signed_in("people: {ana@example.org: cto}", **ANA)
    assert "F12-phase4-final" in text_of(app)
    place.home.access.chmod(0o666)
    assert "accessible to others" in text_of(app.run())


def test_without_a_list_the_roles_of_the_secrets_count(signed_in, app: AppTest) -> None:
    app.secrets["roles"] = {"ana@example.org": "lead"}
    assert "F12-phase4-final" in text_of(signed_in(None, **ANA))
    app.secrets["roles"] = {"ana@example.org": "king"}
    assert "is unknown" in text_of(app.run())
