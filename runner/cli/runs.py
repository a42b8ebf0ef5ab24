"""Commands that need no week: inspect, diagnose, watch and metrics, on given files."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.decision import opinion
from core.diagnosis import diagnose as findings_of
from core.diagnosis.foreign_run import facts_of_events
from core.errors import InputError, TelemetryError
from core.gates import read_equity_csv, read_trades_csv
from core.language import Message, joined, plural
from core.paths import Home
from core.playbook import DEFAULT, load_playbook
from core.report.numbers import Numbers
from core.telemetry import RunReader
from core.telemetry.absence import unknown_reward
from core.telemetry.aliases import known
from core.telemetry.inspect import inspect as inspect_folder
from core.telemetry.inspect import open_run
from core.timestamps import from_unix, interval_name, parse_moment
from core.trading.evidence import Trials
from core.vocabulary import FindingStatus, Severity
from runner.cli.operate import PortOption, serve
from runner.cli.options import HomeOption, JsonOption, client_of_any, print_json
from runner.cli.speech import in_words, language, tell
from runner.liveness.event_writers import has_writer
from runner.outcomes import Refused

if TYPE_CHECKING:
    from core.diagnosis import Finding

SILENT_FOR = timedelta(days=1)


class MarketCalendar(StrEnum):
    """Calendars that can be declared."""

    ALWAYS = "24/7"
    NYSE = "nyse"


def inspect(
    logdir: Annotated[Path, typer.Argument(help="A TensorBoard folder or one event file.")],
    json: JsonOption = False,
) -> None:
    """Print readings and, for each tag, count, last, lowest and highest value."""
    seen = inspect_folder(logdir)
    if json:
        print_json(seen)
        return
    for name, reading in seen["readings"].items():
        print(f"{name:<24} {_shown(reading['value'])} {reading['unit']}")
    print(f"\n{'tag':<36} {'n':>8} {'last step':>12} {'last':>14} {'min':>14} {'max':>14}")
    for tag, t in seen["tags"].items():
        step, value = t["last"]
        print(
            f"{tag:<36} {t['n']:>8} {step:>12} {_shown(value):>14} "
            f"{_shown(t['min']):>14} {_shown(t['max']):>14}"
            + (
                in_words(Message("  {count} not finite", count=t["nonfinite"]))
                if t["nonfinite"]
                else ""
            )
        )
    for problem in seen["problems"]:
        tell(joined([f"! {problem['file']}: {problem['kind']}:", problem["detail"]]))


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
    event files open, and has ended if none does.

    Exit 0: no active alert; 1: a warning, or a critical alert that is recovering; 2: a critical
    alert; 3: invalid input.
    """
    moment = datetime.now(UTC) if now is None else parse_moment(now)
    playbook = load_playbook(DEFAULT)
    reader = open_run(logdir)
    if reader.tags() and not known(reader.tags()):
        raise TelemetryError(
            joined([f"{logdir}:", unknown_reward(reader.tags())]),
            Message("Pass a run whose tags are those of a framework listed in the documentation."),
        )
    writes = None if now is not None else _has_writer(reader)
    alive = now is not None or _is_alive(reader, moment, writes)
    facts = facts_of_events(reader, moment, playbook, alive=alive, process_known=bool(writes))
    findings = findings_of(facts, playbook)
    code = exit_code(findings)
    if json:
        print_json([finding.as_dict() for finding in findings])
    else:
        for finding in findings:
            tell(joined([f"{finding.scenario:<16} {finding.status:<10}", finding.headline]))
            for mark, lines in (("+", finding.evidence_for), ("-", finding.evidence_against)):
                tell(*(joined([f"    {mark}", line]) for line in lines))
    raise typer.Exit(code)


def exit_code(findings: list[Finding]) -> int:
    """0: no active alert; 1: a warning, or recovering from a critical one; 2: a critical one."""
    firing = {f.severity for f in findings if f.status is FindingStatus.FIRING}
    recovering = {f.severity for f in findings if f.status is FindingStatus.RECOVERING}
    if Severity.CRITICAL in firing:
        return 2
    return 1 if Severity.WARNING in firing or Severity.CRITICAL in recovering else 0


def _has_writer(reader: RunReader) -> bool | None:
    folder = reader.path.parent if reader.path.is_file() else reader.path
    return has_writer(folder / file.name for file in reader.files)


def _is_alive(reader: RunReader, now: datetime, writes: bool | None) -> bool:
    """Whether a process may still write this run's events.

    If processes can't be listed, a run without events for a day counts as ended.
    """
    last = reader.last_event()
    if writes is not None or last is None:
        return bool(writes)
    return (now - from_unix(last.wall)) < SILENT_FOR


def watch(
    logdir: Annotated[Path, typer.Argument(help="The TensorBoard folder of a run.")],
    port: PortOption = 8501,
    home: HomeOption = None,
) -> None:
    """Watch a run that trainweek did not start, read-only: charts and checks.

    Ticks and notes go to a data directory of their own, ``~/.local/share/trainweek/watched``,
    unless ``--home`` names another.
    """
    if not logdir.is_dir():
        raise InputError(
            Message("There is no folder {path}.", path=str(logdir)),
            Message("Give the folder that the run logs to."),
        )
    reader = RunReader(logdir)
    reader.refresh()
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
        else client.create_week(launch, watched=watched, tag=_tag(logdir))
    )
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    raise typer.Exit(serve(own, port))


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
        Message(
            "{bars:,} bars of {interval}, {per_year:,} a year ({calendar}), {days:.1f} days",
            bars=found["facts"]["bars"],
            interval=interval_name(timedelta(seconds=times["interval_s"])),
            per_year=times["bars_per_year"],
            calendar=times["calendar"],
            days=times["days"],
        )
    )
    for warning in found["warnings"]:
        tell(joined(["!", warning]))
    for gate in found["gates"]:
        mark = "PASS" if gate["passed"] else "FAIL"
        print(
            f"{gate['name']:<20} {_shown(gate['value']):>12} {gate['op']} {gate['threshold']:<6} "
            f"{mark} {gate['status']:<18} {n.interval(gate['ci95'])} P(pass) {n.chance(gate['p_pass'])}"
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


def _shown(value: float | int | str | None) -> str:
    if value is None:
        return "n/a"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
