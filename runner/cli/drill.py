"""``trainweek drill``: play a fault into a scratch week, and see how long the team takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from core.drill import CAUSES, DrillKind, NamedCause
from core.drill_paths import report_files
from core.drill_report import as_json, as_markdown, step_line, wrong_line
from core.errors import InputError
from core.field_hints import shown
from core.files import write_json, write_text
from core.language import Message
from core.listening import Listening
from core.vocabulary import Right
from runner.cli.operate import ignore_signals, interruptible, start_dashboard
from runner.cli.options import (
    HomeOption,
    JsonOption,
    existing_home,
    person_who_acts,
    print_json,
)
from runner.cli.page_address import page_address
from runner.cli.speech import language, tell
from runner.drill import place
from runner.drill.play import CALM_S, play, played_fault
from runner.drill.times import name_cause, times_of
from runner.home.port import await_answer, require_port

if TYPE_CHECKING:
    from core.drill import DrillMark, Fault
    from core.drill_report import DrillTimes
    from core.paths import Home

PORT = 8502  # beside the pages of the real week

app = typer.Typer(
    help="Drills: play a fault into a scratch week, and measure how the team handles it.",
    no_args_is_help=True,
)


@app.command()
def start(
    kind: Annotated[DrillKind, typer.Argument(help="The fault.")],
    send: Annotated[
        bool, typer.Option("--send", help="Send messages to the channels of alerts.yaml.")
    ] = False,
    headless: Annotated[bool, typer.Option("--headless", help="Without pages.")] = False,
    calm: Annotated[
        float, typer.Option(help="Seconds of healthy training before the fault.", min=5, max=3600)
    ] = CALM_S,
    port: Annotated[int, typer.Option(help="Port of the drill's pages.", min=1, max=65535)] = PORT,
    home: HomeOption = None,
) -> None:
    """Start a training run in a scratch week and play the fault into it.

    The run, its runner and its pages go on after this command, until `trainweek drill end`.
    """
    real = existing_home(home)
    by = person_who_acts(real, Right.OPERATE).name
    at = Listening(port)
    if not headless:
        require_port(at)
    own, mark = place.prepare(
        real, kind, by, datetime.now(UTC), None if headless else port, send, language()
    )
    tell(Message("DRILL: data directory {path}", path=str(own.root)))
    with interruptible():
        try:
            fault = play(own, mark, calm, tell)
            if not headless:
                await_answer(start_dashboard(own, at, own.dashboard_log, detached=True), at)
                tell(Message("Pages of the drill: {address}", address=page_address(own, at)))
        except BaseException:  # whatever it is, nothing of a drill that has not begun goes on
            ignore_signals()
            place.close(own, mark, datetime.now(UTC))
            raise
    tell(
        Message("The fault was played at {time:%H:%M:%S} UTC.", time=fault.at),
        Message("How far the team is: trainweek drill status. Its end: trainweek drill end"),
    )


@app.command()
def status(json: JsonOption = False, home: HomeOption = None) -> None:
    """Print how long each step has taken so far."""
    own, mark = place.current(existing_home(home))
    fault = _played(own)
    times = times_of(own, fault, datetime.now(UTC))
    if json:
        print_json(as_json(mark, fault, times))
        return
    tell(Message("DRILL: {kind}, since {time:%H:%M:%S} UTC", kind=mark.kind.value, time=fault.at))
    _tell(times)


@app.command()
def name(
    scenario: Annotated[str, typer.Argument(help="Scenario, as on the page Troubleshooting.")],
    home: HomeOption = None,
) -> None:
    """Say what you take for the cause; the report tells when it was right."""
    from core.diagnosis import SCENARIOS  # loads numpy

    real = existing_home(home)
    own, _ = place.current(real)
    if scenario not in SCENARIOS:
        raise InputError(
            Message("There is no scenario {name}.", name=shown(scenario)),
            Message("Use one of {names}.", names=", ".join(SCENARIOS)),
        )
    by = person_who_acts(own, Right.RECORD).name
    name_cause(own, NamedCause(scenario=scenario, by=by, at=datetime.now(UTC)))
    tell(Message("DRILL: {scenario} is noted as the cause.", scenario=scenario))


@app.command()
def end(
    discard: Annotated[
        bool,
        typer.Option(
            "--discard", help="Without a report, and put its folder aside; also a damaged one."
        ),
    ] = False,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """End the drill and write its report. Exit 1 if a step was missed."""
    real = existing_home(home)
    if discard:
        person_who_acts(real, Right.OPERATE)
        for path in place.discard(real):
            tell(Message("The drill ended. It was put aside: {path}", path=str(path)))
        return
    own, mark = place.current(real)
    person_who_acts(real, Right.OPERATE)
    now = datetime.now(UTC)
    try:
        fault = played_fault(own)
        times = None if fault is None else times_of(own, fault, now)
    except Exception:  # what is damaged must not keep the drill's processes going
        place.close(own, mark, now)
        tell(Message("The drill ended. There is no report: its records can't be read."))
        raise
    mark = place.close(own, mark, now)
    if fault is None or times is None:
        tell(Message("The drill ended before its fault was played: there is no report."))
        raise typer.Exit(1)
    _report(real, mark, fault, times, json)
    raise typer.Exit(1 if times.missed else 0)


def _played(own: Home) -> Fault:
    fault = played_fault(own)
    if fault is None:
        raise InputError(
            Message("The fault has not been played yet."),
            Message("Wait for `trainweek drill start`, or end it: trainweek drill end"),
        )
    return fault


def _report(real: Home, mark: DrillMark, fault: Fault, times: DrillTimes, json: bool) -> None:
    text, data = report_files(real, mark.id)
    text.parent.mkdir(parents=True, exist_ok=True)
    write_text(text, as_markdown(mark, fault, times, language()))
    write_json(data, as_json(mark, fault, times))
    if json:
        print_json(as_json(mark, fault, times))
        return
    tell(
        Message(
            "DRILL: {kind} has ended. The cause: {cause}",
            kind=mark.kind.value,
            cause=CAUSES[mark.kind][0],
        )
    )
    _tell(times)
    tell(Message("Report: {path}", path=str(text)))


def _tell(times: DrillTimes) -> None:
    for step in times.steps():
        tell(step_line(times, step))
    for wrong in times.wrong:
        tell(wrong_line(times, wrong))
