"""Sessions: live until they end, and kept by the hash of their token alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.errors import SetupError
from core.paths import Home
from runner.home.sessions import SKEW, Sessions, id_of
from runner.settings import Settings
from tests.expected import present

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
CLAIMS = {"sub": "1", "email": "ana@example.org"}
HOUR = timedelta(hours=1)


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    return Sessions(Home(tmp_path), Settings())


def test_a_session_is_found_by_its_token_which_is_kept_nowhere(sessions: Sessions) -> None:
    assert sessions.find("anything", NOW) is None
    token = sessions.begin(NOW, "ana@example.org", CLAIMS, NOW)
    found = present(sessions.find(token, NOW))
    assert (found.name, found.claims, found.id) == ("ana@example.org", CLAIMS, id_of(token))
    assert token.encode() not in sessions.path.read_bytes()
    assert sessions.path.stat().st_mode & 0o777 == 0o600
    for wrong in (None, "", token[:-1], token + "x", found.id, "x" * 10_000):
        assert sessions.find(wrong, NOW) is None


def test_idle_end_absolute_end_and_a_clock_that_was_set_back(sessions: Sessions) -> None:
    token = sessions.begin(NOW, "ana@example.org", CLAIMS)
    assert sessions.find(token, NOW + 3.9 * HOUR)
    assert sessions.find(token, NOW + 4.1 * HOUR) is None
    for hours in (3, 6, 9, 11.9):
        sessions.touch(id_of(token), NOW + hours * HOUR)
    assert sessions.find(token, NOW + 11.95 * HOUR)
    assert sessions.find(token, NOW + 12.1 * HOUR) is None
    assert sessions.find(token, NOW - SKEW / 2)
    assert sessions.find(token, NOW - 2 * SKEW) is None


def test_an_ended_session_stays_ended(sessions: Sessions) -> None:
    one, other = (sessions.begin(NOW, "ana@example.org", CLAIMS) for _ in range(2))
    assert sessions.end([id_of(one)], NOW) == 1
    assert sessions.end([id_of(one)], NOW) == 0
    sessions.touch(id_of(one), NOW + HOUR)
    assert sessions.find(one, NOW) is None
    assert [each.id for each in sessions.live(NOW)] == [id_of(other)]


def test_a_fresh_sign_in_is_young_and_not_of_the_future(sessions: Sessions) -> None:
    quarter = timedelta(minutes=15)
    found = present(sessions.find(sessions.begin(NOW, "a", CLAIMS, NOW), NOW))
    assert found.fresh(NOW + quarter, quarter)
    assert not found.fresh(NOW + 1.01 * quarter, quarter)
    assert found.fresh(NOW - SKEW, quarter)
    assert not found.fresh(NOW - 2 * SKEW, quarter)
    unproved = present(sessions.find(sessions.begin(NOW, "a", CLAIMS), NOW))
    assert not unproved.fresh(NOW, quarter)


def test_a_link_opens_once_and_not_for_ever(sessions: Sessions) -> None:
    token = sessions.make_link(NOW)
    assert token.encode() not in sessions.path.read_bytes()
    assert not sessions.spend_link(token + "x", NOW)
    assert sessions.spend_link(token, NOW + HOUR)
    assert not sessions.spend_link(token, NOW + HOUR)
    assert not sessions.spend_link(sessions.make_link(NOW), NOW + 13 * HOUR)


def test_who_came_by_a_link_stays_longer_than_who_signed_in(sessions: Sessions) -> None:
    by_link, by_login = sessions.begin(NOW), sessions.begin(NOW, "a", CLAIMS)
    assert sessions.find(by_link, NOW + 20 * 24 * HOUR)
    assert sessions.find(by_link, NOW + 31 * 24 * HOUR) is None
    assert sessions.find(by_login, NOW + 20 * 24 * HOUR) is None


def test_a_file_that_others_can_read_or_that_is_damaged_is_not_used(sessions: Sessions) -> None:
    token = sessions.begin(NOW)
    sessions.path.chmod(0o644)
    with pytest.raises(SetupError, match="accessible to others"):
        sessions.find(token, NOW)
    sessions.path.chmod(0o600)
    sessions.path.write_bytes(b"no database" * 1000)
    with pytest.raises(SetupError, match="can't be used"):
        sessions.find(token, NOW)
