"""With a login: the role of a proved identity, and no page for anybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from core.access import parse_access
from runner.home.tokens import Tokens
from tests.dashboard.entrance import signed_in
from tests.dashboard.place import text_of
from tests.dashboard.test_app import APP
from tests.runner.entrance import LOGIN, entry_of

if TYPE_CHECKING:
    from tests.dashboard.place import Place

ANA = {"sub": "1", "email": "Ana@Example.org", "email_verified": True}


@pytest.fixture
def app(place: Place, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Ana is signed in as an engineer."""
    place.week()
    monkeypatch.setenv("TRAINWEEK_HOME", str(place.home.root))
    listed(place, "people: {ana@example.org: engineer}")
    access = parse_access(place.home.access.read_text("utf-8"), "access.yaml")
    signed_in(monkeypatch, entry_of(place.home, LOGIN, access), **ANA)
    return AppTest.from_file(str(APP), default_timeout=30)


def listed(place: Place, text: str) -> None:
    place.home.access.write_text(text, encoding="utf-8")
    place.home.access.chmod(0o600)


def test_a_listed_person_has_the_role_of_the_list(app: AppTest) -> None:
    text = text_of(app.run())
    assert not app.exception
    assert "F12-phase4-final" in text
    assert "ana@example.org · ML engineer" in text
    assert "identity unverified" not in text


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("people: {eve@example.org: cto}", "ana@example.org is not in the access file"),
        ("{people: {ana@example.org: lead}, groups: {}}", None),
    ],
)
def test_a_changed_list_counts_at_once(
    app: AppTest, place: Place, now: str, said: str | None
) -> None:
    app.run()
    listed(place, now)
    text = text_of(app.run())
    assert not app.exception
    if said is None:
        assert "ana@example.org · ML lead" in text
        return
    assert said in text
    assert "F12-phase4-final" not in text
    assert [button.label for button in app.button] == ["Sign out"]


@pytest.mark.parametrize(
    "broken", ["people: {ana@example.org: cto", "people: {ana@example.org: x}"]
)
def test_a_broken_list_keeps_the_last_good_one_for_reading(
    app: AppTest, place: Place, broken: str
) -> None:
    app.run()
    listed(place, broken)
    assert "ana@example.org · ML engineer" in text_of(app.run())
    place.home.access.chmod(0o666)
    assert "ana@example.org · ML engineer" in text_of(app.run())


def test_signing_out_ends_the_session_for_all_tabs(app: AppTest) -> None:
    app.run()
    [out] = [button for button in app.button if button.label == "Sign out"]
    out.click().run()
    assert not app.exception
    text = text_of(app)
    assert "Your session has ended." in text
    assert "F12-phase4-final" not in text
    another_tab = AppTest.from_file(str(APP), default_timeout=30).run()
    assert "Your session has ended." in text_of(another_tab)


def test_a_token_is_made_shown_once_and_revoked(
    app: AppTest, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def click(label: str) -> None:
        [found] = [button for button in app.button if button.label == label]
        found.click().run()
        assert not app.exception

    app.run()
    click("Access tokens")
    assert "A new token asks for a fresh sign-in." in [each.value for each in app.caption]
    access = parse_access(place.home.access.read_text("utf-8"), "access.yaml")
    entry = entry_of(place.home, LOGIN, access)
    signed_in(monkeypatch, entry, **ANA, auth_time=entry.now().timestamp())
    app.run()
    click("Access tokens")
    [name] = [field for field in app.text_input if field.key == "tokens:name"]
    name.set_value("nightly script")
    click("Make the token")
    [code] = app.code
    found = Tokens(place.home).find(code.value)
    assert found is not None
    assert (found.person, found.name) == ("ana@example.org", "nightly script")
    click("Revoke")
    assert not app.code
    assert Tokens(place.home).live(entry.now()) == []
