"""Where pages are served: beyond this machine only with a login, below the login's base path."""

from __future__ import annotations

import pytest

from core.errors import InputError
from core.listening import Listening, listening
from tests.runner.entrance import LOGIN

BELOW = LOGIN.model_copy(update={"redirect_uri": "https://x.example.org/trainweek/oauth2callback"})


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.0.0.7"])
def test_beyond_this_machine_only_with_a_login(address: str) -> None:
    assert listening(LOGIN, 8501, address) == Listening(8501, address)
    with pytest.raises(InputError, match="on this machine only") as refused:
        listening(None, 8501, address)
    assert "--address" in refused.value.remedy


@pytest.mark.parametrize("address", [None, "127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_on_this_machine_without_one(address: str | None) -> None:
    assert listening(None, 8501, address).address == (address or "127.0.0.1")


@pytest.mark.parametrize("address", ["example.org", "unix:///x", "0", "127.0.0.1:80"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="is no IP address"):
        listening(LOGIN, 8501, address)


@pytest.mark.parametrize(
    ("given", "path"),
    [(None, ""), ("/", ""), ("trainweek", "/trainweek"), ("/team/train-week/", "/team/train-week")],
)
def test_a_base_path_as_people_write_it(given: str | None, path: str) -> None:
    assert listening(None, 8501, base_path=given).base_path == path
    assert Listening(8501, base_path=path).local_url == f"http://localhost:8501{path}"


@pytest.mark.parametrize("given", ["/a b", "/../x", "/_stcore", "/x?y", "/ü", "/a//b"])
def test_what_is_no_base_path_is_refused(given: str) -> None:
    with pytest.raises(InputError, match="is no base path"):
        listening(None, 8501, base_path=given)


def test_the_logins_redirect_address_says_it() -> None:
    assert listening(BELOW, 8501).base_path == "/trainweek"
    assert listening(BELOW, 8501, base_path="/trainweek/").base_path == "/trainweek"
    for login, other in ((BELOW, "/other"), (BELOW, ""), (LOGIN, "/trainweek")):
        with pytest.raises(InputError, match="is not the login's"):
            listening(login, 8501, base_path=other)
