"""``trainweek alerts rules``: rules of the engineers' own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.alerts.own_rule import Operator, OwnRule, RuleTerms
from core.errors import InputError
from core.language import Message, literal
from core.timestamps import from_unix, iso
from core.vocabulary import Severity
from runner.cli.options import HomeOption, JsonOption, open_client, print_json
from runner.cli.speech import tell
from runner.outcomes import Refused

if TYPE_CHECKING:
    from core.alerts.rule_firing import Firing

app = typer.Typer(
    help="Rules of your own: a tag, a limit, for how long, a level.", no_args_is_help=True
)

Tag = Annotated[str, typer.Option("--tag", help="Tag of the run, such as train/approx_kl.")]
Threshold = Annotated[float, typer.Option("--threshold", help="Limit; of a change, its size.")]
By = Annotated[Operator, typer.Option("--operator", help="What is wrong with a reading.")]
Minutes = Annotated[float, typer.Option("--minutes", help="For so long, in week time.")]
Steps = Annotated[int, typer.Option("--steps", help="For so many steps.")]
Level = Annotated[Severity, typer.Option("--level", help="Level of its alerts.")]
Rule = Annotated[int, typer.Argument(help="Id of the rule.")]


@app.command(name="list")
def list_rules(json: JsonOption = False, home: HomeOption = None) -> None:
    """List the rules that hold, with their record."""
    client = open_client(home)
    rules, records = client.alert_rules(), client.alert_records()
    if json:
        print_json([_shape(one, records.get(one.key)) for one in rules])
        return
    for rule in rules:
        tell(_line(rule))
        if (record := records.get(rule.key)) is not None:
            tell(
                Message(
                    "  fired {fired}, acknowledged {acknowledged}, useful {useful}, noise {noise}",
                    fired=record.fired,
                    acknowledged=record.acknowledged,
                    useful=record.useful,
                    noise=record.noise,
                )
            )
    if not rules:
        tell(Message("There are no rules of your own."))


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="A short name.")],
    tag: Tag,
    threshold: Threshold,
    operator: By = Operator.ABOVE,
    minutes: Minutes = 0.0,
    steps: Steps = 0,
    level: Level = Severity.WARNING,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Make a rule; it holds in every week. Exit 2: refused."""
    terms = RuleTerms(name, tag, operator, threshold, level, minutes, steps)
    _tell_outcome(open_client(home).make_rule(terms), json)


@app.command()
def retire(rule: Rule, json: JsonOption = False, home: HomeOption = None) -> None:
    """End a rule. Exit 2: refused."""
    _tell_outcome(open_client(home).retire_rule(rule), json)


@app.command()
def preview(
    tag: Tag,
    threshold: Threshold,
    operator: By = Operator.ABOVE,
    minutes: Minutes = 0.0,
    steps: Steps = 0,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Replay a rule on the recorded weeks. Nothing is written."""
    from core.telemetry import RunReader
    from runner.week.rule_history import rule_history

    terms = RuleTerms("preview", tag, operator, threshold, Severity.WARNING, minutes, steps)
    terms.require_sound()
    client = open_client(home)
    week = client.active_week()
    found = rule_history(terms, client.recorded_weeks(), RunReader)
    if json:
        print_json(
            {
                "weeks": [
                    {
                        "week": each.id,
                        "times": each.times,
                        "incidents": len(each.incidents),
                        "missed": [one.id for one in each.missed],
                        "firings": [
                            _firing(run.run.name, one) for run in each.runs for one in run.firings
                        ],
                    }
                    for each in found.weeks
                ],
                "without_readings": found.without,
            }
        )
        return
    tell(found.sentence(None if week is None else week.id))
    for one, run in found.runs:
        for firing in run.firings:
            tell(
                Message(
                    "  {week}  {run}  {at:%Y-%m-%d %H:%M} UTC  step {step:,}: {value:.4g}",
                    week=one.id,
                    run=run.run.name,
                    at=from_unix(firing.began),
                    step=firing.step,
                    value=firing.value,
                )
            )


def _tell_outcome(outcome: Any, json: bool) -> None:
    if isinstance(outcome, Refused):
        raise InputError(outcome.reason, outcome.remedy)
    if json:
        print_json(_shape(outcome.record, None))
    elif outcome.record.retired:
        tell(Message("Rule {id} is retired.", id=outcome.record.id))
    else:
        tell(_line(outcome.record))


def _line(rule: OwnRule) -> Message:
    return Message(
        "{id}  {level:upper}  {name}: {rule}, by {by}",
        id=rule.id,
        level=literal(rule.terms.level.value),
        name=rule.terms.name,
        rule=rule.terms.sentence,
        by=rule.by,
    )


def _shape(rule: OwnRule, record: Any) -> dict[str, Any]:
    terms = rule.terms
    shape: dict[str, Any] = {
        "id": rule.id,
        "name": terms.name,
        "tag": terms.tag,
        "operator": terms.operator,
        "threshold": terms.threshold,
        "minutes": terms.minutes,
        "steps": terms.steps,
        "level": terms.level,
        "by": rule.by,
        "retired": rule.retired,
    }
    if record is not None:
        shape["record"] = {
            "fired": record.fired,
            "acknowledged": record.acknowledged,
            "useful": record.useful,
            "noise": record.noise,
        }
    return shape


def _firing(run: str, firing: Firing) -> dict[str, Any]:
    return {
        "run": run,
        "began": iso(from_unix(firing.began)),
        "ended": None if firing.ended is None else iso(from_unix(firing.ended)),
        "step": firing.step,
        "value": firing.value,
    }
