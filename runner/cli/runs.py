"""Commands that need no week: inspect, diagnose, watch and metrics, on given files."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from core.decision import opinion
from core.errors import InputError, TelemetryError
from core.gates import read_equity_csv, read_trades_csv
from core.language import Message, joined, plural
from core.paths import Home
from core.playbook import DEFAULT, load_playbook
from core.report.numbers import Numbers
from core.telemetry import RunReader
from core.telemetry.inspect import contents, open_run, require_events
from core.telemetry.runs import runs_in, without_run
from core.timestamps import from_unix, interval_name, parse_moment
from core.trading.evidence import Trials
from runner.cli.found_runs import (
    print_contents,
    print_diagnosis,
    print_judged,
    print_table,
    print_unread,
    shown,
    which_run,
)
from runner.cli.judged_run import NOT_EVALUATED, judged, worst_code
from runner.cli.operate import PortOption, serve
from runner.cli.options import DEFAULT_PORT, HomeOption, JsonOption, client_of_any, print_json
from runner.cli.page_address import listening_at
from runner.cli.program import end_with_error
from runner.cli.speech import language, tell, visible
from runner.outcomes import Refused


class MarketCalendar(StrEnum):
    """Calendars that can be declared."""

    ALWAYS = "24/7"
    NYSE = "nyse"


def inspect(
    logdir: Annotated[Path, typer.Argument(help="A TensorBoard folder or one event file.")],
    json: JsonOption = False,
) -> None:
    """Print readings and, for each tag, count, last, lowest and highest value.

    Of several runs in one folder each is shown on its own. Exit 3: there is no event.
    """
    reader = open_run(logdir)
    try:
        require_events(reader)
    except TelemetryError as error:
        end_with_error(error, NOT_EVALUATED)
    runs = runs_in(reader.events())
    seen = [contents(run.events) for run in runs]
    unread = without_run(reader, runs)
    if len(runs) == 1:
        print_json(seen[0]) if json else print_contents(seen[0])
    elif json:
        heads = [
            {"run": r.name, "path": str(r.path), "attempts": len(r.events.attempts)} for r in runs
        ]
        each = [head | found for head, found in zip(heads, seen, strict=True)]
        print_json({"runs": each, **unread.as_dict()})
    else:
        print_table(runs)
        for run, found in zip(runs, seen, strict=True):
            print(f"\n== {visible(run.name)}")
            print_contents(found)
        print_unread(unread)


def diagnose(
    logdir: Annotated[Path, typer.Argument(help="A TensorBoard folder or one event file.")],
    now: Annotated[
        str | None,
        typer.Option(
            help="Evaluate as of this time (2026-11-23T14:00Z), assuming that the run was active then."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Diagnose a run, with the evidence for and against.

    Without --now it is evaluated as of now: a silent run is hung if a process still has its
    event files open, and has ended if none does. torch's writer holds no file open: if the
    process that its file names still runs, a silent run has ended or is hung. Of several runs in one folder each is
    diagnosed, and the exit code is the worst one's.

    Exit 0: no active alert; 1: a warning, or a critical alert that is recovering; 2: a critical
    alert; 3: invalid input.
    """
    moment = None if now is None else parse_moment(now)
    playbook = load_playbook(DEFAULT)
    reader = open_run(logdir)
    require_events(reader)
    runs = runs_in(reader.events())
    folder = logdir.parent if logdir.is_file() else logdir
    every = [judged(run, folder, moment, playbook) for run in runs]
    if len(every) == 1:
        if every[0].refused is not None:
            raise TelemetryError(joined([f"{logdir}:", every[0].refused]), every[0].remedy)
        findings = every[0].findings
        print_json([f.as_dict() for f in findings]) if json else print_diagnosis(findings)
        raise typer.Exit(every[0].exit_code)
    unread = without_run(reader, runs)
    code = worst_code(every, damaged=bool(unread.damage))
    if json:
        found = {"runs": [r.as_dict() for r in every], **unread.as_dict(), "exit_code": code}
        print_json(found)
    else:
        print_table(runs, every)
        print_judged(every)
        print_unread(unread)
    raise typer.Exit(code)


def watch(
    logdir: Annotated[
        Path, typer.Argument(help="The TensorBoard folder of a run, or its event file.")
    ],
    port: PortOption = DEFAULT_PORT,
    home: HomeOption = None,
) -> None:
    """Watch a run that trainweek did not start, read-only: its curves and a diagnosis.

    Ticks and notes go to a data directory of their own, ``~/.local/share/trainweek/watched``,
    unless ``--home`` names another.
    """
    if not logdir.exists():
        raise InputError(
            Message("There is no folder {path}.", path=str(logdir)),
            Message("Give the folder that the run logs to."),
        )
    reader = RunReader(logdir)
    reader.refresh()
    found = runs_in(reader.events())
    if len(found) > 1:
        raise which_run(logdir, found)
    if reader.first_wall is None:
        raise InputError(
            Message("{path} has no events yet.", path=str(logdir)),
            Message("Pass the run's TensorBoard log folder, once it contains an event."),
        )
    own = Home.find(home or Path.home() / ".local" / "share" / "trainweek" / "watched")
    own.root.mkdir(parents=True, exist_ok=True)
    client = client_of_any(own.root)
    launch = from_unix(reader.first_wall).replace(second=0, microsecond=0)
    watched = str(logdir.resolve())
    known = [week for week in client.weeks() if week.watched == watched]
    outcome = (
        client.use_week(known[0].id)
        if known
        else client.create_week(launch, watched=watched, tag=_tag(logdir), symbol="")
    )
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    raise typer.Exit(serve(own, listening_at(own, port), page="live_training"))


def metrics(
    equity: Annotated[
        Path, typer.Option(help="CSV with time,equity; the first row is the starting capital.")
    ],
    trades: Annotated[
        Path | None, typer.Option(help="CSV with exit_time,pnl of round trips.")
    ] = None,
    bars_per_year: Annotated[
        int | None,
        typer.Option(help="Bars per year (default: found from the times), e.g. 8760, 365, 252."),
    ] = None,
    calendar: Annotated[
        MarketCalendar | None,
        typer.Option(help="Calendar of the market (default: found from the times)."),
    ] = None,
    trials: Annotated[int, typer.Option(help="Number of trials (for DSR).", min=1)] = 1,
    json: JsonOption = False,
) -> None:
    """Evaluate the six gates of any backtest, with confidence intervals and evidence grade.

    This is the code of the revalidation. Without the market's bars the evidence is WEAK at best.
    Exit 0 whatever the decision; a script reads it from --json.
    """
    found = opinion(
        read_equity_csv(equity),
        None if trades is None else read_trades_csv(trades),
        load_playbook(DEFAULT),
        bars_per_year,
        Trials(1, trials),
        None if calendar is None else calendar.value,
    )
    if json:
        print_json(found)
        return
    evidence, times, n = found["evidence"], found["times"], Numbers(language())
    grade = Message("evidence {grade}", grade=evidence["grade"])
    tell(joined([found["decision"], found["score"], grade], "  "))
    tell(
        plural(
            "{n:,} bar of {interval}, {per_year:,} a year ({calendar}), {days:.1f} days",
            "{n:,} bars of {interval}, {per_year:,} a year ({calendar}), {days:.1f} days",
            found["facts"]["bars"],
            interval=interval_name(timedelta(seconds=times["interval_s"])),
            per_year=times["bars_per_year"],
            calendar=times["calendar"],
            days=math.floor(10 * times["days"]) / 10,  # cut as in the evidence's reasons
        )
    )
    for warning in found["warnings"]:
        tell(joined(["!", warning]))
    for gate in found["gates"]:
        mark = "PASS" if gate["passed"] else "FAIL"
        print(
            f"{gate['name']:<20} {shown(gate['value']):>12} {gate['op']} {gate['threshold']:<6} "
            f"{mark} {gate['status']:<18} {n.interval(gate['ci95'], gate['value'])} P(pass) {n.chance(gate['p_pass'])}"
        )
    tell(
        plural(
            "PSR(0) {psr0}  PSR(1) {psr1}  DSR {dsr} with {n} trial",
            "PSR(0) {psr0}  PSR(1) {psr1}  DSR {dsr} with {n} trials",
            evidence["n_trials"]["used"],
            psr0=n.chance(evidence["psr0"]),
            psr1=n.chance(evidence["psr1"]),
            dsr=n.chance(evidence["dsr"]),
        )
    )
    for reason in evidence["reasons"]:
        tell(joined(["  ", reason], ""))


def _tag(logdir: Path) -> str:
    """The folder's name as a valid name of a run."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", logdir.resolve().name).lstrip(".-_")[:100] or "watched"
