"""A week with candles, and a sweep whose trials are scripted children."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.files import write_json
from core.vocabulary import JobKind
from tests.expected import present, recorded
from tests.runner.jobs.training_home import make_home

if TYPE_CHECKING:
    from core.sweep.record import Sweep
    from tests.runner.place import Place

GATES = [
    "sharpe",
    "max_drawdown_pct",
    "win_rate_pct",
    "profit_factor",
    "consecutive_losses",
    "calmar",
]


def scripted_result(sharpe: float = 0.7, passed: int = 3) -> dict[str, Any]:
    """What a trial says that ended well."""
    return {
        "decision": "GO" if passed == 6 else "PARTIAL" if passed >= 4 else "NO-GO",
        "gates": [
            {"id": name, "value": sharpe, "passed": number < passed, "name": name}
            for number, name in enumerate(GATES)
        ],
        "steps": 500,
    }


def script(place: Place, job_id: str | None = None, **given: Any) -> None:
    """What the trials do, or the one of this id."""
    name = job_id or f"new-{JobKind.TRIAL.value}"
    write_json(place.home.root / "scripts" / f"{name}.json", {"result": scripted_result()} | given)


def begin(place: Place, seeds: int = 2, folds: int = 0, **given: Any) -> Sweep:
    """A sweep that was just requested."""
    if not place.home.train_data.exists():
        make_home(place.home.root)
    script(place, **given)
    return recorded(place.lead.start_sweep(seeds, folds, 500))


def now(place: Place, sweep: Sweep) -> Sweep:
    return present(place.lead.sweep(sweep.id))


def trial_id(sweep: Sweep, seed: int, fold: int = 0) -> str:
    return f"{sweep.id.replace('sweep', 'trial')}-f{fold}-s{seed}"
