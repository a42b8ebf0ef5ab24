"""Answers of a provider that prove nobody: forged, old, early, of another client or another time."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey

from core.vocabulary import Role
from tests.attack.browserless import http
from tests.attack.false_provider import CLIENT_SECRET, FalseProvider
from tests.attack.place import NAMES, PEOPLE
from tests.attack.protocol import tab
from tests.attack.sweep import Watch, drawn, press_key
from tests.browser.provider import SignInSite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Seen = Callable[[object], None]

HOUR = 3600


class Liar:
    """A dashboard, and the provider that it asks."""

    def __init__(self, root: Path) -> None:
        self.provider = FalseProvider()
        self.provider.start()
        self.site = SignInSite(root, self.provider)  # type: ignore[arg-type]
        self.site.lists(**PEOPLE)
        self.site.serve()

    def close(self) -> None:
        self.site.close()
        self.provider.stop()

    def comes(self, how: str, email: str = NAMES[Role.CTO]) -> tuple[int, dict[str, str]]:
        """The answer to the way back from the provider, and the browser's cookies after it."""
        with http(self.site) as browser:
            asked = browser.get("/sign-in?go=1")
            given = parse_qs(urlsplit(asked.headers["location"]).query)
            self.provider.claims = self._claims(how, given["nonce"][0], email)
            state = "of another sign-in" if how == "a foreign state" else given["state"][0]
            code = browser.get("/oauth2callback", params={"code": "x", "state": state}).status_code
            return code, dict(browser.cookies.items())

    def _claims(self, how: str, nonce: str, email: str) -> dict[str, Any] | None:
        now, provider = int(time.time()), self.provider
        good = provider.good(nonce, email)
        changed: dict[str, dict[str, Any]] = {
            "expired an hour ago": {"iat": now - 2 * HOUR, "exp": now - HOUR},
            "issued an hour ahead": {"iat": now + HOUR, "exp": now + 2 * HOUR},
            "for another client": {"aud": "another"},
            "of another issuer": {"iss": "https://evil.example"},
            "with another nonce": {"nonce": "replayed"},
            "with a text as email_verified": {"email_verified": "true"},
            "signed in an hour ahead": {"auth_time": now + HOUR},
            "signed in long ago": {"auth_time": now - HOUR},
            "with a list as subject": {"sub": ["carla"]},
        }
        if how == "without a nonce":
            del good["nonce"]
        elif how == "without an expiry":
            del good["exp"]
        elif how == "without a signature":
            provider.secret = b""
        elif how == "signed with the client's secret":
            provider.secret = CLIENT_SECRET.encode()
        elif how == "signed with the public key as a secret":
            provider.secret = provider.public_pem()
        elif how == "signed by another key":
            provider.key = RSAKey.generate_key(2048, {"kid": "own"})
        elif how == "without an ID token":
            return None
        return good | changed.get(how, {})


@pytest.fixture(scope="module")
def liar(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Liar]:
    root = tmp_path_factory.mktemp("liar") / "home"
    shutil.copytree(home, root)
    made = Liar(root)
    yield made
    made.close()


REFUSED = (
    "expired an hour ago",
    "issued an hour ahead",
    "for another client",
    "of another issuer",
    "with another nonce",
    "without a nonce",
    "without an expiry",
    "without a signature",
    "signed with the client's secret",
    "signed with the public key as a secret",
    "signed by another key",
    "without an ID token",
    "a foreign state",
    "with a text as email_verified",
    "with a list as subject",
)


@pytest.mark.attempt("an ID token of the CTO that proves nothing", "nobody is let in")
@pytest.mark.parametrize("how", REFUSED)
def test_an_answer_that_proves_nothing_lets_nobody_in(how: str, liar: Liar, seen: Seen) -> None:
    code, cookies = liar.comes(how)
    inside = f"trainweek_session_{liar.site.port}" in cookies
    seen(f"{how}: HTTP {code}, {'let in' if inside else 'not let in'}")
    assert not inside
    assert code in (403, 502)


@pytest.mark.attempt(
    "a sign-in whose time is an hour ahead, or an hour ago, signs", "reads; signs nothing"
)
@pytest.mark.parametrize("how", ["signed in an hour ahead", "signed in long ago"])
def test_a_time_that_is_not_now_signs_nothing(how: str, liar: Liar, seen: Seen) -> None:
    _, cookies = liar.comes(how)
    watch = Watch(liar.site.client)
    with tab(liar.site.url, cookies) as hers:
        fields = drawn(hers, "decision")
        press_key(hers, "decision", fields, "sign:button")
        said = " ".join(hers.texts)
    seen(f"{how}: {sum(watch.rows().values())} acts")
    assert not watch.rows()
    assert "This asks for a fresh sign-in." in said


@pytest.mark.attempt("the control: the same provider tells the truth", "let in, signs")
def test_the_truth_lets_the_person_in(liar: Liar, seen: Seen) -> None:
    code, cookies = liar.comes("")
    watch = Watch(liar.site.client)
    with tab(liar.site.url, cookies) as hers:
        press_key(hers, "decision", drawn(hers, "decision"), "sign:button")
    seen(f"HTTP {code}; {dict(watch.rows())}")
    assert watch.rows()


@pytest.mark.attempt("line breaks and escapes in the provider's error", "one line of the log")
def test_an_error_from_the_browser_stays_on_one_line(liar: Liar, seen: Seen) -> None:
    """Anybody can open this address; the log is read in a terminal."""
    with http(liar.site) as browser:
        said = {"state": "x", "error": "a\nFORGED: all is well\x1b[2J", "error_description": "b\n"}
        code = browser.get("/oauth2callback", params=said).status_code
    log = liar.site.log()
    lines = [line for line in log.splitlines() if "FORGED" in line]
    seen(f"HTTP {code}; {len(lines)} line")
    assert code == 403
    assert [line.startswith("FORGED") for line in lines] == [False]
    assert "\x1b" not in log
