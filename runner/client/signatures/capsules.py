"""A capsule compared with a data directory or with single files.

Reads only, and opens no store: the data directory may be someone else's, or a copy.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.errors import InputError, IntegrityError
from core.language import Message
from core.timestamps import parse_moment
from core.vocabulary import SignatureState
from runner.client.signatures.kept_files import evidence_paths, taken_over
from runner.store import chain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.decision.binding import Present
    from core.decision.validity import Validity
    from core.paths import Home


def comparison_paths(
    capsule: Mapping[str, Any] | None,
    home: Home | None = None,
    model: Path | None = None,
    data: Path | None = None,
    playbook: Path | None = None,
) -> Present:
    """The paths to compare with what the capsule is bound to; the others are not checked.

    :raises InputError: a given path does not exist.
    """
    from core.decision.binding import Present

    for given in (model, data, playbook, home.root if home is not None else None):
        if given is not None and not given.exists():
            raise InputError(
                Message("{path} does not exist.", path=str(given)),
                Message("Give a path that exists, or omit it."),
            )
    text = playbook.read_text(encoding="utf-8", errors="replace") if playbook else None
    present = Present(model=model, data=data, playbook_text=text, complete=False)
    statement = _statement(capsule)
    if home is None or statement is None:
        return present
    bound, week_id = statement["bound"], statement["week"]
    lines = _lines(home)
    made = [body for kind, week, body in lines if kind == "week" and body.get("id") == week_id]
    later = bool(made) and taken_over(
        lines, parse_moment(made[0]["launch"]), statement["decision_sha256"]
    )
    defaults = evidence_paths(home, bound, later)
    origin = made[0].get("playbook_file") if made else None
    return replace(
        present,
        model=model or defaults[0],
        data=data or defaults[1],
        playbook_text=text or (made[0]["playbook_text"] if made else None),
        playbook_file=home.resolve(origin) if origin and not later and not text else None,
        archive=home.revalidation_archive / statement["decision_sha256"],
        complete=True,  # in a data directory, missing files are a difference
    )


def with_ledger(validity: Validity, capsule: Mapping[str, Any], home: Home) -> Validity:
    """The same validity, after comparing key and signature with the ledger of a data directory.

    :raises IntegrityError: the ledger's chain is broken.
    """
    from core.decision.binding import Difference
    from core.decision.capsule import KEY_UNCHECKED
    from core.decision.validity import altered

    statement = _statement(capsule)
    lines = _lines(home)
    keys = {body.get("public_key") for kind, _, body in lines if kind == "key"}
    if statement is None or not keys:
        nothing = Message("The ledger: there are no signatures in this data directory.")
        return replace(validity, unchecked=(*validity.unchecked, nothing))
    if not {statement["public_key"], capsule["seal"]["public_key"]} <= keys:
        return altered(
            Message("It was signed with a key that does not belong to this data directory."),
            Message(
                "Compare the fingerprint with the one on the page Decision, and ask who sent it."
            ),
        )
    records = [body for kind, _, body in lines if kind == "signature"]
    own = [at for at, body in enumerate(records) if body.get("sealed") == capsule["signed"]]
    if not own:
        return altered(
            Message("The ledger of this data directory has no such signature."),
            Message("Verify the ledger, and export the capsule again."),
        )
    unchecked = tuple(each for each in validity.unchecked if not each.startswith(KEY_UNCHECKED))
    known = replace(validity, checked=(*validity.checked, "ledger"), unchecked=unchecked)
    if known.state is SignatureState.UNTRUSTED:
        known = replace(known, state=SignatureState.STANDS, differences=())
    sha256 = statement["decision_sha256"]
    newer = [b for b in records[own[-1] + 1 :] if b.get("revalidation_sha256") == sha256]
    if not newer:
        return known
    statement = (newer[-1].get("sealed") or {}).get("statement") or {}
    found = Difference(
        "signature",
        Message(
            "This signature was superseded: {act} by {by} at {time}.",
            act=newer[-1].get("act"),
            by=statement.get("by", "?"),
            time=statement.get("at", "?"),
        ),
        Message("Export the newest signature."),
    )
    return replace(known, state=SignatureState.VOID, differences=(found, *known.differences))


def _statement(capsule: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The statement; None if a part that is needed here is missing."""
    try:
        statement = (capsule or {})["signed"]["statement"]
        bound = statement["bound"]
        named = bound["model"]["path"], bound["model"]["sha256"], bound["data"]["path"]
        has_all = all(isinstance(part, str) for part in (*named, statement["decision_sha256"]))
    except (KeyError, TypeError):
        return None
    return statement if has_all else None


def _lines(home: Home) -> list[tuple[str, str | None, Mapping[str, Any]]]:
    """The ledger's lines; empty without a ledger.

    :raises IntegrityError: its chain is broken.
    """
    try:
        return [
            (line.fields["kind"], line.fields["week_id"], line.fields["body"])
            for line in chain.read(home.ledger)
        ]
    except OSError as error:
        raise IntegrityError(
            Message("{path} can't be read: {error}.", path=str(home.ledger), error=error.strerror),
            Message("Check its permissions."),
        ) from error
