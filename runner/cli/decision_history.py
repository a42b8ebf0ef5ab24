"""``trainweek decision history`` and ``compare``: all revalidations, and two side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InputError
from core.language import Message, joined, literal
from core.reading import with_unit
from core.state_words import capitals
from core.timestamps import parse_day
from core.vocabulary import Decision, SignatureState
from runner.cli.decision_text import act_line, indented
from runner.cli.options import (
    HomeOption,
    JsonOption,
    LimitOption,
    open_client,
    print_json,
    tell_older,
)
from runner.cli.speech import printable, tell
from runner.client.signatures.decision_filter import DecisionFilter, SignedAs
from runner.client.signatures.decision_pair import decision_pair
from runner.client.signatures.decision_rows import as_csv, decision_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.decision.change import GateChange
    from core.decision.side_by_side import SideBySide
    from core.differences import ValuePair
    from runner.client.signatures.archived_decisions import ArchivedDecision

LONGEST = 60  # characters of a value of the playbook
ABSENT = literal("–")
_SAME = {True: Message("same"), False: Message("different"), None: Message("not recorded")}


def history(
    week: Annotated[str | None, typer.Option(help="Only of this week.")] = None,
    run: Annotated[str | None, typer.Option(help="Only of models of this run.")] = None,
    decision: Annotated[
        list[Decision] | None, typer.Option(help="Only these verdicts; may be repeated.")
    ] = None,
    signed: Annotated[
        list[SignedAs] | None,
        typer.Option(help="Only those whose signature counts as this; may be repeated."),
    ] = None,
    text: Annotated[
        str, typer.Option(help="Words that all occur in hash, run, week, names or reasons.")
    ] = "",
    since: Annotated[str | None, typer.Option(help="First UTC day, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Last UTC day, YYYY-MM-DD.")] = None,
    limit: LimitOption = 50,
    home: HomeOption = None,
    json: JsonOption = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """List the revalidations of all weeks, with their signatures."""
    if csv and json:
        raise InputError(Message("--csv and --json exclude each other."), Message("Give one."))
    asked = DecisionFilter(
        week,
        run,
        frozenset(decision or ()),
        frozenset(signed or ()),
        text,
        parse_day(since) if since else None,
        parse_day(until) if until else None,
    )
    every = open_client(home).archived_decisions()
    chosen = asked.chosen(every)
    found = chosen[-limit:]  # oldest first; only of these it is found out how they stand
    if json:
        print_json([decision_row(one) for one in found])
    elif csv:
        print(printable(as_csv(found)), end="")
    else:
        _print(found, len(every))
    tell_older(len(chosen) - len(found), aside=json or csv)


def _print(found: list[ArchivedDecision], of_all: int) -> None:
    if not of_all:
        tell(Message("No saved revalidation yet."))
    elif not found:
        tell(Message("None of {count} revalidations matches.", count=of_all))
    for one in found:
        row = decision_row(one)
        line = (
            f"{(row['created_at'] or '?')[:16]:16}  {row['week'] or '?':10}  {row['decision'] or '?':7}"
            f"  {row['score'] or '?':4}  {row['sha256'][:12]}"
        )
        acts = [act_line(act) for act in row["acts"]]
        state = capitals(one.validity.state)
        tell(joined([joined([line, state], "  "), *acts[-1:]], "  "))
        for earlier in acts[:-1]:
            tell(joined([" " * 63, Message("before: {act}", act=earlier)]))
        if one.problem or one.validity.state in {SignatureState.VOID, SignatureState.EXPIRED}:
            tell(joined(["    !", one.problem or one.validity.reason]))


def compare(
    first: Annotated[str, typer.Argument(help="Hash of a decision, or its first 8 digits.")],
    second: Annotated[str, typer.Argument(help="Hash of another one.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Put two decisions side by side: gates, evidence, inputs, settings, playbook and acts."""
    client = open_client(home)
    pair = decision_pair(client, first, second)
    acts = {one.sha256: decision_row(one)["acts"] for one in client.archived_decisions()}
    sides = {"earlier": pair.earlier.sha256, "later": pair.later.sha256}
    if json:
        given = {f"{side}_acts": acts[sha256] for side, sha256 in sides.items()}
        print_json(pair.as_dict() | given)
        return
    _print_pair(pair)
    for sha256 in sides.values():
        tell(Message("Acts on {sha256}:", sha256=sha256[:12]))
        for act in acts[sha256]:
            indented(joined([act["signed_at"], act_line(act)]))
        if not acts[sha256]:
            indented(Message("Not signed."))


def _print_pair(pair: SideBySide) -> None:
    from core.decision.side_by_side import PARTS

    for saved in (pair.earlier, pair.later):
        decided = saved.decision
        parts = [decided.created_at[:16], saved.sha256[:12], decided.decision.value, decided.score]
        grade = Message("evidence {grade}", grade=decided.evidence.grade)
        tell(joined([*parts, grade, decided.model.run or ABSENT], "  "))
    for gate_id, gate in pair.compared.gates.items():
        change = Message("{before} -> {now} ({delta})", **_values(gate))
        indented(joined([f"{gate_id:20}", change]))
    for part in PARTS:
        indented(joined([f"{part:20}", _SAME[pair.same(part)]]))
    for sentence in pair.compared.numerics:
        indented(joined(["!", sentence]))
    _print_values(Message("Settings that differ:"), pair.settings)
    if pair.playbook is None:
        tell(Message("Playbook: the text of one of the two is not kept here."))
    else:
        _print_values(Message("Values of the playbook that differ:"), pair.playbook)


def _values(gate: GateChange) -> dict[str, Message]:
    return {
        "before": _rounded(gate.before),
        "now": _rounded(gate.now),
        "delta": _rounded(gate.delta, "+"),
    }


def _rounded(value: float | int | None, sign: str = "") -> Message:
    if value is None:
        return ABSENT
    return with_unit(value, f"{sign},d" if isinstance(value, int) else f"{sign},.4f", "")


def _print_values(heading: Message, pairs: Iterable[ValuePair]) -> None:
    for number, pair in enumerate(pairs):
        if not number:
            tell(heading)
        indented(literal(f"{pair.name}: {_short(pair.earlier)} -> {_short(pair.later)}"))


def _short(value: Any) -> str:
    text = "–" if value is None else " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
