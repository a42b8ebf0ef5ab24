"""The manual's own commands. ``scripts/*.py`` and ``trainweek`` call the same functions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from core.checks.readiness import preflight_trouble
from core.errors import InputError
from core.job_params import asked_params
from core.language import Message, joined, recorded_message
from core.timestamps import parse_day
from core.vocabulary import GLYPHS, JobKind, Verdict
from core.week import Week
from runner.cli.first_week import present_week, week_from_now
from runner.cli.followed_job import exit_for, follow, outcome_of, submitted, wait
from runner.cli.options import (
    ActWeekOption,
    HomeOption,
    JsonOption,
    client_of_any,
    ensure_background_runner,
    existing_home,
    open_client,
    print_json,
    require_allowed,
    require_week,
)
from runner.cli.paths import given_path, with_given_paths
from runner.cli.speech import tell, warn
from runner.client import Client
from runner.week.daily_check import run_daily_check
from runner.week.data_availability import check_datasets
from runner.week.facts import gather
from runner.week.sources import Sources


def start(
    context: typer.Context,
    symbol: Annotated[str, typer.Option(help="Symbol; must be the week's.")] = "OGNUSDT",
    mode: Annotated[str, typer.Option(help="Only 'paper' exists; no orders are sent.")] = "paper",
    tag: Annotated[str | None, typer.Option(help="Name of the run.")] = None,
    timestamp: Annotated[
        bool, typer.Option("--timestamp", help="Add the launch time to the run's name.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Resume from the last good checkpoint.")
    ] = False,
    new: Annotated[
        bool, typer.Option("--new", help="Start another run, even if an earlier one has ended.")
    ] = False,
    steps: Annotated[
        int | None, typer.Option(help="Total steps (default: the playbook's).", min=1)
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed (default: the playbook's).")] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Learning rate (default: the playbook's).")
    ] = None,
    ent_coef: Annotated[
        float | None, typer.Option(help="Entropy coefficient (default: the playbook's).")
    ] = None,
    note: Annotated[str | None, typer.Option(help="What this run is for.")] = None,
    override: Annotated[
        str | None, typer.Option(help="The lead's reason to start after a failed pre-flight.")
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Don't follow the log.")] = False,
    playbook: Annotated[
        Path | None,
        typer.Option(help="Playbook of the week that is created if there is none."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Create a week launched now if there is none.")
    ] = False,
    week_id: ActWeekOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Start the week's training run and follow its log. Ctrl-C detaches; the run continues.

    With --json the log is not followed: the outcome is printed at the end (with --detach at once:
    the requested job). Exit 0: the run succeeded.
    """
    if mode != "paper":
        raise InputError(
            Message("There is no mode {mode!r}.", mode=mode),
            Message("Use --mode paper; no orders are sent."),
        )
    if resume and new:
        raise InputError(
            Message("--resume and --new can't be combined."), Message("Give one of them.")
        )
    params: dict[str, Any] = {"timestamp": timestamp}
    params |= {"run": tag} if tag else {}
    params |= {"steps": steps} if steps else {}
    params |= {"resume": resume} if resume or new else {}
    params |= {"override_reason": override} if override else {}
    own = {"seed": seed, "learning_rate": learning_rate, "ent_coef": ent_coef, "note": note}
    params |= {name: value for name, value in own.items() if value is not None}
    asked = asked_params(JobKind.TRAIN, params)  # before anything is written or started
    client = client_of_any(home)
    # The manual's own script has no such flag, and starts from nothing as it is written there.
    agreed = yes or context.parent is None
    require_allowed(client.denied_job(JobKind.TRAIN, asked))
    client.shown_week = week_id or _week_of(client, symbol)
    week = present_week(client, playbook) or week_from_now(client, playbook, agreed=agreed)
    if symbol != week.symbol:
        raise InputError(
            Message(
                "Week {week} trades {symbol}, not {given}.",
                week=week.id,
                symbol=week.symbol,
                given=symbol,
            ),
            Message("Give the week's symbol, or create a week with another playbook."),
        )
    ensure_background_runner(client.home)
    if override is None:
        _preflight_first(client, week, quiet=json)
    if (
        resume
        and not json
        and (before := client.latest_job(JobKind.TRAIN, week.id)) is not None
        and before.run
    ):
        tell(client.resume_point(before.run))
    job = submitted(client.submit(JobKind.TRAIN, asked))
    if detach:
        if json:
            print_json(outcome_of(client, job))
        else:
            tell(Message("{job} requested. Follow it: trainweek jobs logs {job}", job=job.id))
        return
    job = (wait if json else follow)(client, job)
    exit_for(job)
    if json:
        print_json(outcome_of(client, job))


def restart(
    learning_rate: Annotated[
        float | None, typer.Option(help="New learning rate, e.g. 1e-4.")
    ] = None,
    ent_coef: Annotated[
        float | None, typer.Option(help="New entropy coefficient, e.g. 0.005.")
    ] = None,
    week_id: ActWeekOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Save and stop the training run, then resume it from the last good checkpoint."""
    changes = {"learning_rate": learning_rate, "ent_coef": ent_coef}
    asked_params(
        JobKind.TRAIN, {name: value for name, value in changes.items() if value is not None}
    )
    client = open_client(home)
    client.shown_week = week_id
    require_allowed(client.denied_job(JobKind.TRAIN))
    require_week(client)
    ensure_background_runner(client.home)
    job = submitted(client.restart(learning_rate=learning_rate, ent_coef=ent_coef))
    changed = job.params["restart"]["what"]
    if json:
        print_json({"id": job.id, "run": job.run, "restart": job.params["restart"]})
        return
    tell(
        Message(
            "{job} restarts {changed}. Follow it: trainweek jobs logs {job}",
            job=job.id,
            changed=changed,
        )
    )


def revalidate(
    model_path: Annotated[
        str | None,
        typer.Option(help="The model; .zip is added if it is missing (default: the playbook's)."),
    ] = None,
    backtest_data_dir: Annotated[
        str | None, typer.Option(help="Candles to test on (default: the playbook's).")
    ] = None,
    num_episodes: Annotated[
        int,
        typer.Option(help="Number of slices that the record is shown in; changes no gate.", min=1),
    ] = 10,
    save_report: Annotated[
        bool, typer.Option("--save-report", help="Write the reports (default: print only).")
    ] = False,
    trials: Annotated[
        int | None,
        typer.Option(help="Number of trials (for DSR), if more than the ledger counts."),
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option(help="Reason of the ML lead to revalidate before the preparation passes."),
    ] = None,
    week_id: ActWeekOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Evaluate the six gates on the backtest data. Exit 0: GO; 1: PARTIAL or NO-GO.

    With --json only the outcome is printed, at the end.
    """
    params: dict[str, Any] = {"episodes": num_episodes, "save_report": save_report}
    params |= {} if model_path is None else {"model_path": model_path}
    params |= {} if backtest_data_dir is None else {"backtest_data_dir": backtest_data_dir}
    params |= {} if trials is None else {"trials": trials}
    params |= {} if reason is None else {"override_reason": reason}
    client = open_client(home)
    client.shown_week = week_id
    asked = with_given_paths(asked_params(JobKind.REVALIDATE, params), client.home)
    require_allowed(client.denied_job(JobKind.REVALIDATE, asked))
    require_week(client)
    ensure_background_runner(client.home)
    job = submitted(client.submit(JobKind.REVALIDATE, asked))
    job = (wait if json else follow)(client, job)
    exit_for(job)
    if json:
        print_json(outcome_of(client, job))
    decision = (client.result(job.id) or {}).get("decision")
    raise typer.Exit(0 if decision == "GO" else 1)


def daily_check(
    date: Annotated[str | None, typer.Option(help="Day of the week, e.g. 2026-02-24.")] = None,
    week_id: ActWeekOption = None,
    home: HomeOption = None,
) -> None:
    """Judge a day, write its summary and print it. Exit 0 if all five checks pass, else 1."""
    client = open_client(home)
    client.shown_week = week_id
    require_allowed(client.denied_job(JobKind.DAILY_CHECK))
    week = require_week(client)
    summary = run_daily_check(client, week, _day(date, client, week))
    print_json(summary)
    passed = summary["checklist"].split() == [GLYPHS[Verdict.PASS]] * 5
    raise typer.Exit(0 if passed else 1)


def data_check(
    train_data_dir: Annotated[Path | None, typer.Option(help="Training candles.")] = None,
    backtest_data_dir: Annotated[Path | None, typer.Option(help="Backtest candles.")] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Print a quality report of the candles. Exit 1 on errors."""
    place = existing_home(home)
    week = open_client(home).active_week() if place.is_used else None
    playbook = None if week is None or week.only_watched else week.playbook
    train = place.train_data if playbook is None else place.train_data_of(playbook.symbol)
    folders = {"train": train, "backtest": place.backtest_data}
    for name, given in (("train", train_data_dir), ("backtest", backtest_data_dir)):
        if given is not None:
            folders[name], playbook = given_path(given, place), None  # of any symbol
    result, text = check_datasets(place, folders, now=datetime.now(UTC), playbook=playbook)
    print_json(result) if json else tell(text)
    raise typer.Exit(0 if result["ok"] else 1)


def _week_of(client: Client, symbol: str) -> str | None:
    """The week in progress that trades the symbol, where the active one trades another."""
    active = client.active_week()
    if active is None or active.symbol == symbol:
        return None
    others = (client.week(one) for one in client.weeks_in_progress())
    return next((one.id for one in others if one is not None and one.symbol == symbol), None)


def _day(given: str | None, client: Client, week: Week) -> date:
    if given is None:
        return client.now_week(week.id).date()
    return parse_day(given)


def _preflight_first(client: Client, week: Week, *, quiet: bool) -> None:
    """Run the pre-flight and print it, unless one counts already; a failed one stays as it is.

    :param quiet: on the error output, since the output is JSON.
    """
    say = warn if quiet else tell
    trouble = preflight_trouble(week.playbook, gather(Sources.of(client, week)))
    if trouble is not None and trouble.busy:
        say(Message("Waiting for the pre-flight that is in progress."))
        if (busy := client.latest_job(JobKind.PREFLIGHT, week.id)) is not None:
            wait(client, busy)
        trouble = preflight_trouble(week.playbook, gather(Sources.of(client, week)))
    if trouble is None or trouble.failed or trouble.busy:
        return
    if client.latest_job(JobKind.PREFLIGHT, week.id) is not None:
        say(trouble.why)
    say(Message("Running the pre-flight:"))
    job = wait(client, submitted(client.submit(JobKind.PREFLIGHT, {})))
    for check in (client.result(job.id) or {}).get("checks", []):
        glyph = GLYPHS[Verdict.PASS if check["ok"] else Verdict.FAIL]
        say(joined([f"  {glyph} {check['id']}:", recorded_message(check, "why")]))
