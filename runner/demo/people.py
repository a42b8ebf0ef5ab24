"""The demo's simulated people, who tick the checks of a slot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.checks import Judgement, judge_slot
from core.people import Person
from core.vocabulary import Role, Verdict
from runner.week.facts import gather
from runner.week.judged_moment import judged_as_of
from runner.week.sources import Sources

if TYPE_CHECKING:
    from core.week import Week
    from runner.client import Client

ENGINEER = Person("Demo engineer", Role.ENGINEER)
LEAD = Person("Demo lead", Role.LEAD)


def tick_slot(client: Client, week: Week, slot_id: str) -> list[Judgement]:
    """Judge a slot as of its time and tick every check, with a note if it does not pass.

    UNKNOWN is ticked with its reason: a short training run really has too few episodes for
    a trend, and waiting would not add any.
    """
    slot = week.playbook.slot(slot_id)
    sources = Sources.of(client, week)
    facts = gather(sources, judged_as_of(slot, week))
    seen = judge_slot(week.playbook, slot_id, facts)
    for judgement in seen:
        passes = judgement.verdict is Verdict.PASS
        client.tick(
            week.id,
            slot_id,
            judgement.check,
            note="" if passes else f"Seen: {judgement.why}",
            verdict_seen=judgement.verdict,
            value_seen="" if judgement.reading is None else str(judgement.reading.value),
        )
    return seen
