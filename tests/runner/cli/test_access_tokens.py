"""Access tokens at the command line, as real processes: what each command does with and without."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.ledger_bodies import ActDenied, TokensRevoked
from core.token_scopes import Scope
from core.vocabulary import Role
from runner.home.access_file import give_role
from runner.home.tokens import Tokens
from tests.core.test_login import GOOD
from tests.runner.cli.terminal import trainweek

if TYPE_CHECKING:
    from tests.runner.place import Place

ANA = {"sub": "1", "email": "ana@example.org", "email_verified": True}
ACTS: tuple[tuple[Scope | None, tuple[str, ...]], ...] = (
    (Scope.TICK, ("tick", "no_crashes", "--slot", "hourly_1", "--note", "seen")),
    (Scope.TICK, ("incidents", "open", "crash", "--summary", "It died.")),
    (None, ("incidents", "close", "INCIDENT", "--reason", "found")),  # blocks every start
    (None, ("jobs", "submit", "train", "--param", "override_reason=by hand")),
    (None, ("jobs", "submit", "backup", "--param", "action=restore")),
    (Scope.OPERATE, ("jobs", "submit", "preflight")),
    (Scope.OPERATE, ("jobs", "submit", "train")),
    (Scope.DECIDE, ("jobs", "submit", "revalidate")),
    (Scope.DECIDE, ("week", "use", "2026-02-23")),
    (Scope.DECIDE, ("week", "archive", "2026-02-23")),
    (
        Scope.DECIDE,
        ("week", "mend", "2026-02-23", "--launch", "2026-02-24T14:00Z", "--reason", "x"),
    ),
    (Scope.DECIDE, ("model", "use", "run", "--reason", "better")),
)
READS = (
    ("week", "list"),
    ("jobs", "list"),
    ("decision", "history"),
    ("ledger", "verify"),
    ("ledger", "backup"),
    ("ledger", "replay"),
    ("runner", "--stop"),
    ("access", "tokens"),
    ("jobs", "submit", "backup"),
)
REFUSALS = ("needs an access token", "has the scope", "which an access token is not")


@pytest.fixture
def desk(place: Place) -> Place:
    """With a login, and Ana as a lead."""
    place.home.login.write_text(GOOD, encoding="utf-8")
    place.home.login.chmod(0o600)
    give_role(place.home, "ana@example.org", Role.LEAD)
    place.lead.open_incident(place.week.id, "crash", "It died before.")
    return place


def token(place: Place, *scopes: Scope, name: str = "ana@example.org") -> str:
    now = datetime.now(UTC)
    until = now + timedelta(days=1)
    return Tokens(place.home).make(name, ANA, "nightly", scopes, until, now)[0]


def meant(place: Place, words: tuple[str, ...]) -> list[str]:
    """The words with the incident of the place."""
    [incident] = place.lead.incidents(place.week.id, open_only=True)
    return [str(incident.id) if word == "INCIDENT" else word for word in words]


def last_line(place: Place) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(place.home.ledger.read_text("utf-8").splitlines()[-1])
    return line


def denials(place: Place) -> int:
    lines = place.lead.activity(None, limit=999)
    return sum(isinstance(line.body, ActDenied) for line in lines)


def test_without_a_token_every_act_is_refused_and_the_machine_kept_running(desk: Place) -> None:
    root = desk.home.root
    for number, (_, words) in enumerate(ACTS, start=1):
        refused = trainweek(*meant(desk, words), home=root, role="lead")
        assert refused.returncode == 2, (words, refused.stdout, refused.stderr)
        assert "needs an access token" in refused.stderr, (words, refused.stderr)
        assert "TRAINWEEK_TOKEN" in refused.stderr
        assert denials(desk) == number, words
    for words in READS:
        done = trainweek(*words, home=root)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
    assert denials(desk) == len(ACTS)


@pytest.mark.parametrize("scopes", [(), (Scope.TICK,), (Scope.OPERATE, Scope.DECIDE), tuple(Scope)])
def test_each_command_asks_for_its_scope(desk: Place, scopes: tuple[Scope, ...]) -> None:
    secret = token(desk, *scopes)
    for scope, words in ACTS:
        done = trainweek(*meant(desk, words), home=desk.home.root, token=secret)
        refused = [why for why in REFUSALS if why in done.stderr]
        missing = [REFUSALS[1]] if scope not in scopes else []
        expected = [REFUSALS[2]] if scope is None else missing
        assert refused == expected, (words, done.stderr)
        assert not refused or done.returncode == 2
        assert secret not in done.stdout + done.stderr


def test_what_a_token_did_is_verified_and_proved(desk: Place) -> None:
    secret, root = token(desk, Scope.TICK), desk.home.root
    done = trainweek(
        "tick", "no_crashes", "--slot", "hourly_1", "--note", "seen", home=root, token=secret
    )
    other = trainweek("week", "list", home=root, token="trainweek_unknown")
    assert other.returncode == 0  # reading needs none
    assert done.returncode == 0, done.stderr
    newest = last_line(desk)
    assert (newest["kind"], newest["by"], newest["verified"]) == (
        "tick",
        "ana@example.org",
        True,
    )
    assert trainweek("ledger", "verify", home=root).returncode == 0


def test_the_operator_lists_and_revokes_tokens(desk: Place) -> None:
    root = desk.home.root
    secret = token(desk, Scope.TICK)
    token(desk, Scope.OPERATE, name="eve@example.org")
    listed = json.loads(trainweek("access", "tokens", "--json", home=root).stdout)
    assert [(one["person"], one["scopes"]) for one in listed] == [
        ("ana@example.org", ["read", "tick"]),
        ("eve@example.org", ["read", "operate"]),
    ]
    assert secret not in str(listed)
    assert trainweek("access", "revoke-token", home=root).returncode == 2
    assert trainweek("access", "revoke-token", "nobody", home=root).returncode == 2
    done = trainweek("access", "revoke-token", "Ana@example.org", home=root)
    assert done.stdout.startswith("1 access token revoked.")
    refused = trainweek(*ACTS[0][1], home=root, token=secret)
    assert refused.returncode == 2
    assert "was revoked" in refused.stderr
    assert trainweek("access", "revoke-token", "--all", home=root).returncode == 0
    assert "no access tokens" in trainweek("access", "tokens", home=root).stdout
    lines = desk.lead.activity(None, limit=999)
    assert sum(isinstance(line.body, TokensRevoked) for line in lines) == 2


def test_without_a_login_the_terminal_asks_for_nothing(place: Place) -> None:
    done = trainweek("jobs", "submit", "preflight", home=place.home.root)
    assert done.returncode == 0, done.stderr
    assert last_line(place)["verified"] is False
