"""The proof of a session at each act: what counts is the moment of the act."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.errors import PermissionDenied
from core.ledger_bodies import ActDenied, SessionsRevoked, SignedIn, SignedOut
from core.people import Person
from core.vocabulary import JobKind, Role
from runner.client import Client
from runner.home.access_file import give_role, read_access, remove_role
from runner.home.sessions import id_of
from runner.outcomes import Recorded, Refused, Submitted
from tests.expected import present
from tests.runner.cli.terminal import trainweek
from tests.runner.entrance import LOGIN, entry_of

if TYPE_CHECKING:
    from runner.records import Note
    from tests.runner.place import Place

CLAIMS = {"sub": "1", "email": "ana@example.org", "email_verified": True}
FRESH = "This asks for a fresh sign-in."


class Door:
    """An entry with a login on a home with a week; the clock is the test's."""

    def __init__(self, place: Place) -> None:
        self.place, self.now = place, datetime.now(UTC)
        give_role(place.home, "ana@example.org", Role.LEAD)
        self.entry = entry_of(place.home, LOGIN, read_access(place.home), lambda: self.now)
        self.token = ""

    def comes_in(self, **more: Any) -> Person:
        said = CLAIMS | {"auth_time": self.now.timestamp()} | more
        self.token = self.entry.begin(said, self.token) or self.token
        return self.entry.person(present(self.entry.session(self.token)))

    def client(self, person: Person) -> Client:
        return Client(self.place.home, person, lambda: self.now, self.entry)

    def note(self, person: Person) -> Recorded[Note] | Refused:
        return self.client(person).note(self.place.week.id, "hourly_1", "seen")

    def crash(self, person: Person) -> int:
        opened = self.client(person).open_incident(self.place.week.id, "crash", "It died.")
        assert isinstance(opened, Recorded)
        return opened.record.id

    def lines(self, kind: type) -> list[Any]:
        entries = self.place.lead.activity(None, limit=999)
        return [entry for entry in reversed(entries) if isinstance(entry.body, kind)]

    def denials(self) -> list[tuple[str, str, str]]:
        return [(e.by, e.body.right, str(e.body.reason)) for e in self.lines(ActDenied)]


@pytest.fixture
def door(place: Place) -> Door:
    return Door(place)


def refusal(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return str(outcome.reason)


def test_a_person_acts_while_the_session_lives_and_no_longer(door: Door) -> None:
    ana = door.comes_in()
    assert (ana.name, ana.role, ana.verified) == ("ana@example.org", Role.LEAD, True)
    made = door.note(ana)
    assert isinstance(made, Recorded)
    assert made.record.verified
    door.entry.leave(present(door.entry.session(door.token)))
    assert refusal(door.note(ana)) == "Your session has ended."
    assert [e.by for e in door.lines(SignedIn)] == ["ana@example.org"]
    assert [e.by for e in door.lines(SignedOut)] == ["ana@example.org"]
    assert door.denials() == [("ana@example.org", "record", "Your session has ended.")]


def test_a_person_without_a_session_does_nothing(door: Door) -> None:
    for forged in (None, "0" * 64, id_of("x")):
        ana = Person("ana@example.org", Role.LEAD, verified=True, session=forged)
        assert refusal(door.note(ana)) == "Your session has ended."


def test_only_the_browser_that_holds_the_session_acts_in_it(door: Door) -> None:
    ana = door.comes_in()
    door.entry.acting = lambda: id_of("of another browser")
    assert refusal(door.note(ana)) == "Your session has ended."
    door.entry.acting = lambda: None
    assert refusal(door.note(ana)) == "Your session has ended."
    door.entry.acting = lambda: id_of(door.token)
    assert isinstance(door.note(ana), Recorded)


def test_another_role_counts_at_the_next_act(door: Door) -> None:
    ana = door.comes_in()
    give_role(door.place.home, "ana@example.org", Role.ENGINEER)
    assert refusal(door.note(ana)) == "Your role is now engineer."
    remove_role(door.place.home, "ana@example.org")
    assert "is not in the access file" in refusal(door.note(ana))


@pytest.mark.parametrize("how", ["broken", "gone", "open to others"])
def test_without_a_good_list_people_read_and_no_one_acts(door: Door, how: str) -> None:
    ana = door.comes_in()
    if how == "broken":
        door.place.home.access.write_text("people: {ana@example.org: lead", encoding="utf-8")
    elif how == "gone":
        door.place.home.access.unlink()
    else:
        door.place.home.access.chmod(0o644)
    session = present(door.entry.session(door.token))
    assert door.entry.person(session).role is Role.LEAD
    assert refusal(door.note(ana)).startswith("Nothing can be changed now.")


def test_closing_a_blocking_incident_and_overriding_ask_for_a_fresh_sign_in(door: Door) -> None:
    ana = door.comes_in()
    number = door.crash(ana)
    door.now += timedelta(minutes=16)
    assert refusal(door.client(ana).close_incident(number, "found")) == FRESH
    override = {"override_reason": "checked by hand"}
    assert refusal(door.client(ana).submit(JobKind.TRAIN, override)) == FRESH
    restore = door.client(ana).submit(JobKind.BACKUP, {"restore": "models/x"})
    assert isinstance(restore, Refused)
    assert isinstance(door.note(ana), Recorded)  # others don't
    assert ("ana@example.org", "close", FRESH) in door.denials()

    ana = door.comes_in()
    assert isinstance(door.client(ana).close_incident(number, "found"), Recorded)
    assert isinstance(door.client(ana).submit(JobKind.TRAIN, override), Submitted)
    assert [e.body.again for e in door.lines(SignedIn)] == [False, True]
    assert len({e.body.session for e in door.lines(SignedIn)}) == 1


@pytest.mark.parametrize("auth_time", [None, "soon", True, 1e300, -60.0, 16 * 60.0])
def test_only_a_sign_in_of_the_last_quarter_of_an_hour_is_fresh(
    door: Door, auth_time: object
) -> None:
    """Numbers are seconds before now."""
    if isinstance(auth_time, float) and auth_time < 1e9:
        auth_time = door.now.timestamp() - (auth_time if auth_time > 0 else -120)
    ana = door.comes_in(auth_time=auth_time)
    assert refusal(door.client(ana).close_incident(door.crash(ana), "found")) == FRESH


def test_a_clock_that_was_set_back_makes_no_sign_in_fresh_again(door: Door) -> None:
    ana = door.comes_in()
    number = door.crash(ana)
    door.now += timedelta(minutes=20)
    assert isinstance(door.note(ana), Recorded)  # the last click
    door.now -= timedelta(minutes=10)
    assert refusal(door.client(ana).close_incident(number, "found")) == FRESH
    ana = door.comes_in()
    assert isinstance(door.client(ana).close_incident(number, "found"), Recorded)


def test_another_person_in_the_same_browser_ends_the_session_before(door: Door) -> None:
    ana, before = door.comes_in(), door.token
    give_role(door.place.home, "eve@example.org", Role.ENGINEER)
    eve = door.comes_in(sub="2", email="eve@example.org")
    assert eve.name == "eve@example.org"
    assert door.entry.session(before) is None
    assert refusal(door.note(ana)) == "Your session has ended."


def test_a_person_who_is_not_let_in_is_on_the_ledger(door: Door) -> None:
    with pytest.raises(PermissionDenied):
        door.comes_in(sub="2", email="eve@example.org")
    [denied] = door.denials()
    assert denied[:2] == ("eve@example.org", "read")


def test_an_override_that_only_the_week_denies_is_on_the_ledger(door: Door) -> None:
    failed = {"ok": False, "checks": [{"id": "preflight_disk", "ok": False, "why": "Full."}]}
    door.place.until(door.place.service(), door.place.submit(JobKind.PREFLIGHT, result=failed))
    give_role(door.place.home, "eve@example.org", Role.ENGINEER)
    eve = door.comes_in(sub="2", email="eve@example.org")
    said = refusal(door.client(eve).submit(JobKind.TRAIN, {"override_reason": "by hand"}))
    assert "may not override it" in said
    assert door.denials() == [("eve@example.org", "countersign", said)]


def test_a_denial_that_repeats_itself_is_recorded_once_a_minute(door: Door) -> None:
    ana = door.comes_in()
    door.entry.leave(present(door.entry.session(door.token)))
    for _ in range(20):
        door.note(ana)
    assert len(door.denials()) == 1
    door.now += timedelta(minutes=2)
    door.note(ana)
    assert len(door.denials()) == 2


def test_whom_a_proxy_signs_in_again_and_again_is_recorded_once_a_minute(door: Door) -> None:
    give_role(door.place.home, "carla@example.org", Role.CTO)
    sessions = {door.entry.begin_named("ana@example.org", None) for _ in range(20)}
    assert len(sessions) == 20  # browsers
    door.entry.begin_named("carla@example.org", None)
    assert [e.by for e in door.lines(SignedIn)] == ["ana@example.org", "carla@example.org"]
    door.now += timedelta(minutes=2)
    door.entry.begin_named("ana@example.org", None)
    assert [e.by for e in door.lines(SignedIn)][2:] == ["ana@example.org"]


def test_a_link_of_a_home_without_a_login_is_none_with_one(door: Door) -> None:
    token = door.entry.sessions.make_link(door.now)
    assert door.entry.open_link(token) is None
    without = entry_of(door.place.home, now=lambda: door.now)
    opened = present(without.open_link(token))
    assert without.session(opened) is not None
    assert door.entry.session(opened) is None
    door.comes_in()
    assert without.session(door.token) is None


def test_without_a_login_a_session_acts_unverified_and_needs_no_fresh_sign_in(place: Place) -> None:
    entry = entry_of(place.home)
    token = present(entry.open_link(entry.sessions.make_link(entry.now())))
    session = present(entry.session(token))
    person = Person("Lea", Role.LEAD, session=session.id)
    client = Client(place.home, person, entry=entry)
    opened = client.open_incident(place.week.id, "crash", "It died.")
    assert isinstance(opened, Recorded)
    assert isinstance(client.close_incident(opened.record.id, "found"), Recorded)
    entry.leave(session)
    assert refusal(client.note(place.week.id, "hourly_1", "x")) == "Your session has ended."


def test_the_command_line_lists_and_revokes(door: Door) -> None:
    ana, home = door.comes_in(), door.place.home.root
    listed = trainweek("access", "sessions", home=home)
    assert "ana@example.org" in listed.stdout
    assert trainweek("access", "revoke", "eve@example.org", home=home).returncode == 2
    assert trainweek("access", "revoke", home=home).returncode == 2
    done = trainweek("access", "revoke", "Ana@example.org", home=home)
    assert done.stdout == "1 session ended.\n"
    assert refusal(door.note(ana)) == "Your session has ended."
    [line] = door.lines(SessionsRevoked)
    assert (line.body.who, line.body.count) == ("Ana@example.org", 1)
