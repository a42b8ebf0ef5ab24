"""Access tokens at the terminal: stolen, spent, foreign, too narrow; every command in every role."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.ledger_bodies import ActDenied
from core.paths import Home
from core.token_scopes import Scope
from core.vocabulary import Role
from runner.client import Client
from runner.home.access_file import give_role, remove_role
from runner.home.tokens import Tokens
from tests.attack import acts
from tests.attack.place import NAMES, PEOPLE
from tests.attack.sweep import Watch
from tests.core.test_login import GOOD
from tests.expected import present
from tests.runner.cli.terminal import trainweek
from tests.runner.place import LEAD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Seen = Callable[[object], None]

# What a token can do at all: the rest asks for a fresh sign-in, which it is not.
BY_TOKEN = {acts.RECORD, acts.OPERATE, acts.REVALIDATE, acts.PLAN}


class Desk:
    """A home with a login, and its people's tokens."""

    def __init__(self, root: Path) -> None:
        self.root, self.home = root, Home(root)
        self.home.login.write_text(GOOD, encoding="utf-8")
        self.home.login.chmod(0o600)
        for name, role in PEOPLE.items():
            give_role(self.home, f"{name}@example.org", role)
        self.client = Client(self.home, LEAD)
        self.week = present(self.client.active_week())
        self.planned = next(each.id for each in self.client.weeks() if each.id != self.week.id)
        (root / "own.yaml").write_text("extends: phase4\nsymbol: BTCUSDT\n", encoding="utf-8")

    def token(
        self, role: Role, *scopes: Scope, made: datetime | None = None, hours: int = 1
    ) -> str:
        name, made = NAMES[role], made or datetime.now(UTC)
        claims = {"sub": role.value, "email": name, "email_verified": True}
        until = made + timedelta(hours=hours)
        return Tokens(self.home).make(name, claims, "nightly", scopes, until, made)[0]

    def commands(self) -> Mapping[str, tuple[object, ...]]:
        """One command of each act; the last ones change which week is the active one."""
        blocking = next(
            each.id for each in self.client.incidents(self.week.id) if each.blocks_start
        )
        reason = ("--reason", "by a program")
        return {
            "tick": ("tick", "no_crashes", "--slot", "hourly_1", "--note", "by a program"),
            "open": ("incidents", "open", "hung", "--summary", "by a program"),
            "close": ("incidents", "close", blocking, *reason),
            "condition": ("decision", "close", "1", "--note", "met"),
            "job": ("jobs", "submit", "preflight"),
            "override": ("jobs", "submit", "train", "--param", "override_reason=by hand"),
            "restore": ("jobs", "submit", "backup", "--param", "action=restore"),
            "revalidate": ("jobs", "submit", "revalidate"),
            "model": ("model", "use", "run", *reason),
            "playbook": ("playbook", "take", self.root / "own.yaml", "--yes", *reason),
            "mend": ("week", "mend", self.planned, "--launch", "2027-03-01T14:00Z", *reason),
            "plan": ("week", "new", "--plan", "--launch", "2027-04-05T14:00Z"),
            "archive": ("week", "archive", self.planned),
            "use": ("week", "use", self.week.id),
        }

    def run_all(self, token: str, named: tuple[str, ...] = ()) -> list[str]:
        """Every command with this token, or those named; the ones that ended well."""
        done = {
            name: trainweek(*words, home=self.root, token=token)
            for name, words in self.commands().items()
            if name in named or not named
        }
        assert not [name for name, each in done.items() if "Traceback" in each.stderr]
        assert not [each for each in done.values() if token in each.stdout + each.stderr]
        return [name for name, each in done.items() if each.returncode == 0]


@pytest.fixture
def desk(copy: Path) -> Desk:
    return Desk(copy)


def spoilt(desk: Desk, how: str) -> str:
    """A lead's token with all scopes that should not count, and why."""
    if how == "expired":
        return desk.token(Role.LEAD, *Scope, made=datetime.now(UTC) - timedelta(hours=2))
    if how == "made in the future":
        return desk.token(Role.LEAD, *Scope, made=datetime.now(UTC) + timedelta(hours=1))
    if how == "unknown":
        return "trainweek_" + "x" * 43
    token = desk.token(Role.LEAD, *Scope)
    if how == "stolen, then revoked":
        revoked = trainweek("access", "revoke-token", NAMES[Role.LEAD], home=desk.root)
        assert revoked.returncode == 0, revoked.stderr
    elif how == "of a person who was removed":
        remove_role(desk.home, NAMES[Role.LEAD])
    elif how == "of a person who is a viewer by now":
        give_role(desk.home, NAMES[Role.LEAD], Role.VIEWER)
    elif how == "while access.yaml is broken":
        desk.home.access.write_text("people: {lea@example.org: lead", encoding="utf-8")
    elif how == "while others may read login.toml":
        desk.home.login.chmod(0o644)
    elif how == "with its database open to others":
        desk.home.tokens.chmod(0o644)
    elif how == "its hash instead of itself":
        token = Tokens(desk.home).live(datetime.now(UTC))[0].id
    return token


ONE_EACH = ("tick", "job", "revalidate", "playbook", "use")  # of each scope
HOWS = (
    "expired",
    "made in the future",
    "unknown",
    "its hash instead of itself",
    "stolen, then revoked",
    "of a person who was removed",
    "of a person who is a viewer by now",
    "while access.yaml is broken",
    "while others may read login.toml",
    "with its database open to others",
)


@pytest.mark.whole
@pytest.mark.attempt(
    "a command of each scope with a lead's token that should not count", "0 acts; reading goes on"
)
@pytest.mark.parametrize("how", HOWS)
def test_a_token_that_does_not_count_does_nothing(how: str, desk: Desk, seen: Seen) -> None:
    token, watch = spoilt(desk, how), Watch(desk.client)
    done = desk.run_all(token, ONE_EACH)
    rows = watch.rows()
    listed = trainweek("week", "list", home=desk.root, token=token)
    seen(f"{how}: {sum(rows.values())} acts of {len(ONE_EACH)}; week list exit {listed.returncode}")
    assert not done
    assert not rows
    assert listed.returncode == 0


@pytest.mark.whole
@pytest.mark.attempt(
    "every command with a token of all scopes",
    "the role's acts without those that ask for a sign-in",
)
@pytest.mark.parametrize("role", list(Role))
def test_each_role_does_at_the_terminal_what_the_table_says(
    role: Role, desk: Desk, seen: Seen
) -> None:
    watch = Watch(desk.client)
    desk.run_all(desk.token(role, *Scope))
    rows, denied = watch.rows(), watch.denials(NAMES[role])
    seen(f"{dict(rows)}; {denied} denials")
    assert {line.by for line in watch.lines()} == {NAMES[role]}
    assert set(rows) == acts.MAY[role] & BY_TOKEN
    assert denied


@pytest.mark.whole
@pytest.mark.attempt("every command with a lead's token of one scope", "the scope's acts alone")
@pytest.mark.parametrize(
    ("scope", "rows"),
    [
        (Scope.READ, set[str]()),
        (Scope.TICK, {acts.RECORD}),
        (Scope.OPERATE, {acts.OPERATE}),
        (Scope.DECIDE, {acts.REVALIDATE, acts.PLAN}),
    ],
)
def test_a_token_does_no_more_than_its_scope(
    scope: Scope, rows: set[str], desk: Desk, seen: Seen
) -> None:
    watch = Watch(desk.client)
    desk.run_all(desk.token(Role.LEAD, scope))
    found = watch.rows()
    seen(f"{scope.value}: {dict(found)}")
    assert set(found) == rows


@pytest.mark.attempt("a token of another data directory, and one where no login is", "refused")
def test_a_foreign_token_does_nothing(desk: Desk, tmp_path: Path, home: Path, seen: Seen) -> None:
    other = Home(tmp_path / "other")
    other.root.mkdir()
    claims = {"sub": "1", "email": NAMES[Role.LEAD], "email_verified": True}
    now = datetime.now(UTC)
    foreign, _ = Tokens(other).make(
        NAMES[Role.LEAD], claims, "other", tuple(Scope), now + timedelta(hours=1), now
    )
    watch = Watch(desk.client)
    refused = trainweek(*desk.commands()["tick"], home=desk.root, token=foreign)
    without = trainweek(
        "jobs", "submit", "preflight", home=home, token=desk.token(Role.LEAD, *Scope)
    )
    seen(f"{refused.stderr.splitlines()[0]}; {without.stderr.splitlines()[0]}")
    assert (refused.returncode, without.returncode) == (2, 2)
    assert not watch.rows()


@pytest.mark.attempt("an act without a token, as CTO in the environment", "0 acts; on the ledger")
def test_a_claimed_role_is_nothing_where_people_sign_in(desk: Desk, seen: Seen) -> None:
    watch = Watch(desk.client)
    codes = {
        name: trainweek(*words, home=desk.root, role="cto").returncode
        for name, words in list(desk.commands().items())[:8]
    }
    denied = [line for line in watch.lines() if isinstance(line.body, ActDenied)]
    proved = [json.loads(each)["verified"] for each in ledger_end(desk, len(denied))]
    seen(f"{sum(watch.rows().values())} acts of {len(codes)}, {len(denied)} denials")
    assert set(codes.values()) == {2}
    assert not watch.rows()
    assert denied
    assert not any(proved)


def ledger_end(desk: Desk, count: int) -> list[str]:
    return desk.home.ledger.read_text("utf-8").splitlines()[-count:]
