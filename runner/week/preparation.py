"""The preparation of a revalidation: what of it fails now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.checks import judge_slot
from core.vocabulary import Verdict
from runner.week.facts import gather

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.checks import Judgement
    from core.language import Message
    from runner.week.sources import Sources


def failed_preparation(sources: Sources) -> list[Message]:
    """The reasons of the failing checks of the preparation slots, judged now."""
    playbook = sources.week.playbook
    slots = playbook.slots_of_kind("preparation")
    if not slots:
        return []
    facts = gather(sources)
    return failures(each for slot in slots for each in judge_slot(playbook, slot.id, facts))


def failures(judged: Iterable[Judgement]) -> list[Message]:
    """The reasons of the failing ones."""
    return [each.why for each in judged if each.verdict is Verdict.FAIL]
