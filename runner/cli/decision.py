"""``trainweek decision``: the signed decision for people, pipelines and other machines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InputError, TrainweekError
from core.files import write_bytes
from core.language import Message, joined
from core.paths import Home
from core.timestamps import iso
from core.vocabulary import SignatureState
from runner.cli.options import HomeOption, JsonOption, open_client, print_json, require_week
from runner.cli.speech import tell
from runner.client import Client
from runner.client.signatures.capsules import comparison_paths, with_ledger
from runner.client.signatures.pipeline_gate import GateAnswer
from runner.outcomes import Conflict, Refused

if TYPE_CHECKING:
    from core.decision.validity import Validity
    from runner.client.signatures.archived_decisions import ArchivedDecision

app = typer.Typer(
    help="The signed decision: show, export, verify, gate, close, history.", no_args_is_help=True
)

STATES = {"closed": Message("closed"), "OVERDUE": Message("OVERDUE"), "open": Message("open")}

WeekOption = Annotated[str | None, typer.Option("--week", help="Week (default: the active one).")]
ShaOption = Annotated[
    str | None, typer.Option("--sha256", help="Decision by its hash (default: the newest).")
]


@app.command()
def show(
    week: WeekOption = None,
    sha256: ShaOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Print the newest decision, who signed it, and whether the signature is valid."""
    answer = open_client(home).gate(week, sha256)
    if json:
        print_json(answer.as_dict())
        return
    facts = answer.facts
    if not facts:
        raise InputError(answer.reason, answer.remedy)
    evidence = facts["evidence"] or Message("not measured")
    tell(
        joined(
            [
                f"{facts['decision']} {facts['score']}",
                Message("evidence {grade}", grade=evidence),
            ],
            "  ",
        )
    )
    _indented(Message("decision {sha256}", sha256=facts["decision_sha256"]))
    _indented(Message("signature {state}", state=facts["state"]))
    if facts["by"]:
        _indented(joined([_signed(facts), facts["signed_at"]], ", "))
        if facts["second"]:
            _indented(_second(facts))
        _indented(Message("expires {time}", time=facts["expires_at"]))
    for difference in facts["differences"]:
        _indented(joined(["!", difference["what"], difference["remedy"]]))
    for number, condition in enumerate(facts["conditions"], start=1):
        state = "closed" if condition["closed"] else "OVERDUE" if condition["overdue"] else "open"
        _indented(
            joined([f"{number}.", joined(["[", STATES[state], "]"], ""), _condition(condition)])
        )
    passes = Message("pass") if answer.passes else Message("blocked")
    _indented(Message("gate: {answer}. {reason}", answer=passes, reason=answer.reason))


@app.command()
def export(
    out: Annotated[
        Path | None,
        typer.Option("--out", help="File (default: ./<first 12 digits of the hash>.capsule.json)."),
    ] = None,
    week: WeekOption = None,
    sha256: ShaOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Write the signed decision as one file (a capsule). Exit 1 if the signature is not valid."""
    client = open_client(home)
    chosen = sha256 or _newest(client, week)
    content, validity = client.capsule(chosen)
    path = out or Path(f"{chosen[:12]}.capsule.json")
    write_bytes(path, content)
    if json:
        print_json({"file": str(path), "sha256": chosen, **validity.as_dict()})
    else:
        size = Message("{count:,} bytes", count=len(content))
        tell(joined([str(path), size, validity.state.value], "  "))
        _print_differences(validity)
    raise typer.Exit(0 if validity.valid else 1)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A capsule.")],
    key: Annotated[
        str | None,
        typer.Option("--key", help="Fingerprint of the trusted key, or its first 16 digits."),
    ] = None,
    any_key: Annotated[
        bool,
        typer.Option("--any-key", help="Accept any key. The result does not prove who signed it."),
    ] = False,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home",
            envvar="TRAINWEEK_HOME",
            help="Also compare with the files of this data directory.",
        ),
    ] = None,
    model: Annotated[Path | None, typer.Option("--model", help="Compare with this model.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Compare with these candles.")] = None,
    playbook: Annotated[
        Path | None, typer.Option("--playbook", help="Compare with this playbook.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Verify a capsule offline and print what differs. Exit 0 only if the signature is valid.

    Without --key or --home the key is not known: UNTRUSTED, exit 1.
    """
    from core.decision.capsule import examine, parse_capsule, read_capsule

    content = read_capsule(file)
    capsule = parse_capsule(content)
    place = None if home is None else Home.find(home)
    present = comparison_paths(capsule, place, model, data, playbook)
    validity = examine(content, datetime.now(UTC), present, key, any_key)
    if place is not None and validity.state is not SignatureState.ALTERED and capsule:
        validity = with_ledger(validity, capsule, place)
    if json:
        facts = {} if validity.state is SignatureState.ALTERED or not capsule else _facts(capsule)
        print_json({"file": str(file), **validity.as_dict(), **facts})
    else:
        _print_verdict(file, validity, capsule)
    raise typer.Exit(0 if validity.valid else 1)


@app.command()
def gate(week: WeekOption = None, sha256: ShaOption = None, home: HomeOption = None) -> None:
    """For pipelines: exit 0 only for an approved GO, or a PARTIAL with its conditions met.

    The signature must be valid (not void, not expired), and every condition closed.
    Always prints the reason as JSON.
    """
    try:
        answer = open_client(home).gate(week, sha256)
    except TrainweekError as error:
        answer = GateAnswer.blocked_by(error)
    except Exception as error:  # a pipeline reads the reason; whatever it is, the gate blocks
        what = Message("The gate failed: {error}", error=f"{type(error).__name__}: {error}")
        answer = GateAnswer(False, what, Message("Run `trainweek doctor`."), {})
    print_json(answer.as_dict())
    raise typer.Exit(0 if answer.passes else 1)


@app.command()
def close(
    number: Annotated[int, typer.Argument(min=1, help="Number of the condition in `show`.")],
    note: Annotated[str, typer.Option("--note", help="Evidence that it is met.")],
    week: WeekOption = None,
    sha256: ShaOption = None,
    home: HomeOption = None,
) -> None:
    """Close a condition of the signature, in your name."""
    client = open_client(home)
    signature = client.signature_of(client.archived(sha256 or _newest(client, week)).name)
    if signature is None:
        raise InputError(
            Message("That decision is not signed."), Message("Conditions belong to a signature.")
        )
    outcome = client.close_condition(signature.id, number - 1, note)
    if isinstance(outcome, Refused | Conflict):
        raise InputError(outcome.reason, getattr(outcome, "remedy", ""))
    tell(Message("Condition {number} closed by {by}.", number=number, by=outcome.record.by))


@app.command()
def history(home: HomeOption = None, json: JsonOption = False) -> None:
    """List the revalidations of all weeks, with their signatures."""
    found = open_client(home).archived_decisions()
    if json:
        print_json([history_row(one) for one in found])
        return
    if not found:
        tell(Message("No saved revalidation yet."))
    for one in found:
        row = history_row(one)
        line = (
            f"{(row['created_at'] or '?')[:16]:16}  {row['week'] or '?':10}  {row['decision'] or '?':7}"
            f"  {row['score'] or '?':4}  {row['sha256'][:12]}  {row['state']}"
        )
        tell(joined([f"{line:<76}", _act(row)]) if row["act"] else line)
        if one.problem or one.validity.state in {SignatureState.VOID, SignatureState.EXPIRED}:
            tell(joined(["    !", one.problem or one.validity.reason]))


def _act(row: Mapping[str, Any]) -> Message:
    """``approve by Eva (second: Lea (countersigned)): her reason``."""
    who = Message("{act} by {by}", act=row["act"], by=row["by"])
    if row["second"]:
        who = joined([who, joined(["(", _second(row), ")"], "")])
    return Message("{who}: {reason}", who=who, reason=row["reason"])


def history_row(one: ArchivedDecision) -> dict[str, Any]:
    """An archived revalidation and its signature as plain JSON."""
    decided = one.saved.decision if one.saved else None
    signature = one.signature
    return {
        "sha256": one.sha256,
        "created_at": decided and decided.created_at,
        "week": decided and decided.week,
        "decision": decided and decided.decision.value,
        "score": decided and decided.score,
        "evidence": decided and decided.evidence.grade.value,
        "gates": {
            gate.id: gate.model_dump(include={"value", "threshold", "op", "passed"})
            for gate in (decided.gates if decided else ())
        },
        "model_sha256": decided and decided.model.sha256,
        "data_sha256": decided and decided.data.sha256,
        "state": one.validity.state.value,
        "why": one.validity.reason,
        "problem": one.problem,
        "act": signature.act.value if signature else None,
        "by": signature.by if signature else None,
        "verified": signature.verified if signature else None,
        "second": signature.second if signature else None,
        "second_verified": signature.second_verified if signature else None,
        "reason": signature.reason if signature else None,
        "signed_at": iso(signature.at) if signature else None,
    }


def _newest(client: Client, week: str | None) -> str:
    saved = client.newest_decision(require_week(client, week).id)
    if saved is None:
        raise InputError(
            Message("There is no saved revalidation."), Message("Revalidate and save the report.")
        )
    if isinstance(saved, Refused):
        raise InputError(saved.reason, saved.remedy)
    return saved.sha256


def _second(facts: Mapping[str, Any]) -> Message:
    """The second person of an override, and whether their identity was verified."""
    proof = Message("countersigned") if facts["second_verified"] else Message("typed, unverified")
    return Message("second: {name} ({proof})", name=facts["second"], proof=proof)


def _signed(facts: Mapping[str, Any]) -> Message:
    """What was done by whom, and whether their identity was verified."""
    if facts["verified"]:
        return Message("{act} by {by}", act=facts["act"], by=facts["by"])
    return Message("{act} by {by}, identity unverified", act=facts["act"], by=facts["by"])


def _condition(condition: Mapping[str, Any]) -> Message:
    return Message(
        "{text} ({owner}, due {due})",
        text=condition["text"],
        owner=condition["owner"],
        due=condition["due"],
    )


def _indented(sentence: str) -> None:
    tell(joined(["  ", sentence], ""))


def _facts(capsule: dict[str, Any]) -> dict[str, Any]:
    statement = capsule["signed"]["statement"]
    names = ("decision", "score", "evidence", "decision_sha256", "week", "act", "reason")
    who = ("by", "role", "verified", "second", "second_verified", "at", "expires_at")
    return {
        **{name: statement[name] for name in (*names, *who)},
        "conditions": capsule["conditions"],
        "fingerprint": capsule["seal"]["fingerprint"],
    }


def _print_verdict(file: Path, validity: Validity, capsule: dict[str, Any] | None) -> None:
    tell(f"{file}: {validity.state.value}")
    _print_differences(validity)
    if capsule is not None and validity.state is not SignatureState.ALTERED:
        facts = _facts(capsule)
        evidence = Message("evidence {grade}", grade=facts["evidence"])
        _indented(joined([f"{facts['decision']} {facts['score']},", evidence]))
        _indented(joined([_signed(facts), f"({facts['role']}), {facts['at']}"]))
        if facts["second"]:
            _indented(_second(facts))
        _indented(facts["reason"])
        for condition in facts["conditions"]:
            closed = condition["closed"]
            state = (
                Message("closed by {by}: {note}", by=closed["by"], note=closed["note"])
                if closed
                else STATES["open"]
            )
            what = joined([_condition(condition), state], ", ")
            _indented(Message("condition: {condition}", condition=what))
        _indented(Message("expires {time}", time=facts["expires_at"]))
        _indented(Message("key {fingerprint}", fingerprint=facts["fingerprint"]))
    if validity.checked:
        _indented(Message("agrees: {parts}", parts=joined(validity.checked, ", ")))
    for sentence in validity.unchecked:
        _indented(Message("not checked: {what}", what=sentence))


def _print_differences(validity: Validity) -> None:
    for difference in validity.differences:
        _indented(joined(["!", difference.what, difference.remedy]))
