"""A real OpenID Connect provider on loopback, and a dashboard that signs people in there."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from runner.home.access_file import give_role
from tests.browser.place import Site, free_port, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from core.vocabulary import Role


class Provider:
    """``oidc-provider-mock`` in a process of its own; people sign in there by their subject."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "provider.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "oidc_provider_mock", "--port", str(self.port)],
                stdout=log,
                stderr=log,
            )
        wait_for(self._answers, "the identity provider")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def knows(self, sub: str, **claims: Any) -> None:
        """What it says of a person from now on."""
        asked = urllib.request.Request(
            f"{self.url}/users/{sub}",
            json.dumps(claims).encode(),
            {"Content-Type": "application/json"},
            method="PUT",
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            assert answer.status == 204

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text(encoding="utf-8")
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/jwks", timeout=2):
            return True
        return False


class SignInSite(Site):
    """A dashboard with a login."""

    by_link = False

    def __init__(
        self, root: Path, provider: Provider, url: str | None = None, proxy: str = ""
    ) -> None:
        """:param url: where browsers find it; None: at its own port, without a proxy.
        :param proxy: the table ``[proxy]``.
        """
        super().__init__(root)
        self.url = url or f"http://localhost:{self.port}"
        self.provider = provider
        self.home.login.write_text(
            f"""[auth]
redirect_uri = "{self.url}/oauth2callback"
client_id = "trainweek"
client_secret = "a secret of the test"
server_metadata_url = "{provider.url}/.well-known/openid-configuration"
{proxy}""",
            encoding="utf-8",
        )
        self.home.login.chmod(0o600)

    def lists(self, **people: Role) -> None:
        """List ``ana`` as ana@example.org, whom the provider knows with a verified address."""
        for name, role in people.items():
            email = f"{name}@example.org"
            give_role(self.home, email, role)
            self.provider.knows(name, email=email, email_verified=True)


def sign_in(page: Page, url: str, sub: str, path: str = "/") -> None:
    """Open a page, press the button, and say who one is at the provider."""
    page.goto(f"{url}{path}")
    page.get_by_role("link", name="Sign in").click()
    at_provider(page, sub)


def at_provider(page: Page, sub: str) -> None:
    page.locator("input[name=sub]").fill(sub)
    page.get_by_role("button", name="Authorize").click()
