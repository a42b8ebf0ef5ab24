"""Access tokens: kept by their hashes, counted until they expire or are revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.errors import SetupError
from core.paths import Home
from core.token_scopes import Scope
from runner.home.tokens import LONGEST, PREFIX, Tokens
from tests.expected import present

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
DAY = timedelta(days=1)
CLAIMS = {"sub": "1", "email": "ana@example.org", "email_verified": True}


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(Home(tmp_path))


def made(tokens: Tokens, person: str = "ana@example.org", expires: datetime = NOW + DAY) -> str:
    return tokens.make(person, CLAIMS, "nightly", [Scope.TICK], expires, NOW)[0]


def test_a_token_is_found_by_its_secret_which_is_kept_nowhere(tokens: Tokens) -> None:
    assert tokens.find("anything") is None
    secret = made(tokens)
    found = present(tokens.find(secret))
    assert secret.startswith(PREFIX)
    assert (found.person, found.claims, found.name) == ("ana@example.org", CLAIMS, "nightly")
    assert found.scopes == (Scope.READ, Scope.TICK)
    assert secret.encode() not in tokens.path.read_bytes()
    assert tokens.path.stat().st_mode & 0o777 == 0o600
    for wrong in ("", secret[:-1], secret + "x", found.id, found.short, "x" * 10_000):
        assert tokens.find(wrong) is None


def test_it_counts_until_it_expires_and_never_longer_than_allowed(tokens: Tokens) -> None:
    found = present(tokens.find(made(tokens)))
    assert found.live(NOW)
    assert found.live(NOW + 0.99 * DAY)
    assert not found.live(NOW + DAY)
    assert not found.live(NOW - DAY)  # a clock that was set back
    longest = present(tokens.find(made(tokens, expires=NOW + 1000 * DAY)))
    assert longest.expires == NOW + LONGEST


def test_a_revoked_token_stays_revoked(tokens: Tokens) -> None:
    one, other = (present(tokens.find(made(tokens, who))) for who in ("ana", "eve"))
    assert [each.id for each in tokens.live(NOW, "ana")] == [one.id]
    assert tokens.revoke([one.id], NOW) == [one.id]
    assert tokens.revoke([one.id, "0" * 64], NOW) == []
    tokens.touch(one.id, NOW)
    assert [each.id for each in tokens.live(NOW)] == [other.id]


def test_a_database_that_others_may_read_is_not_used(tokens: Tokens) -> None:
    secret = made(tokens)
    tokens.path.chmod(0o640)
    with pytest.raises(SetupError, match="accessible to others"):
        tokens.find(secret)
