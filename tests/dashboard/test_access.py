"""Who may do what, as the pages explain it; and where the app listens."""

from __future__ import annotations

import pytest

from core.vocabulary import RIGHTS, Right, Role
from dashboard.access import is_loopback, why_denied
from dashboard.wording import Words
from dashboard.wording.names import ROLES
from tests.dashboard.place import PEOPLE
from tests.expected import present


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", Right)
def test_a_denial_names_who_may(role: Role, right: Right) -> None:
    why = why_denied(Words(), PEOPLE[role], right)
    if right in RIGHTS[role]:
        assert why is None
    else:
        holders = [ROLES[r] for r in Role if right in RIGHTS[r]]
        assert all(holder in present(why) for holder in holders)


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("192.168.1.5", False),
        ("", False),
        (None, False),
        ("example.org", False),
    ],
)
def test_only_loopback_needs_no_login(address: str | None, inside: bool) -> None:
    assert is_loopback(address) is inside
