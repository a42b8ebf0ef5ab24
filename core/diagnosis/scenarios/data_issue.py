"""data_issue: numbers that are none, damaged files, steps and times that jump."""

from __future__ import annotations

import re

import numpy as np

from core.diagnosis.finding import ScenarioResult, Sentence, no_data, quiet
from core.diagnosis.run_view import RunView
from core.telemetry import Fault
from core.telemetry.aliases import canonical
from core.vocabulary import FindingStatus, Severity

RECENT, REMEMBERED = 20, 40  # points of a tag: firing, then recovering
STEP_JUMP = 10.0  # median step differences
# NaN when all returns of a rollout are equal: harmless by itself.
_BENIGN = frozenset({"train/explained_variance"})
_DAMAGE = frozenset(
    {Fault.BAD_DATA, Fault.BAD_LENGTH, Fault.ZERO_TAIL, Fault.OVERSIZED, Fault.UNDECODABLE}
)
_NAN = re.compile(r"\bnan\b|\binf(inity)?\b|non-?finite|invalid values", re.IGNORECASE)
_RANK = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)


def data_issue(moment: RunView) -> ScenarioResult:
    """The worst of all signs; what lies further back is told, and does not alarm."""
    if moment.silence is None and moment.facts.data_check is None:
        return no_data(Sentence("No event yet.", "Ainda nenhum evento."))
    signs = [*_outside(moment), *_nonfinite(moment), *_damaged(moment), *_jumps(moment)]
    alarming = [sign for sign in signs if sign[0] is not FindingStatus.OK]
    told = tuple(sign[3] for sign in signs if sign not in alarming)
    if not alarming:
        return quiet(
            Sentence(
                "Numbers, steps and files are in order.",
                "Números, passos e arquivos estão em ordem.",
            ),
            *told,
        )
    status = (
        FindingStatus.FIRING
        if any(sign[0] is FindingStatus.FIRING for sign in alarming)
        else FindingStatus.RECOVERING
    )
    severity = max((sign[1] for sign in alarming), key=_RANK.index)
    steps = [sign[2] for sign in alarming if sign[2] is not None]
    return ScenarioResult(
        status,
        Sentence(
            f"Data issue: {alarming[0][3]}.",
            f"Problema de dados: {alarming[0][3]}.",
        ),
        severity,
        min(steps, default=None),
        tuple(sign[3] for sign in alarming),
        told,
    )


_Sign = tuple[FindingStatus, Severity, int | None, str]


def _outside(moment: RunView) -> list[_Sign]:
    """What the data check and the trainer's log say."""
    found: list[_Sign] = []
    check = moment.facts.data_check
    if check is not None and check.result is not None and check.result.get("ok") is False:
        errors = check.result.get("errors") or []
        what = f"the data check found errors ({check.source})"
        what += f": {errors[0]}" if errors else ""
        found.append((FindingStatus.FIRING, Severity.CRITICAL, None, what))
    for line in moment.facts.log.errors if moment.facts.log else ():
        if _NAN.search(line):
            found.append((FindingStatus.FIRING, Severity.CRITICAL, None, f"log: {line}"))
            break
    return found


def _nonfinite(moment: RunView) -> list[_Sign]:
    """NaN and infinities by tag, in the newest attempt."""
    found: list[_Sign] = []
    for tag in moment.reader.tags() if moment.reader else ():
        series = moment.of_attempt(moment.reader.series(tag, moment.unix))
        places = np.flatnonzero(~np.isfinite(series.value))
        if not len(places):
            continue
        first, last = int(series.step[places[0]]), int(series.step[places[-1]])
        what = f"{tag}: {len(places)} of {len(series)} values not finite, steps {first} to {last}"
        age = len(series) - 1 - int(places[-1])
        status = FindingStatus.FIRING if age < RECENT else FindingStatus.RECOVERING
        if canonical(tag) in _BENIGN:
            found.append((FindingStatus.OK, Severity.INFO, first, f"{what} (harmless alone)"))
        elif age >= REMEMBERED:
            found.append((FindingStatus.OK, Severity.INFO, first, what))
        else:
            found.append((status, Severity.CRITICAL, first, what))
    return found


def _damaged(moment: RunView) -> list[_Sign]:
    if moment.reader is None:
        return []
    return _cut(moment) + [
        (FindingStatus.FIRING, Severity.WARNING, None, f"{problem.file}: {problem.detail}")
        for problem in moment.problems
        if problem.kind in _DAMAGE
    ]


def _cut(moment: RunView) -> list[_Sign]:
    """A file that ends inside a record, and does not go on: a full disk, or a kill."""
    if (moment.silence or 0.0) <= moment.patience and moment.active:
        return []
    return [
        (
            FindingStatus.FIRING,
            Severity.WARNING,
            moment.step,
            f"{file.name} ends inside a record, {file.waiting} bytes without their rest: the disk "
            "was full, or the writer was killed",
        )
        for file in moment.reader.files
        if file.waiting and file.points and (file.last_wall or 0.0) <= moment.unix
    ]


def _jumps(moment: RunView) -> list[_Sign]:
    """Steps that go back or leap inside an attempt, silences, and two writers at once."""
    if moment.reader is None:
        return []
    found: list[_Sign] = []
    pace = moment.of_attempt(moment.pace())
    raw = moment.of_attempt(moment.reader.series(pace.tag, moment.unix, stitched=False))
    back = np.flatnonzero(np.diff(raw.step) < 0)
    if len(back):
        old = len(raw) - 2 - int(back[-1]) >= RECENT
        status = FindingStatus.OK if old else FindingStatus.FIRING
        before, after = int(raw.step[back[-1]]), int(raw.step[back[-1] + 1])
        what = f"steps go back from {before} to {after} without a restart"
        found.append((status, Severity.WARNING, after, what))
    leaps = np.diff(pace.step)
    if len(leaps) >= 5:
        usual = float(np.median(leaps))
        far = np.flatnonzero(leaps > STEP_JUMP * max(usual, 1.0))
        if len(far):
            place = int(far[-1])
            status = FindingStatus.FIRING if len(leaps) - place <= RECENT else FindingStatus.OK
            what = (
                f"steps leap by {int(leaps[place])} at step {int(pace.step[place + 1])}, "
                f"usually {usual:.0f}"
            )
            found.append((status, Severity.WARNING, int(pace.step[place + 1]), what))
    gaps = np.diff(pace.wall)
    long = np.flatnonzero(gaps > moment.patience)
    if len(long):
        place = int(long[-1])
        status = FindingStatus.RECOVERING if len(gaps) - place <= RECENT else FindingStatus.OK
        step = int(pace.step[place + 1])
        what = f"no event for {gaps[place] / 60:.0f} min before step {step}, then it went on"
        found.append((status, Severity.WARNING, step, what))
    return found + _two_writers(moment, raw.tag)


def _two_writers(moment: RunView, tag: str) -> list[_Sign]:
    """An earlier attempt that still writes behind the start of the next one."""
    marks = moment.reader.attempts_until(moment.unix)
    if len(marks) < 2:
        return []
    raw = moment.reader.series(tag, moment.unix, stitched=False)
    # Files come in order of their first event, so only two at once make time go back.
    back = np.flatnonzero(np.diff(raw.wall) < 0)
    if not len(back):
        return []
    step = int(raw.step[back[-1] + 1])
    what = f"two writers at once: {marks[-1].name} began while an earlier one still wrote {tag}"
    return [(FindingStatus.FIRING, Severity.WARNING, step, what)]
