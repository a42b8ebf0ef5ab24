"""What is printed of the runs in a folder: a table of several, contents and findings of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.language import Message, joined, literal, plural
from core.telemetry.readings import last_reward, last_step
from core.vocabulary import FindingStatus
from runner.cli.speech import in_words, tell, tell_line, visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.diagnosis import Finding
    from core.telemetry.runs import FoundRun, UnreadFiles
    from runner.cli.judged_run import JudgedRun

_LISTED = 20  # runs in an error's sentence
_ACTIVE = (FindingStatus.FIRING, FindingStatus.RECOVERING)


def shown(value: float | int | str | None) -> str:
    """A number with six digits."""
    if value is None:
        return "n/a"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def print_table(runs: Sequence[FoundRun], judged: Sequence[JudgedRun] = ()) -> None:
    """How many runs a folder holds, and one line for each."""
    tell(plural("{n} run found", "{n} runs found", len(runs)))
    width = min(60, max(len(visible(run.name)) for run in runs))
    head = f"{'run':<{width}} {'attempts':>8} {'last step':>12} {'reward':>12}"
    print(head + (f" {'exit':>5}" if judged else ""))
    for number, run in enumerate(runs):
        step, reward = last_step(run.events), last_reward(run.events)
        line = (
            f"{visible(run.name):<{width}} {len(run.events.attempts):>8} "
            f"{'n/a' if step is None else f'{step.value:,}':>12} "
            f"{'n/a' if reward is None else f'{reward.value:.4g}':>12}"
        )
        print(line + (f" {judged[number].exit_code:>5}" if judged else ""))


def print_judged(judged: Sequence[JudgedRun]) -> None:
    """The alerts of several runs, run by run."""
    for each in judged:
        print(f"\n== {visible(each.run.name)}")
        active = [finding for finding in each.findings if finding.status in _ACTIVE]
        if each.refused is not None:
            tell_line(each.refused)
        elif active:
            print_findings(active)
        else:
            tell_line(Message("No alert."))


def print_diagnosis(findings: Sequence[Finding]) -> None:
    """The alerts in one line, then all findings, those first that are active."""
    active = [finding for finding in findings if finding.status in _ACTIVE]
    without = sum(finding.status is FindingStatus.NO_DATA for finding in findings)
    parts = [
        Message("Alert: {scenarios}.", scenarios=", ".join(finding.scenario for finding in active))
        if active
        else Message("No alert.")
    ]
    if without:
        parts.append(
            plural(
                "{n} of {all} scenarios has not enough data.",
                "{n} of {all} scenarios have not enough data.",
                without,
                all=len(findings),
            )
        )
    tell_line(joined(parts))
    print()
    print_findings([*active, *(finding for finding in findings if finding not in active)])


def print_findings(findings: Sequence[Finding]) -> None:
    """Findings with the evidence for and against."""
    width = max((len(finding.scenario) for finding in findings), default=0)
    for finding in findings:
        tell_line(joined([f"{finding.scenario:<{width}} {finding.status:<10}", finding.headline]))
        for mark, lines in (("+", finding.evidence_for), ("-", finding.evidence_against)):
            tell_line(*(joined([f"    {mark}", line]) for line in lines))


def print_contents(seen: dict[str, Any]) -> None:
    """Readings, and a table of the tags."""
    for name, reading in seen["readings"].items():
        print(f"{name:<24} {shown(reading['value'])} {visible(reading['unit'])}")
    print(f"\n{'tag':<36} {'n':>8} {'last step':>12} {'last':>14} {'min':>14} {'max':>14}")
    for tag, t in seen["tags"].items():
        step, value = t["last"]
        notes = []
        if t["known_as"] is None:
            notes.append(in_words(Message("  not known: no check reads it")))
        elif t["known_as"] != tag:
            notes.append(in_words(Message("  read as {known}", known=t["known_as"])))
        if t["nonfinite"]:
            notes.append(in_words(Message("  {count} not finite", count=t["nonfinite"])))
        if t.get("replaced"):
            notes.append(in_words(Message("  {count} replaced by a restart", count=t["replaced"])))
        print(
            f"{visible(tag):<36} {t['n']:>8} {step:>12} {shown(value):>14} "
            f"{shown(t['min']):>14} {shown(t['max']):>14}" + "".join(notes)
        )
    for problem in seen["problems"]:
        tell_line(joined([f"! {problem['file']}: {problem['kind']}:", problem["detail"]]))


def print_unread(unread: UnreadFiles) -> None:
    """Files without points that belong to no run, and what is wrong with them."""
    for problem in unread.damage:
        tell_line(joined(["!", problem.text]))
    damaged = {problem.file for problem in unread.damage}
    if names := [name for name in unread.names if name not in damaged]:
        files = joined((literal(name) for name in names[:_LISTED]), ", ")
        tell_line(Message("Without scalars: {files}", files=files))


def which_run(folder: Path, runs: Sequence[FoundRun]) -> InputError:
    """The question which of several runs is meant."""
    names = joined((literal(run.name) for run in runs[:_LISTED]), ", ")
    if len({run.path for run in runs}) == 1:
        return InputError(
            Message(
                "{path} is a run of {count} policies: {names}. A run of one policy can be watched.",
                path=str(folder),
                count=len(runs),
                names=names,
            ),
            Message("Diagnose each of them: trainweek diagnose {path}", path=str(folder)),
        )
    return InputError(
        Message(
            "{path} holds {count} runs: {names}.", path=str(folder), count=len(runs), names=names
        ),
        Message("Pass one of them: trainweek watch {path}", path=str(runs[-1].path)),
    )
