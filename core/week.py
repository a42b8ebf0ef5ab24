"""A week: one run of the playbook, counted from its launch time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from core.errors import InputError, PlaybookError
from core.language import Message
from core.schedule import JUDGED_AT_A_MOMENT

if TYPE_CHECKING:
    from datetime import date, datetime

    from core.playbook import Playbook, SlotSpec

# A slot is at most months from the launch, so all times of a week have four digits for the year.
_FIRST_YEAR, _LAST_YEAR = 1970, 9000


CREATE_WEEK = Message("Create one: trainweek week new --launch 2026-11-23T14:00Z")


def require_usable_launch(launch: datetime) -> None:
    """Refuse a launch whose slots could leave the range of dates that a calendar has.

    :raises InputError: before 1970 or after 9000.
    """
    if not _FIRST_YEAR <= launch.year <= _LAST_YEAR:
        raise InputError(
            Message("A week can't be launched in the year {year}.", year=str(launch.year)),
            Message(
                "Give a launch from {first} to {last}.",
                first=str(_FIRST_YEAR),
                last=str(_LAST_YEAR),
            ),
        )


def _parsed(text: str, source: str) -> Playbook:
    """Weeks with the same text share one playbook, which nobody changes: reading takes 20 ms."""
    try:
        return _shared(text)
    except PlaybookError:
        from core.playbook import parse_playbook

        return parse_playbook(text, source=source)  # the same error, with its place


@lru_cache(maxsize=64)
def _shared(text: str) -> Playbook:
    from core.playbook import parse_playbook  # dear to import, and many reads of weeks ask for none

    return parse_playbook(text, source="playbook")


@dataclass(frozen=True)
class EarlierPlaybook:
    """A playbook of a week that another one replaced."""

    text: str
    sha256: str
    until: datetime  # week time at which it was replaced

    @cached_property
    def playbook(self) -> Playbook:
        """The playbook itself."""
        return _parsed(self.text, source="earlier playbook")


@dataclass(frozen=True)
class Week:
    """One training week. Its id is the launch date that it was created with, with ``-2`` … for a
    further one of that day; it stays when the launch time is changed.

    The week keeps the playbook's text, so that a later edit of the file changes nothing; the
    lead can take the changed one into the week. What was judged before stays as it was judged.
    """

    id: str  # 2026-02-23
    launch: datetime
    playbook_text: str
    playbook_sha256: str
    tag: str
    symbol: str  # empty: the run is only watched, and its market is not known
    active: bool
    created_at: datetime
    watched: str | None = None  # log folder of a run that trainweek did not start and only reads
    synthetic: bool = False  # synthetic market; shown wherever it is used
    playbook_file: str | None = None  # source of its text; None: trainweek's own
    earlier: tuple[EarlierPlaybook, ...] = ()  # that were replaced, oldest first
    archived_at: datetime | None = None  # lists leave it out since then; None: not archived
    beside: bool = False  # in progress, though another one is the active one
    place: str | None = None  # folder of its runs, below logs and models; None: the manual's paths

    @property
    def in_progress(self) -> bool:
        """Whether the runner serves it, and people may act on it."""
        return self.active or self.beside

    @cached_property
    def playbook(self) -> Playbook:
        """The week's present playbook."""
        return _parsed(self.playbook_text, source=f"playbook of week {self.id}")

    @property
    def only_watched(self) -> bool:
        """Whether `trainweek watch` made it: no manual, market or schedule belongs to its run."""
        return self.watched is not None and not self.symbol

    @property
    def limits(self) -> Playbook | None:
        """The playbook whose limits hold for the run; None for one that is only watched."""
        return None if self.only_watched else self.playbook

    def require_day(self, day: date) -> None:
        """Refuse a day that is outside of the week.

        :raises InputError: names the first and the last day.
        """
        if not self.launch_day <= day <= self.last_day:
            raise InputError(
                Message(
                    "{day:%Y-%m-%d} is not a day of week {week} ({first:%Y-%m-%d} to {last:%Y-%m-%d}).",
                    day=day,
                    week=self.id,
                    first=self.launch_day,
                    last=self.last_day,
                ),
                Message(
                    "Give a day from {first:%Y-%m-%d} to {last:%Y-%m-%d}, or another week. List the "
                    "weeks: trainweek week list",
                    first=self.launch_day,
                    last=self.last_day,
                ),
            )

    @property
    def launch_day(self) -> date:
        """The UTC day of the launch."""
        return self.launch.date()

    @cached_property
    def last_day(self) -> date:
        """The day of the last slot: revalidation and decision."""
        return self.last_moment.date()

    @cached_property
    def last_moment(self) -> datetime:
        """Week time of the last slot."""
        return max(slot.at(self.launch) for slot in self.slots())

    def playbook_at(self, moment: datetime) -> Playbook:
        """The playbook that was in force at a week moment."""
        found = self.replaced_after(moment)
        return self.playbook if found is None else found.playbook

    def command_replaced(self, moment: datetime) -> bool:
        """Whether the playbook's command for training has changed since a week moment."""
        return self.playbook_at(moment).training.command != self.playbook.training.command

    def replaced_after(
        self, moment: datetime, finished: datetime | None = None
    ) -> EarlierPlaybook | None:
        """The earlier playbook under which a moment was judged; None: the present one.

        :param finished: week time at which the week's run completed: later moments were judged then.
        """
        known = moment if finished is None else min(moment, finished)
        return next((one for one in self.earlier if known < one.until), None)

    def replaced_playbook_of(
        self, slot: SlotSpec, finished: datetime | None = None
    ) -> EarlierPlaybook | None:
        """The earlier playbook under which a slot was judged; None: the present one."""
        kept = self._judged_before(finished).get(slot.id)
        return None if kept is None else kept[1]

    def playbook_of(self, slot: SlotSpec, finished: datetime | None = None) -> Playbook:
        """The playbook that a slot is judged under."""
        replaced = self.replaced_playbook_of(slot, finished)
        return self.playbook if replaced is None else replaced.playbook

    def slots(self, finished: datetime | None = None) -> tuple[SlotSpec, ...]:
        """The slots of the week: those judged under an earlier playbook as that one has them."""
        kept = self._judged_before(finished)
        present = [
            kept.pop(slot.id)[0] if slot.id in kept else slot for slot in self.playbook.schedule
        ]
        return (*present, *(slot for slot, _ in kept.values()))

    def slot(self, slot_id: str, finished: datetime | None = None) -> SlotSpec:
        """A slot of the week by its id.

        :raises KeyError: no such slot.
        """
        for slot in self.slots(finished):
            if slot.id == slot_id:
                return slot
        raise KeyError(slot_id)

    def replaced_with(self, sha256: str) -> EarlierPlaybook | None:
        """The newest earlier playbook with this hash; None for the present one, or an unknown one."""
        if sha256 == self.playbook_sha256:
            return None
        return next((one for one in reversed(self.earlier) if one.sha256 == sha256), None)

    def playbook_with(self, sha256: str) -> Playbook | None:
        """The playbook with this hash; None: the week never had it, or it is not valid now."""
        if sha256 == self.playbook_sha256:
            return self.playbook
        found = next((one for one in self.earlier if one.sha256 == sha256), None)
        try:
            return None if found is None else found.playbook
        except PlaybookError:
            return None

    def playbook_text_of(self, sha256: str) -> str:
        """The text of the playbook with this hash; the present one's if the week never had it."""
        texts = {one.sha256: one.text for one in self.earlier}
        return texts.get(sha256, self.playbook_text)

    def _judged_before(
        self, finished: datetime | None
    ) -> dict[str, tuple[SlotSpec, EarlierPlaybook]]:
        """Slots whose checks were judged before their playbook was replaced.

        Work (pre-flight, preparation, delivery) is judged as of now, so none of it is here.
        """
        kept: dict[str, tuple[SlotSpec, EarlierPlaybook]] = {}
        for one in self.earlier:
            for slot in one.playbook.schedule:
                if slot.kind not in JUDGED_AT_A_MOMENT or slot.id in kept:
                    continue
                if self.replaced_after(slot.at(self.launch), finished) is one:
                    kept[slot.id] = (slot, one)
        return kept
