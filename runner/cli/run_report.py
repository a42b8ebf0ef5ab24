"""``trainweek runs report``: the training report of a run as one offline HTML file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import SetupError
from core.language import Message, literal
from runner.cli.options import HomeOption, JsonOption, open_client, print_json
from runner.cli.speech import language, tell

if TYPE_CHECKING:
    from core.language import Language


class Spoken(StrEnum):
    """Languages of a report."""

    ENGLISH = "en"
    PORTUGUESE = "pt-BR"


_LANGUAGES: dict[Spoken, Language] = {Spoken.ENGLISH: "en", Spoken.PORTUGUESE: "pt"}

app = typer.Typer(no_args_is_help=True, help="The report of a training run.")


@app.callback()
def _runs() -> None:
    """The report of a training run."""


@app.command("report")
def report(
    run: Annotated[str, typer.Argument(help="The run, as trainweek model list names it.")],
    chosen: Annotated[
        Spoken | None,
        typer.Option("--language", help="Its language (default: the terminal's)."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to write it (default: this folder).")
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Write the training report: curves, checks, findings, incidents, settings, environment.

    One HTML file that needs no network and prints on A4. A run that is in progress is reported as
    of now, and the report says so.
    """
    from core.report.training_report import report_name, training_report
    from runner.week.training_report import report_facts

    spoken = language() if chosen is None else _LANGUAGES[chosen]
    facts = report_facts(open_client(home), run)
    path = out or Path(report_name(run, spoken))
    try:
        path.write_text(training_report(facts, spoken), encoding="utf-8")
    except OSError as error:
        raise SetupError(
            Message("{path} can't be written: {why}.", path=str(path), why=literal(str(error))),
            Message("Give another file with --out."),
        ) from error
    if json:
        print_json({"run": run, "file": str(path), "language": spoken})
    else:
        tell(Message("Wrote {path}", path=str(path)))
