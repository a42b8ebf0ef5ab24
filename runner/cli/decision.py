"""``trainweek decision``: the signed decision for people, pipelines and other machines."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from core.errors import InputError, TrainweekError
from core.files import write_bytes
from core.language import Message, joined
from core.paths import Home
from core.playbook.rule_changes import RuleChange
from core.state_words import capitals
from core.vocabulary import SignatureState
from runner.cli.decision_history import compare, history
from runner.cli.decision_paper import follow
from runner.cli.decision_text import (
    STATES,
    capsule_facts,
    condition_line,
    indented,
    print_differences,
    print_expiry,
    print_verdict,
    second_person,
    signed_line,
)
from runner.cli.options import (
    HomeOption,
    JsonOption,
    WeekOption,
    open_client,
    print_json,
)
from runner.cli.reproduce import newest_saved, reproduce
from runner.cli.rule_changes import tell_changes
from runner.cli.speech import tell
from runner.client.signatures.capsules import (
    comparison_paths,
    is_foreign,
    not_comparable,
    with_ledger,
)
from runner.client.signatures.gate_answer import GateAnswer
from runner.outcomes import Conflict, Refused

app = typer.Typer(
    help="The signed decision: show, export, verify, reproduce, gate, close, history, compare, follow.",
    no_args_is_help=True,
)

NOT_COMPARABLE = 3  # exit code of ``verify`` with a foreign data directory

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
    answer = open_client(home).gate(week, sha256).only_proved()
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
    indented(Message("decision {sha256}", sha256=facts["decision_sha256"]))
    indented(Message("signature {state}", state=capitals(SignatureState(facts["state"]))))
    if facts["by"]:
        indented(joined([signed_line(facts), facts["signed_at"]], ", "))
        if facts["second"]:
            indented(second_person(facts))
        print_expiry(facts)
    tell_changes([RuleChange(**one) for one in facts["rule_changes"]], "  ")
    if facts["rule_changes"] and facts["rule_changes_signed"] is False:
        indented(Message("The signature does not name them: an older version made it."))
    for difference in facts["differences"]:
        indented(joined(["!", difference["what"], difference["remedy"]]))
    for number, condition in enumerate(facts["conditions"], start=1):
        state = "closed" if condition["closed"] else "OVERDUE" if condition["overdue"] else "open"
        indented(
            joined([f"{number}.", joined(["[", STATES[state], "]"], ""), condition_line(condition)])
        )
    passes = Message("pass") if answer.passes else Message("blocked")
    indented(Message("gate: {answer}. {reason}", answer=passes, reason=answer.reason))


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
    chosen = sha256 or newest_saved(client, week).sha256
    content, validity = client.capsule(chosen)
    path = out or Path(f"{chosen[:12]}.capsule.json")
    write_bytes(path, content)
    if json:
        print_json({"file": str(path), "sha256": chosen, **validity.as_dict()})
    else:
        size = Message("{count:,} bytes", count=len(content))
        tell(joined([str(path), size, capitals(validity.state)], "  "))
        print_differences(validity)
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

    Without --key or --home the key is not known: UNTRUSTED, exit 1. Exit 3: --home is not the
    data directory that the decision was made in, so its files cannot be compared here; seal,
    signature and hashes within the capsule were checked and agree.
    """
    from core.decision.capsule import examine, parse_capsule, read_capsule

    content = read_capsule(file)
    capsule = parse_capsule(content)
    place = None if home is None else Home.find(home)
    foreign = place is not None and is_foreign(capsule, place)
    present = comparison_paths(capsule, None if foreign else place, model, data, playbook)
    validity = examine(content, datetime.now(UTC), present, key, any_key)
    if place is not None and validity.state is not SignatureState.ALTERED and capsule:
        validity = (
            not_comparable(validity, place) if foreign else with_ledger(validity, capsule, place)
        )
    if json:
        facts = (
            {}
            if validity.state is SignatureState.ALTERED or not capsule
            else capsule_facts(capsule)
        )
        print_json({"file": str(file), "comparable": not foreign, **validity.as_dict(), **facts})
    else:
        print_verdict(file, validity, capsule)
    if foreign and (validity.valid or validity.state is SignatureState.UNTRUSTED):
        raise typer.Exit(NOT_COMPARABLE)
    raise typer.Exit(0 if validity.valid else 1)


@app.command()
def gate(
    week: WeekOption = None,
    sha256: ShaOption = None,
    allow_unverified: Annotated[
        bool,
        typer.Option(
            "--allow-unverified",
            help="Accept a signature whose name no login proved, and synthetic data.",
        ),
    ] = False,
    home: HomeOption = None,
) -> None:
    """For pipelines: exit 0 only for an approved GO, or a PARTIAL with its conditions met.

    A GO on WEAK or INSUFFICIENT evidence counts like a PARTIAL. The signature must be valid (not void, not expired), made by a person who signed in, the data real, and every condition closed.
    Always prints the reason as JSON.
    """
    try:
        answer = open_client(home).gate(week, sha256)
        answer = answer if allow_unverified else answer.only_proved()
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
    signature = client.signature_of(
        client.archived(sha256 or newest_saved(client, week).sha256).name
    )
    if signature is None:
        raise InputError(
            Message("That decision is not signed."), Message("Conditions belong to a signature.")
        )
    outcome = client.close_condition(signature.id, number - 1, note)
    if isinstance(outcome, Refused | Conflict):
        raise InputError(outcome.reason, getattr(outcome, "remedy", ""))
    tell(Message("Condition {number} closed by {by}.", number=number, by=outcome.record.by))


app.command()(reproduce)
app.command()(history)
app.command()(compare)
app.command()(follow)
