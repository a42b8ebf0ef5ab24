"""What all parts of the client share: person, time, and writing to the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.errors import InputError, PermissionDenied, TrainweekError
from core.field_hints import shown
from core.language import Message, literal
from core.ledger_bodies import JobRequested, MachineGone, RestartRequested, StopRequested
from core.text_rules import not_blank, one_line, readable
from core.vocabulary import FRESH_RIGHTS
from runner.outcomes import Refused
from runner.store import Store, Transaction, open_store, queries, schema
from runner.store.rows import entry_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection

    from core.ledger_bodies import Body
    from core.paths import Home
    from core.people import Person
    from core.vocabulary import Right
    from core.week import Week
    from runner.client.entry import Entry
    from runner.client.terminal_entry import TerminalEntry
    from runner.client.token_entry import TokenEntry
    from runner.records import LedgerEntry


def no_week(week_id: str) -> Refused:
    """The refusal for a week that does not exist."""
    return Refused(
        Message("There is no week {week}.", week=week_id),
        Message("List the weeks: trainweek week list"),
    )


def not_active(shown: str, active: str | None) -> Refused:
    """The refusal of an act while the week that is shown is not the active one."""
    if active is None:
        reason = Message("You are looking at week {week}; no week is active.", week=shown)
    else:
        reason = Message(
            "You are looking at week {week}; the active week is {active}.",
            week=shown,
            active=active,
        )
    return Refused(
        reason,
        Message("Go back to the active week, or make this week the active one (page Weeks)."),
    )


IN_THE_PAST = Refused(
    Message("You are looking at a past moment."), Message("Go back to now to do something.")
)
"""The refusal of an act while a past moment is shown."""

ANOTHER_WEEK = Refused(Message("Another week has just become active."), Message("Try again."))
"""The refusal of an act whose files were found before another week became the active one."""


MOST_TEXT = 10_000  # characters of a note or a reason
_MOST_KEY = 200


def refused_text(text: str) -> Refused | None:
    """The refusal of a text that is too long or that no file can hold; None for others."""
    if len(text) > MOST_TEXT:
        return Refused(
            Message("The text has {count:,} characters.", count=len(text)),
            Message("Shorten it to {limit:,} characters or fewer.", limit=MOST_TEXT),
        )
    try:
        readable(text)
    except ValueError as error:
        return Refused(
            Message("The text can't be recorded: {why}.", why=literal(error.args[0])),
            Message("Remove that character."),
        )
    return None


def _require_key(key: str) -> None:
    """:raises InputError: not a short, visible text on one line."""
    try:
        not_blank(one_line(readable(key)))
        if len(key) <= _MOST_KEY:
            return
    except ValueError:
        pass
    raise InputError(
        Message("Invalid idempotency key: {key}.", key=shown(key)),
        Message("Give a key of 1 to {most} characters on one line.", most=_MOST_KEY),
    )


def requested_job(entry: LedgerEntry) -> str:
    """The job that an earlier request with the same key asked for, or asked to stop."""
    assert isinstance(entry.body, JobRequested | StopRequested | MachineGone | RestartRequested)
    return entry.body.job_id


def used_otherwise(entry: LedgerEntry) -> InputError:
    """The error for a key that an earlier line of another kind has."""
    return InputError(
        Message(
            "Line {line:,} of the ledger, of kind {kind}, already has this key.",
            line=entry.seq,
            kind=entry.kind,
        ),
        Message("Give each request a key of its own."),
    )


class BaseClient:
    """Base class of the client's parts.

    :param now: returns the present real time; tests pass their own.
    :param entry: proves session or token at each act; None: a program of ours, for which no one is asked.
    :ivar shown_week: id of the week that the person looks at, and acts on. While it is not in
        progress, every act is refused. None: they chose none, and mean the active one.
    :ivar moment: the real moment that the person looks at; nothing can be done there. None: now.
    :ivar shown_week_time: of that moment; None: what the week's clock showed then.
    """

    def __init__(
        self,
        home: Home,
        person: Person,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        entry: Entry | TerminalEntry | TokenEntry | None = None,
    ) -> None:
        self.home = home
        self.person = person
        self.now = now
        self.entry = entry
        self.shown_week: str | None = None
        self._shown: Week | None = None  # its place never changes
        self.moment: datetime | None = None
        self.shown_week_time: datetime | None = None

    @cached_property
    def store(self) -> Store:
        """The store of the data directory, opened at first use.

        :raises SetupError: the directory can't be used.
        """
        return open_store(self.home)

    def _denied(self, right: Right, *, fresh: bool = False, upkeep: bool = False) -> Refused | None:
        """The refusal for a person without this right; None if they have it.

        Session or token is proved again, and a denial is recorded: never call it inside a
        transaction.

        :param fresh: whether the act asks for a fresh sign-in, whatever its right.
        :param upkeep: whether it only keeps the machine running: no person's act.
        """
        if self.moment is not None:
            return IN_THE_PAST
        fresh = fresh or right in FRESH_RIGHTS
        try:
            if self.entry is None:
                self.person.require(right)
            else:
                self.entry.require(self.person, right, fresh=fresh, upkeep=upkeep)
        except PermissionDenied as error:
            if self.entry is not None:
                self.entry.record_denial(self.person, right.value, error)
            return Refused.by(error)
        except TrainweekError as error:  # no proof, no act
            return Refused.by(error)
        return None

    def _record_denial(self, right: Right, denied: Refused) -> None:
        """Record a refusal that was found inside a transaction, after it."""
        if self.entry is not None:
            error = PermissionDenied(denied.reason, denied.remedy)
            self.entry.record_denial(self.person, right.value, error)

    def _elsewhere(self, connection: Connection) -> Refused | None:
        """The refusal while the person looks at a week that is not in progress."""
        week = self._meant_week(connection)
        if self.shown_week is None or (week is not None and week.id == self.shown_week):
            return None
        return not_active(self.shown_week, None if week is None else week.id)

    def _meant_week(self, connection: Connection) -> Week | None:
        """What a person acts on: the week that they look at if it is in progress, else the active one."""
        looked = self._looked_at(connection)
        if looked is None or looked.in_progress:
            return looked
        return queries.active_week(connection)

    def _looked_at(self, connection: Connection) -> Week | None:
        """The week that the person looks at, in progress or not; the active one if they chose none."""
        shown = None
        if self.shown_week is not None:
            shown = queries.week_by_id(connection, self.shown_week)
        return queries.active_week(connection) if shown is None else shown

    def here(self) -> Home:
        """The data directory as the week sees it that the person looks at, in progress or not."""
        if self._shown is not None and self._shown.id == self.shown_week:
            return self._files(self._shown)
        with self.store.read() as connection:
            return self._files(self._looked_at(connection))

    def look_at(self, week: Week) -> None:
        """The person looks at this week, which was read already."""
        self.shown_week, self._shown = week.id, week

    def _files(self, week: Week | None) -> Home:
        """The data directory as the week sees it, with the place of its runs."""
        return self.home.of(None if week is None else week.place)

    def _append(
        self,
        transaction: Transaction,
        body: Body,
        week_id: str | None = None,
        key: str | None = None,
    ) -> LedgerEntry:
        """Append a line in the person's name, at the present time."""
        now = self.now()
        return transaction.append(
            body,
            by=self.person,
            at=now,
            at_week=queries.week_moment(transaction.connection, week_id, now),
            week_id=week_id,
            key=key,
        )

    @staticmethod
    def _keyed(connection: Connection, key: str | None, *kinds: type[Body]) -> LedgerEntry | None:
        """The line that an earlier request with this key wrote; None if there is none.

        :param kinds: what such a request writes.
        :raises InputError: no valid key, or a request of another kind had it.
        """
        if key is None:
            return None
        _require_key(key)
        row = connection.execute(select(schema.ledger).where(schema.ledger.c.key == key)).first()
        entry = None if row is None else entry_of(row)
        if entry is not None and not isinstance(entry.body, kinds):
            raise used_otherwise(entry)
        return entry
