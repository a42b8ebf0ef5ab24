"""Program: the six pre-flight checks.

Writes ``result.json`` with ``{"ok", "checks": [{"id", "ok", "value", "limit", "unit",
"why", "remedy"}]}``; until then ``progress.json`` has the checks that are finished. A failed check is a result, not an error: the exit code is 0.
"""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import tempfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.errors import TrainweekError
from core.language import Message, joined, literal, plural, recorded
from core.market.bar_counts import counted_bars
from core.playbook import Playbook, check_playbook
from runner.jobs.attempt import COMPLETE, STOPPED, Spec, StopFlag, run_program
from runner.jobs.own_smoke import own_smoke
from runner.week.data_availability import check_datasets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.paths import Home

SMOKE_STEPS = 512
_WARNINGS = 3  # named in a sentence
_REQUIRED = ("stable_baselines3", "torch", "gymnasium", "tensorboard", "pandas", "numpy")


def preflight(spec: Spec, stop: StopFlag) -> int:
    """Run the six checks in order; a failed one does not stop the others."""
    home, playbook_file = spec.home, spec.playbook_path
    steps: list[tuple[str, Callable[[], dict[str, Any]]]] = [
        ("preflight_config", lambda: _config(playbook_file)),
        ("preflight_data", lambda: _data(home, spec.playbook)),
        ("preflight_disk", lambda: _disk(home, spec.playbook)),
        ("preflight_versions", _versions),
        ("preflight_folders", lambda: _folders(home)),
        ("preflight_smoke", lambda: _smoke(home, spec.playbook)),
    ]
    checks: list[dict[str, Any]] = []
    for number, (check_id, check) in enumerate(steps, start=1):
        if stop.requested:
            return STOPPED
        now = {"check": check_id, "number": number, "of": len(steps)}
        spec.write_progress(recorded({**now, "checks": checks}))  # each row as soon as it is known
        checks.append({"id": check_id, **_guarded(check)})
        outcome = "PASS" if checks[-1]["ok"] else "FAIL"
        print(f"[CHECK] {check_id}: {outcome} {checks[-1]['why']}", flush=True)
    spec.write_result({"complete": True, "ok": all(c["ok"] for c in checks), "checks": checks})
    return COMPLETE


def _guarded(check: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Run a check; an exception becomes a failed check."""
    try:
        return check()
    except TrainweekError as error:
        return _result(False, None, "", literal(error.what), literal(error.remedy))
    except Exception as error:  # a pre-flight exists to find unexpected problems
        why = literal(f"{type(error).__name__}: {error}")
        return _result(False, None, "", why, Message("See the output."))


def _config(playbook_file: Path) -> dict[str, Any]:
    playbook = check_playbook(playbook_file)
    why = Message("Playbook {playbook} is valid.", playbook=playbook.id)
    return _result(True, playbook.id, "valid", why)


def _data(home: Home, playbook: Playbook) -> dict[str, Any]:
    result, _ = check_datasets(home, now=datetime.now(UTC), playbook=playbook)
    bars, filled = (
        sum(d.get("facts", {}).get(name, 0) for d in result["datasets"])
        for name in ("rows", "filled")
    )
    if not result["ok"]:
        train, backtest = (d["folder"] for d in result["datasets"])
        return _result(
            False, bars, "no errors", joined(result["errors"], "; "),
            Message("Put clean candles into {train} and {backtest}.", train=train, backtest=backtest),
            "bars",
        )  # fmt: skip
    why = plural(
        "Training and backtest data: {bars}; {n} warning.",
        "Training and backtest data: {bars}; {n} warnings.",
        len(result["warnings"]),
        bars=counted_bars(bars, filled),
    )
    told = joined([why, *result["warnings"][:_WARNINGS]])
    return _result(True, bars, "no errors", told, unit="bars")


def _disk(home: Home, playbook: Playbook) -> dict[str, Any]:
    needed = playbook.training.min_free_disk_gb
    free = shutil.disk_usage(home.root).free / 1e9
    return _result(
        free >= needed, round(free, 2), f">= {needed} GB",
        Message("{free:.1f} GB free.", free=free),
        Message("Free disk space, or use another data directory: --home DIR."), "GB",
    )  # fmt: skip


def _versions() -> dict[str, Any]:
    import torch

    found = {name: importlib.metadata.version(name) for name in _REQUIRED}
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.ones(2, device=device).sum().item()  # proves that the device works
    versions = ", ".join(f"{name} {version}" for name, version in found.items())
    why = Message(
        "Python {python}, {packages}; device {device}.",
        python=platform.python_version(),
        packages=versions,
        device=device,
    )
    return _result(True, device, "importable", why)


def _folders(home: Home) -> dict[str, Any]:
    folders = (
        home.training, home.daily_summaries, home.tensorboard, home.jobs, home.model,
        home.revalidation, home.ledger.parent,
    )  # fmt: skip
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder) as probe:
                probe.write(b"can be written")
        except OSError as error:
            return _result(
                False, None, "writable",
                Message("{folder}: {error}", folder=home.relative(folder), error=error.strerror),
                Message("Make {folder} writable for the user of the runner.", folder=str(folder)),
            )  # fmt: skip
    why = plural("{n} folder is writable.", "{n} folders are writable.", len(folders))
    return _result(True, len(folders), "writable", why)


def _smoke(home: Home, playbook: Playbook) -> dict[str, Any]:
    if (command := playbook.training.command) is not None:
        own = own_smoke(command, home, SMOKE_STEPS)
        limit = "exit 0, events"
        return _result(own.ok, own.steps, limit, own.why, own.remedy, "steps")
    from runner.agent.smoke import smoke

    found = smoke(steps=SMOKE_STEPS, home=home, playbook=playbook)
    return _result(found.ok, found.steps, f"{SMOKE_STEPS} steps", found.why, found.remedy, "steps")


def _result(
    ok: bool, value: Any, limit: str, why: Message, remedy: Message | None = None, unit: str = ""
) -> dict[str, Any]:
    return {
        "ok": ok,
        "value": value,
        "limit": limit,
        "unit": unit,
        "why": why,
        "remedy": remedy or "",
    }


if __name__ == "__main__":
    raise SystemExit(run_program(preflight))
