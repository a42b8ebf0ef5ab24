"""``trainweek doctor``: checks everything that a week depends on, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import TrainweekError
from core.language import Message, literal
from core.vocabulary import Verdict
from runner.doctor import (
    alerts,
    engines,
    incidents,
    machine,
    models,
    pages,
    place,
    private_files,
    processes,
    record,
    shared_record,
    signing_key,
    sync,
)
from runner.doctor.check_result import CheckResult, failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from core.paths import Home
    from runner.settings import Settings

__all__ = ["CheckResult", "examine", "exit_code"]

_CHECKS: dict[str, Callable[[Home, Settings, datetime], Iterator[CheckResult]]] = {
    "home": place.home,
    "disk": place.disk,
    "folders": shared_record.folders,
    "database": record.database,
    "ledger": record.ledger,
    "backups": record.backups,
    "signing key": signing_key.signing_key,
    "private": private_files.private,
    "lock": processes.lock,
    "runner": processes.runner,
    "orphans": processes.orphans,
    "shims": processes.shims,
    "engines": engines.engines,
    "sync": sync.sync,
    "leftovers": place.leftovers,
    "model": models.exchange,
    "checkpoints": models.checkpoints,
    "best model": models.best_model,
    "alerts": alerts.alerts,
    "incidents": incidents.blocking,
    "pages": pages.page_errors,
    "versions": machine.versions,
    "clock": machine.clock,
}


def examine(
    home: Home, settings: Settings, now: datetime, *, whole: bool = False
) -> list[CheckResult]:
    """Run all checks. A check that raises an error becomes a failed result.

    :param now: real time.
    :param whole: verify the whole ledger and all tables, however long that takes.
    """
    found: list[CheckResult] = []
    for subject, check in (_CHECKS | ({"ledger": record.whole_ledger} if whole else {})).items():
        try:
            found += check(home, settings, now)
        except TrainweekError as error:
            found.append(failed(subject, literal(error.what), literal(error.remedy)))
        except OSError as error:
            what = Message(
                "{file}: {error}.",
                file=str(error.filename or subject),
                error=error.strerror or str(error),
            )
            remedy = Message(
                "Run `trainweek doctor` as the user of the runner, or fix the permissions."
            )
            found.append(failed(subject, what, remedy))
    return found


def exit_code(found: list[CheckResult]) -> int:
    """0: no problems; 1: warnings; 2: something is broken."""
    verdicts = {each.verdict for each in found}
    return 2 if Verdict.FAIL in verdicts else 1 if Verdict.WARN in verdicts else 0
