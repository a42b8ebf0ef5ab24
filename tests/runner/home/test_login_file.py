"""Which file configures the login, and when nothing may be served."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.errors import SetupError
from core.login import LoginError
from core.paths import Home
from core.vocabulary import Role
from runner.home import login_file
from runner.home.access_file import give_role
from runner.home.login_file import read_login, read_sign_in
from tests.core.test_login import GOOD

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def streamlit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "elsewhere" / "secrets.toml"
    path.parent.mkdir()
    monkeypatch.setattr(login_file, "streamlit_files", lambda: (path,))
    return path


def write(path: Path, text: str = GOOD, mode: int = 0o600) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def test_without_files_there_is_no_login(home: Home, streamlit: Path) -> None:
    assert read_sign_in(home).login is None


def test_login_and_people(home: Home, streamlit: Path) -> None:
    write(home.login)
    give_role(home, "ana@example.org", Role.LEAD)
    found = read_sign_in(home)
    assert found.login is not None
    assert found.access is not None


def test_a_login_in_streamlits_own_file_counts(home: Home, streamlit: Path) -> None:
    write(streamlit, "[other]\nx = 1\n" + GOOD)
    assert read_login(home) is not None
    write(home.login)
    with pytest.raises(LoginError, match="Two files configure a login"):
        read_login(home)


@pytest.mark.parametrize("own", [True, False])
def test_a_file_that_does_not_parse_is_no_missing_login(
    home: Home, streamlit: Path, own: bool
) -> None:
    write(home.login if own else streamlit, "[auth\n")
    with pytest.raises(LoginError, match="not valid TOML"):
        read_sign_in(home)


def test_an_empty_login_file_is_no_missing_login(home: Home, streamlit: Path) -> None:
    write(home.login, "")
    with pytest.raises(LoginError, match=r"no table \[auth\]"):
        read_sign_in(home)


@pytest.mark.parametrize("own", [True, False])
def test_a_secret_that_others_can_read_is_not_used(home: Home, streamlit: Path, own: bool) -> None:
    write(home.login if own else streamlit, mode=0o644)
    with pytest.raises(SetupError, match="accessible to others"):
        read_login(home)


def test_a_file_that_can_not_be_read_is_no_missing_login(home: Home, streamlit: Path) -> None:
    home.login.mkdir()
    with pytest.raises(SetupError, match="can't be read"):
        read_login(home)
