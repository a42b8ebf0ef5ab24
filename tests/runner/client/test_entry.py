"""The proof of a session at each act: what counts is the moment of the act."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.errors import PermissionDenied
from core.language import Message
from core.ledger_bodies import ActDenied, NoteWritten, SignedIn, SignedOut
from core.people import Person
from core.vocabulary import Role
from runner.client import Client
from runner.client.entry import Entry
from runner.home.access_file import give_role, read_access, remove_role
from runner.home.sessions import id_of
from runner.outcomes import Recorded, Refused
from tests.dashboard.entrance import LOGIN, entry_of
from tests.expected import present

if TYPE_CHECKING:
    from tests.runner.place import Place

CLAIMS = {"sub": "1", "email": "ana@example.org", "email_verified": True}


class Door:
    """An entry with a login on a home with a week; the clock is the test's."""

    def __init__(self, place: Place, role: Role = Role.LEAD) -> None:
        self.place, self.now = place, place.now
        give_role(place.home, "ana@example.org", role)
        self.entry = entry_of(place.home, LOGIN, read_access(place.home), lambda: self.now)

    def comes_in(self, **more: Any) -> Person:
        at = {"auth_time": self.now.timestamp()}
        self.token = present(self.entry.begin(CLAIMS | at | more, None))
        return self.entry.person(present(self.entry.session(self.token)))

    def client(self, person: Person) -> Client:
        return Client(self.place.home, person, lambda: self.now, self.entry)

    def notes(self, person: Person) -> Recorded | Refused:
        return self.client(person).write_note(self.place.week.id, "seen", slot=None)  # type: ignore[return-value]

    def denials(self) -> list[str]:
        found = Client(self.place.home, Person("x", Role.VIEWER)).activity(None, limit=99)
        return [str(e.body.reason) for e in found if isinstance(e.body, ActDenied)]
