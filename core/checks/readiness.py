"""What keeps a training run or a revalidation from starting without the lead's reason.

Asked by the client before it accepts a request, and by pages and commands before they send one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.checks.registry import judge_slot
from core.checks.rules.preflight import OTHER_COMMAND
from core.language import Message, joined, recorded_message
from core.state_words import capitals
from core.vocabulary import ACTIVE_STATES, JobState, TrainingStatus, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.checks.judgement import Judgement
    from core.facts import Facts, JobFacts
    from core.playbook import Playbook

_PASSED = frozenset({Verdict.PASS, Verdict.WARN})


@dataclass(frozen=True)
class PreflightTrouble:
    """Why the week's pre-flight does not count for a start now.

    :ivar failed: it has run, and found something; a repetition alone does not help.
    :ivar busy: it is in progress, so a start waits for it.
    :ivar crashed: it ended without a result, so nothing is known.
    :ivar replaced: it was of another command than the one that would start.
    """

    why: Message
    failed: bool = False
    busy: bool = False
    crashed: bool = False
    replaced: bool = False

    @property
    def blocks_resume(self) -> bool:
        """Whether a run that has begun may not be resumed.

        It began with a pre-flight or by the lead's override, so that none has run, or that it is
        old by now, says nothing new.
        """
        return self.failed or self.busy or self.crashed or self.replaced


def preflight_trouble(playbook: Playbook, facts: Facts) -> PreflightTrouble | None:
    """None if the pre-flight has passed, for this launch and this trainer."""
    job = facts.preflight
    if job is None:
        return PreflightTrouble(Message("The pre-flight has not run yet. Run it first."))
    if job.state in ACTIVE_STATES:
        return PreflightTrouble(Message("The pre-flight is running."), busy=True)
    if job.command_replaced:
        return PreflightTrouble(OTHER_COMMAND, replaced=True)
    rows = [
        row
        for slot in playbook.slots_of_kind("preflight")
        for row in judge_slot(playbook, slot.id, facts)
    ]
    listed = {playbook.checks[row.check].metric for row in rows}
    failed = [*_failed_rows(rows), *_unlisted(job, listed)]
    if failed:
        why = Message("The pre-flight failed: {failed}", failed=joined(failed, "; "))
        return PreflightTrouble(why, failed=True)
    # Too old, or without a result: the rows say the same.
    unclear = dict.fromkeys(row.why for row in rows if row.verdict not in _PASSED)
    if not unclear:
        return None
    crashed = job.state is not JobState.SUCCEEDED or job.result is None
    return PreflightTrouble(joined(unclear), crashed=crashed)


def _failed_rows(rows: list[Judgement]) -> Iterator[Message]:
    for row in rows:
        if row.verdict is Verdict.FAIL:
            yield Message("{check}: {why}", check=row.check, why=row.why)


def _unlisted(job: JobFacts, listed: set[str]) -> Iterator[Message]:
    """What failed in the program's own checks that the playbook does not list."""
    for check in (job.result or {}).get("checks") or ():
        if isinstance(check, dict) and not check.get("ok") and check.get("id") not in listed:
            why = recorded_message(check, "why")
            yield Message("{check}: {why}", check=check.get("id"), why=why)


def unprepared(playbook: Playbook, facts: Facts) -> list[Message]:
    """What speaks against a revalidation now; empty: nothing.

    An unfinished run, and each failing row of the preparation: steps, backup, data, and the
    system with its runner, incidents and disk. A backup or data check that ended without a
    result fails, too.
    """
    return [
        *_unfinished_run(facts),
        *(
            row.why
            for slot in playbook.slots_of_kind("preparation")
            for row in judge_slot(playbook, slot.id, facts)
            if row.verdict is Verdict.FAIL or _of_a_failed_job(playbook, row, facts)
        ),
    ]


def _of_a_failed_job(playbook: Playbook, row: Judgement, facts: Facts) -> bool:
    """Whether a row is unknown although its job was run: it failed, or its result is old."""
    jobs = {"backup": facts.backup, "backtest_data": facts.data_check}
    ran = jobs.get(playbook.checks[row.check].metric) is not None
    return ran and row.verdict is Verdict.UNKNOWN


def _unfinished_run(facts: Facts) -> Iterator[Message]:
    run = facts.run  # one that is only watched has no known end
    if run is not None and run.process_known and run.status is not TrainingStatus.COMPLETED:
        yield Message("Run {run} is {state}.", run=run.name, state=capitals(run.status))
