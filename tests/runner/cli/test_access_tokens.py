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
from runner.home.runner_identity import read_identity
from runner.home.tokens import Tokens
from tests.core.test_login import GOOD
from tests.runner.cli.terminal import trainweek

if TYPE_CHECKING:
    from pathlib import Path

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
    (Scope.OPERATE, ("daily-check",)),
    (Scope.OPERATE, ("data", "sample", "--force")),
    (Scope.DECIDE, ("week", "new", "--launch", "2026-03-23T14:00Z")),
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
    ("data", "check"),
)
STARTERS = (("start", "--detach"), ("restart",), ("revalidate",))  # of the runner, too
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
        assert done.returncode in (0, 1), (words, done.stdout, done.stderr)
        assert not any(why in done.stderr for why in REFUSALS), words
    assert denials(desk) == len(ACTS)


def test_who_may_not_start_a_job_starts_no_runner(desk: Place) -> None:
    for number, words in enumerate(STARTERS, start=1):
        refused = trainweek(*words, home=desk.home.root)
        assert refused.returncode == 2, (words, refused.stdout)
        assert "needs an access token" in refused.stderr, words
        assert denials(desk) == number, words
    assert read_identity(desk.home) is None, "a runner was started"


def test_a_denied_week_waits_for_nothing_and_is_on_the_ledger(desk: Place) -> None:
    words = ("week", "new", "--launch", "2026-03-23T14:00Z")
    refused = trainweek(*words, home=desk.home.root, token=token(desk, Scope.OPERATE))
    assert refused.returncode == 2
    assert "may not plan" in refused.stderr
    assert denials(desk) == 1
    assert [week.id for week in desk.lead.weeks()] == [desk.week.id]


def test_candles_are_resampled_into_the_data_directory_with_a_token_only(
    desk: Place, tmp_path: Path
) -> None:
    root, source = desk.home.root, tmp_path / "minutes"
    for target, refused in ((root / "data" / "train" / "x.csv", True), (tmp_path / "y.csv", False)):
        done = trainweek("data", "resample", str(source), str(target), home=root)
        assert ("needs an access token" in done.stderr) is refused, (target, done.stderr)
    assert denials(desk) == 1


def test_ending_a_persons_sessions_revokes_their_tokens(desk: Place) -> None:
    root = desk.home.root
    mine = token(desk, Scope.TICK)
    token(desk, Scope.OPERATE, name="eve@example.org")
    assert trainweek("access", "revoke", "nobody@example.org", home=root).returncode == 2
    done = trainweek("access", "revoke", "Ana@example.org", home=root)
    assert done.returncode == 0, done.stderr
    assert "1 access token revoked." in done.stdout
    assert "was revoked" in trainweek(*ACTS[0][1], home=root, token=mine).stderr
    left = json.loads(trainweek("access", "tokens", "--json", home=root).stdout)
    assert [one["person"] for one in left] == ["eve@example.org"]
    assert "1 access token revoked." in trainweek("access", "revoke", "--all", home=root).stdout
    lines = desk.lead.activity(None, limit=999)
    assert sum(isinstance(line.body, TokensRevoked) for line in lines) == 2


def test_the_token_of_a_person_who_is_not_listed_any_more_does_nothing(desk: Place) -> None:
    secret, root = token(desk, *Scope), desk.home.root
    assert trainweek(*ACTS[0][1], home=root, token=secret).returncode == 0
    assert trainweek("access", "remove", "ana@example.org", home=root).returncode == 0
    give_role(desk.home, "lea@example.org", Role.LEAD)  # the list is not empty
    for _, words in ACTS:
        refused = trainweek(*meant(desk, words), home=root, token=secret)
        assert refused.returncode == 2, (words, refused.stdout)
        assert "is not in the access file" in refused.stderr, (words, refused.stderr)


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
