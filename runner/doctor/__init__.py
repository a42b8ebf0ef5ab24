"""``trainweek doctor``: looks at everything that a week stands on, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from core.errors import TrainweekError
from core.paths import Home
from core.vocabulary import Verdict
from runner.doctor import machine, models, place, processes, record, signing
from runner.doctor.examined import Examined
from runner.settings import Settings

__all__ = ["Examined", "examine", "exit_code"]

_LOOKS: dict[str, Callable[[Home, Settings, datetime], Iterator[Examined]]] = {
    "home": place.home,
    "disk": place.disk,
    "database": record.database,
    "ledger": record.ledger,
    "backups": record.backups,
    "signing key": signing.signing_key,
    "lock": processes.lock,
    "runner": processes.runner,
    "orphans": processes.orphans,
    "shims": processes.shims,
    "leftovers": place.leftovers,
    "model": models.exchange,
    "checkpoints": models.checkpoints,
    "best model": models.best_model,
    "versions": machine.versions,
    "clock": machine.clock,
}


def examine(home: Home, settings: Settings, now: datetime) -> list[Examined]:
    """Look at all of it; a look that itself fails is a finding, never an end.

    :param now: the real moment.
    """
    found: list[Examined] = []
    for subject, look in _LOOKS.items():
        try:
            found += look(home, settings, now)
        except TrainweekError as error:
            found.append(Examined(subject, Verdict.FAIL, error.what, error.remedy))
        except OSError as error:
            what = f"{error.filename or subject}: {error.strerror or error}."
            remedy = "Run trainweek doctor as the user who runs the runner, or mend its rights."
            found.append(Examined(subject, Verdict.FAIL, what, remedy))
    return found


def exit_code(found: list[Examined]) -> int:
    """0: all well; 1: something to look at; 2: something is broken."""
    verdicts = {each.verdict for each in found}
    return 2 if Verdict.FAIL in verdicts else 1 if Verdict.WARN in verdicts else 0
