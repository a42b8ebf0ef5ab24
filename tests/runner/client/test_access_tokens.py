"""Access tokens: made by a signed-in person, and what a command may do with one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.ledger_bodies import TokenMade, TokensRevoked
from core.people import Person
from core.token_scopes import SCOPE_RIGHTS, Scope, useful_scopes
from core.vocabulary import FRESH_RIGHTS, RIGHTS, JobKind, Right, Role, SignatureAct
from runner.client import Client
from runner.client.terminal_entry import TerminalEntry
from runner.home.access_file import give_role, remove_role
from runner.home.tokens import Tokens
from runner.outcomes import Recorded, Refused, Submitted
from tests.core.test_login import GOOD
from tests.runner.client.test_entry import FRESH, Door, refusal

if TYPE_CHECKING:
    from runner.client.access_tokens import NewToken
    from tests.runner.place import Place

ALL = tuple(Scope)
LOCAL = Person("root", Role.LEAD)
NO_TOKEN = "People sign in here, so an act at the terminal needs an access token."


class Desk(Door):
    """Ana is signed in as a lead; beside her a terminal and a login that is configured."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        place.home.login.write_text(GOOD, encoding="utf-8")
        place.home.login.chmod(0o600)

    def makes(
        self, *scopes: Scope, days: int = 7, person: Person | None = None
    ) -> Recorded[NewToken] | Refused:
        return self.client(person or self.comes_in()).make_token("nightly", scopes, days)

    def secret(self, *scopes: Scope, days: int = 7) -> str:
        outcome = self.makes(*scopes, days=days)
        assert isinstance(outcome, Recorded), outcome
        return outcome.record.secret

    def terminal(self, secret: str | None) -> Client:
        entry = TerminalEntry(self.place.home, LOCAL, secret, lambda: self.now)
        return Client(self.place.home, entry.person, lambda: self.now, entry)

    def notes(self, secret: str | None) -> object:
        return self.terminal(secret).note(self.place.week.id, "hourly_1", "seen")


@pytest.fixture
def desk(place: Place) -> Desk:
    return Desk(place)


def test_every_right_is_in_one_scope_or_asks_for_a_fresh_sign_in() -> None:
    scoped = [right for rights in SCOPE_RIGHTS.values() for right in rights]
    assert sorted(scoped) == sorted(set(Right) - FRESH_RIGHTS)
    assert useful_scopes(Role.VIEWER) == (Scope.READ,)
    assert useful_scopes(Role.CTO) == (Scope.READ, Scope.TICK)
    assert useful_scopes(Role.LEAD) == ALL


def test_a_token_acts_for_its_person_verified_and_on_the_ledger(desk: Desk) -> None:
    secret = desk.secret(Scope.TICK)
    done = desk.notes(secret)
    assert isinstance(done, Recorded)
    assert (done.record.by, done.record.verified) == ("ana@example.org", True)
    [line] = desk.lines(TokenMade)
    assert (line.by, line.body.scopes) == ("ana@example.org", ["read", "tick"])
    assert secret not in desk.place.home.ledger.read_text("utf-8")
    assert Tokens(desk.place.home).live(desk.now)[0].used == desk.now


def test_without_a_token_the_terminal_reads_and_backs_up_and_does_no_more(desk: Desk) -> None:
    client = desk.terminal(None)
    assert client.active_week() is not None
    refused = desk.notes(None)
    assert refusal(refused) == NO_TOKEN
    assert isinstance(refused, Refused)
    assert "TRAINWEEK_TOKEN" in str(refused.remedy)
    assert refusal(client.submit(JobKind.TRAIN, {})) == NO_TOKEN
    assert refusal(client.submit(JobKind.BACKUP, {"action": "restore"})) == NO_TOKEN
    assert ("root", "record", NO_TOKEN) in desk.denials()
    assert isinstance(client.submit(JobKind.BACKUP, {}), Submitted)


@pytest.mark.parametrize("scopes", [(), *[(scope,) for scope in Scope if scope is not Scope.READ]])
def test_a_token_does_what_its_scopes_say_and_no_more(
    desk: Desk, scopes: tuple[Scope, ...]
) -> None:
    client, week = desk.terminal(desk.secret(*scopes)), desk.place.week.id
    acts = {
        Scope.TICK: client.note(week, "hourly_1", "seen"),
        Scope.OPERATE: client.submit(JobKind.PREFLIGHT, {}),
        Scope.DECIDE: client.use_week(week),
    }
    for scope, outcome in acts.items():
        if scope in scopes:
            assert not isinstance(outcome, Refused), outcome
        else:
            assert "has the scope" in refusal(outcome)
            assert str(getattr(outcome, "remedy", "")) == f"Make one with the scope {scope}."


def test_a_token_gives_no_right_that_its_person_lacks(desk: Desk) -> None:
    secret = desk.secret(*ALL)
    for role in (Role.VIEWER, Role.ENGINEER, Role.CTO):
        give_role(desk.place.home, "ana@example.org", role)
        client = desk.terminal(secret)
        assert client.person.role is role
        for right, outcome in (
            (Right.RECORD, client.note(desk.place.week.id, "hourly_1", "seen")),
            (Right.PLAN, client.use_week(desk.place.week.id)),
        ):
            assert isinstance(outcome, Refused) is (right not in RIGHTS[role])


def test_no_token_is_a_fresh_sign_in(desk: Desk) -> None:
    ana = desk.comes_in()
    number = desk.crash(ana)
    secret, week, sha = desk.secret(*ALL), desk.place.week.id, "0" * 64
    client = desk.terminal(secret)
    for outcome in (
        client.close_incident(number, "found"),
        client.close_condition(1, 0, "done"),
        client.submit(JobKind.TRAIN, {"override_reason": "checked by hand"}),
        client.submit(JobKind.BACKUP, {"action": "restore"}),
        client.countersign(week, sha, "Yes."),
    ):
        assert "which an access token is not" in refusal(outcome)
    give_role(desk.place.home, "ana@example.org", Role.CTO)
    signed = desk.terminal(secret).sign(week, sha, SignatureAct.APPROVE, "Fine.")
    assert "which an access token is not" in refusal(signed)


def test_a_revoked_an_expired_and_a_foreign_token_act_no_more(desk: Desk) -> None:
    secret = desk.secret(Scope.TICK, days=1)
    opened = desk.terminal(secret)  # a script that runs on while it is revoked
    ana = desk.client(desk.comes_in())
    [own] = ana.own_tokens()
    assert isinstance(ana.revoke_token(own.id), Recorded)
    assert "was revoked" in refusal(opened.note(desk.place.week.id, "hourly_1", "seen"))
    assert "was revoked" in refusal(desk.notes(secret))
    assert ana.own_tokens() == []
    assert [line.by for line in desk.lines(TokensRevoked)] == ["ana@example.org"]

    late = desk.secret(Scope.TICK, days=1)
    desk.now += timedelta(days=1, minutes=1)
    assert "was valid until" in refusal(desk.notes(late))
    for stolen in ("", late[:-1], own.id, "trainweek_" + "x" * 43):
        assert "is unknown here" in refusal(desk.notes(stolen))
    assert any("was revoked" in why for _, _, why in desk.denials())
    assert {by for by, _, why in desk.denials() if "unknown here" in why} == {"root"}


def test_a_removed_person_and_a_list_in_doubt_stop_the_token(desk: Desk) -> None:
    secret = desk.secret(Scope.TICK)
    running = desk.terminal(secret)
    remove_role(desk.place.home, "ana@example.org")
    for client in (running, desk.terminal(secret)):
        outcome = client.note(desk.place.week.id, "hourly_1", "seen")
        assert "is not in the access file" in refusal(outcome)
    for text in ("people: {ana@example.org: lead", None):
        desk.place.home.access.unlink()
        if text is not None:
            desk.place.home.access.write_text(text, encoding="utf-8")
            desk.place.home.access.chmod(0o600)
        assert refusal(desk.notes(secret)).startswith("Nothing can be changed now.")
        assert refusal(desk.notes(None)).startswith("Nothing can be changed now.")
    assert desk.terminal(secret).active_week() is not None


def test_removing_the_login_alone_opens_nothing(desk: Desk) -> None:
    desk.place.home.login.unlink()
    assert refusal(desk.notes(None)).startswith("Nothing can be changed now.")
    desk.place.home.access.unlink()  # without a login nothing is asked
    done = desk.notes(None)
    assert isinstance(done, Recorded)
    assert not done.record.verified
    assert "no login is configured" in refusal(desk.notes("trainweek_left_over"))


def test_a_token_is_made_after_a_fresh_sign_in_alone_and_for_oneself(desk: Desk) -> None:
    ana = desk.comes_in()
    desk.now += timedelta(minutes=16)
    assert refusal(desk.makes(Scope.TICK, person=ana)) == FRESH
    by_token = desk.terminal(desk.secret(*ALL)).make_token("another", ALL, 7)
    assert isinstance(by_token, Refused)
    for name, days in (("", 7), ("x" * 101, 7), ("x", 0), ("x", 91)):
        assert isinstance(desk.client(desk.comes_in()).make_token(name, ALL, days), Refused)
    [own] = desk.client(desk.comes_in()).own_tokens()
    give_role(desk.place.home, "eve@example.org", Role.LEAD)
    eve = desk.client(desk.comes_in(sub="2", email="eve@example.org"))
    assert eve.own_tokens() == []
    assert refusal(eve.revoke_token(own.id)) == "You have no such access token."
    assert own.live(desk.now)
    assert isinstance(desk.place.lead.make_token("mine", ALL, 7), Refused)


def test_who_has_no_token_does_not_fill_the_ledger(desk: Desk) -> None:
    """Under a hundred names of its own."""
    for number in range(110):
        by = Person(f"program-{number}", Role.LEAD)
        entry = TerminalEntry(desk.place.home, by, None, lambda: desk.now)
        client = Client(desk.place.home, by, lambda: desk.now, entry)
        assert isinstance(client.note(desk.place.week.id, "hourly_1", "seen"), Refused)
    assert len(desk.denials()) == 100
    ana = desk.secret(Scope.TICK)
    assert isinstance(desk.terminal(ana).submit(JobKind.TRAIN), Refused)
    assert desk.denials()[-1][0] == "ana@example.org", "what a proved person was refused counts"
    desk.now += timedelta(minutes=61)
    desk.notes(None)
    assert len(desk.denials()) == 102
