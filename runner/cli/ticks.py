"""``trainweek tick``: the checks of a slot with their verdicts, and people's ticks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.checks import Judgement, judge_slot
from core.errors import ConflictError, InputError
from core.language import Message, joined, literal
from core.schedule import current, due_at
from core.text_rules import is_blank
from core.timestamps import iso
from core.vocabulary import GLYPHS, Verdict
from runner.cli.options import (
    HomeOption,
    JsonOption,
    WeekOption,
    open_client,
    print_json,
    require_week,
)
from runner.cli.speech import language, tell
from runner.outcomes import Conflict, Refused
from runner.week.agenda import agenda
from runner.week.facts import gather
from runner.week.judged_moment import is_early, judged_as_of, playbook_of, slots_of
from runner.week.sources import Sources

if TYPE_CHECKING:
    from datetime import datetime

    from core.playbook import SlotSpec
    from runner.client import Client
    from runner.records import Tick


def tick(
    checks: Annotated[
        list[str] | None,
        typer.Argument(help="Ids of the checks to tick; none: list the slot's checks."),
    ] = None,
    slot: Annotated[
        str | None, typer.Option("--slot", help="Slot (default: the one that is due).")
    ] = None,
    note: Annotated[
        str,
        typer.Option(
            "--note", help="Why it is safe to continue; required if a check does not pass."
        ),
    ] = "",
    passing: Annotated[
        bool, typer.Option("--passing", help="Tick every check that passes and has no tick.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Replace the tick that is recorded.")
    ] = False,
    undo: Annotated[
        bool,
        typer.Option("--undo", help="Take the ticks of these checks back; --note says why."),
    ] = False,
    week: WeekOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List the checks of a slot with the machine's verdicts, or tick them in your name.

    Exit 0: listed and all pass, or ticked. Exit 1: listed, and not all pass. Exit 2: refused, or
    someone else was first.
    """
    client = open_client(home)
    seen = _Slot.read(client, require_week(client, week).id, slot)
    wanted = [*(checks or ()), *(seen.untouched if passing and not undo else ())]
    if undo and not wanted:
        raise InputError(
            Message("No check is named."), Message("Name those whose tick is to be taken back.")
        )
    if wanted:
        for check in dict.fromkeys(wanted):
            if undo:
                seen.withdraw(client, check, note)
            else:
                seen.tick(client, check, note, again)
        seen = _Slot.read(client, seen.sources.week.id, seen.spec.id)
    if json:
        print_json(seen.as_dict())
    else:
        seen.print()
    if not wanted and not passing:
        raise typer.Exit(any(each.verdict is not Verdict.PASS for each in seen.judged))


@dataclass(frozen=True)
class _Slot:
    """A slot with its judgements and ticks, as its page shows them."""

    sources: Sources
    spec: SlotSpec
    judged: list[Judgement]
    ticks: dict[str, Tick]

    @classmethod
    def read(cls, client: Client, week_id: str, slot_id: str | None) -> _Slot:
        week = require_week(client, week_id)
        sources = Sources.of(client, week)
        spec = _spec(sources, slot_id)
        facts = gather(sources, judged_as_of(spec, week))
        judged = judge_slot(playbook_of(spec, sources), spec.id, facts)
        ticks = {each.check: each for each in sources.records.ticks if each.slot == spec.id}
        return cls(sources, spec, judged, ticks)

    @property
    def at(self) -> datetime:
        """When the slot is due, in week time."""
        return due_at(self.spec, self.sources.week.launch, self.sources.created_week)

    @property
    def untouched(self) -> list[str]:
        """Checks that pass and have no tick."""
        return [
            each.check
            for each in self.judged
            if each.verdict is Verdict.PASS and each.check not in self.ticks
        ]

    def tick(self, client: Client, check: str, note: str, again: bool) -> None:
        """Record one tick, with the verdict and the value that were judged.

        :raises InputError: refused.
        :raises ConflictError: there is a tick already.
        """
        seen = next((each for each in self.judged if each.check == check), None)
        if seen is None:
            raise InputError(
                Message("Slot {slot} has no check {check}.", slot=self.spec.id, check=check),
                Message("It has: {checks}.", checks=", ".join(self.spec.checks)),
            )
        if is_early(self.spec, self.sources):
            raise InputError(
                Message("Slot {slot} is not due yet.", slot=self.spec.id),
                Message("Tick it at {time} or later.", time=iso(self.at)),
            )
        if seen.verdict is not Verdict.PASS and is_blank(note):
            raise InputError(
                Message("{check} does not pass: {why}", check=check, why=seen.why),
                Message("Say why it is safe to continue: --note TEXT"),
            )
        known = self.ticks.get(check)
        outcome = client.tick(
            self.sources.week.id,
            self.spec.id,
            check,
            note.strip(),
            seen.verdict,
            seen.value_text,
            replaces=known.id if known is not None and again else None,
        )
        if isinstance(outcome, Refused):
            raise InputError(outcome.reason, outcome.remedy)
        if isinstance(outcome, Conflict):
            raise ConflictError(outcome.reason, Message("To replace that tick: --again"))

    def withdraw(self, client: Client, check: str, reason: str) -> None:
        """Take the tick of a check back.

        :raises InputError: refused, or there is none.
        :raises ConflictError: it was replaced or withdrawn in the meantime.
        """
        known = self.ticks.get(check)
        if known is None:
            raise InputError(
                Message("{check} has no tick in slot {slot}.", check=check, slot=self.spec.id), ""
            )
        if is_blank(reason):
            raise InputError(
                Message("The reason is empty."),
                Message("Say why the tick is taken back: --note TEXT"),
            )
        outcome = client.withdraw_tick(known.id, reason.strip())
        if isinstance(outcome, Refused):
            raise InputError(outcome.reason, outcome.remedy)
        if isinstance(outcome, Conflict):
            raise ConflictError(outcome.reason, Message("List the slot again."))

    def print(self) -> None:
        """One line for each check: verdict, value and limit, reason, tick."""
        playbook, spoken = playbook_of(self.spec, self.sources), language()
        tell(
            Message(
                "{slot}: {title}, {time}",
                slot=self.spec.id,
                title=literal(self.spec.title.in_(spoken)),
                time=iso(self.at),
            )
        )
        if not self.judged:
            tell(Message("This slot has no checks."))
        if is_early(self.spec, self.sources):
            tell(Message("It is not due yet; its checks are judged on the data at that time."))
        for each in self.judged:
            mark = "[x]" if each.check in self.ticks else "[ ]"
            head = f"  {mark} {GLYPHS[each.verdict]} {each.check}"
            title = literal(playbook.checks[each.check].title.in_(spoken))
            tell(joined([head, title], "  "))
            tell(joined(["       ", _found(each)]))
            if (known := self.ticks.get(each.check)) is not None:
                tell(joined(["       ", _ticked(known)]))

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "week": self.sources.week.id,
            "slot": self.spec.id,
            "at": iso(self.at),
            "due": not is_early(self.spec, self.sources),
            "checks": [self._check(each) for each in self.judged],
        }

    def _check(self, judged: Judgement) -> dict[str, Any]:
        reading, known = judged.reading, self.ticks.get(judged.check)
        return {
            "check": judged.check,
            "verdict": judged.verdict.value,
            "value": None if reading is None else reading.value,
            "limit": judged.limit,
            "why": judged.why,
            "step": None if reading is None else reading.step,
            "tick": known
            and {
                "by": known.by,
                "at": iso(known.at),
                "note": known.note,
                "verdict_seen": known.verdict_seen.value,
            },
        }


def _found(judged: Judgement) -> Message:
    """Value, limit and reason."""
    if not judged.told_limit:
        return joined([judged.value_text, judged.why])
    return Message(
        "{value} ({limit}) {why}", value=judged.value_text, limit=judged.limit, why=judged.why
    )


def _ticked(known: Tick) -> Message:
    seen = Message(
        "ticked by {by}, {time}, saw {verdict}",
        by=known.by,
        time=iso(known.at_week),
        verdict=known.verdict_seen.value,
    )
    return joined([seen, literal(known.note)], ": ") if known.note else seen


def _spec(sources: Sources, slot_id: str | None) -> SlotSpec:
    """The named slot, or the one whose checks are wanted now.

    :raises InputError: there is no such slot.
    """
    slots = {slot.id: slot for slot in slots_of(sources)}
    if slot_id is None:
        views = [view for view in agenda(sources) if view.spec.checks]
        found = current(views, sources.now_week)
        if found is None:
            raise InputError(Message("No slot of the playbook has checks."), "")
        return found.spec
    if slot_id not in slots:
        raise InputError(
            Message("Week {week} has no slot {slot}.", week=sources.week.id, slot=slot_id),
            Message("It has: {slots}.", slots=", ".join(slots)),
        )
    return slots[slot_id]
