"""``trainweek demo``: a complete training week in a few minutes."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from core.language import Message
from core.listening import Listening
from runner.cli.operate import (
    end_child,
    ignore_signals,
    interruptible,
    start_dashboard,
)
from runner.cli.options import DEFAULT_PORT, PortOption
from runner.cli.page_address import page_address
from runner.cli.speech import tell
from runner.demo import place
from runner.demo.play import Play
from runner.home.launch import ensure_runner
from runner.home.port import await_answer, require_port


class Placed(StrEnum):
    """What runs training and revalidation."""

    LOCAL = "local"
    SLURM = "slurm"
    RAY = "ray"


def demo(
    headless: Annotated[
        bool,
        typer.Option(
            "--headless", help="No browser and no dashboard; exits at the end of the week."
        ),
    ] = False,
    steps: Annotated[
        int | None, typer.Option(help="Training steps (default: the playbook's 500,000).", min=1)
    ] = None,
    port: PortOption = DEFAULT_PORT,
    store: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="An empty PostgreSQL database for the record (default: SQLite's file).",
        ),
    ] = None,
    executor: Annotated[
        Placed,
        typer.Option(help="What runs training and revalidation; its cluster must see the folder."),
    ] = Placed.LOCAL,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home", help="Data directory of the demo; cleared at the start (default: .demo)."
        ),
    ] = None,
) -> None:
    """Play a training week with a real training run and a real backtest, on a fast clock."""
    at = Listening(port)
    if not headless:
        require_port(at)
    own = place.prepare(home or place.DEFAULT)
    if store is not None:
        place.share(own, store)
    dashboard = None
    with interruptible():
        try:
            ensure_runner(own)
            if not headless:
                dashboard = start_dashboard(own, at, own.dashboard_log)
                place.remember_dashboard(own, dashboard.pid)
                await_answer(dashboard, at)
                _announce(page_address(own, at))
            play = Play(own, steps, show=tell, executor=executor.value, watched=not headless)
            result = play.run()
            print()
            tell(Message("Written:"))
            for path in _written(own.root, result):
                print(f"  {path}")
            if dashboard is not None:
                print()
                tell(
                    Message("The decision is ready for the CTO's signature. Ctrl-C ends the demo.")
                )
                dashboard.wait()
        except KeyboardInterrupt:
            print()
            tell(Message("Ending the demo."))
            if headless:
                raise typer.Exit(130) from None
        finally:
            ignore_signals()  # a second Ctrl-C must not leave a training run alive
            if dashboard is not None:
                end_child(dashboard)
            place.clear_processes(own)


def _announce(address: str) -> None:
    print()
    tell(Message("  Dashboard: {address}   (Ctrl-C ends the demo)", address=address))
    print(flush=True)
    # Opening a browser may block (a text browser in a terminal).
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _written(root: Path, result: Mapping[str, Any]) -> list[Path]:
    """The files that people open, as absolute paths."""
    reports = [root / path for path in (result.get("report") or {}).values()]
    others = [
        root / "logs/ppo_training/training.log",
        *sorted((root / "logs/ppo_training/daily_summaries").glob("*.json")),
        *sorted((root / "logs/ppo_training/tensorboard").rglob("events.out.tfevents.*")),
        root / "models/ppo_phase4/best_model.zip",
        *sorted((root / "models").glob("*_BACKUP_*")),
        root / "reports/ledger/audit.jsonl",
    ]
    return [path for path in (*others, *reports) if path.exists()]
