"""A capsule compared with a data directory or with single files.

Reads only, and opens no store: the data directory may be someone else's, or a copy.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.errors import InputError, IntegrityError
from core.language import Message
from core.ledger_bodies import (
    DecisionMade,
    DecisionSigned,
    SigningKeyCreated,
    WeekCreated,
    WeekMended,
    parse_body,
    readable_body,
)
from core.state_words import ACTS_DONE
from core.vocabulary import SignatureState
from core.yaml_files import text_of
from runner.client.signatures.kept_files import evidence_paths, taken_over
from runner.records import DecisionLine
from runner.store import chain
from runner.store.opening import refresh_ledger_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.decision.binding import Present
    from core.decision.validity import Validity
    from core.ledger_bodies import AnyBody
    from core.paths import Home


_PLAYBOOK = Message("the playbook")
_EXISTING = Message("Give a path that exists, or omit it.")


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
                _EXISTING,
            )
    text = text_of(playbook, InputError, _PLAYBOOK, _EXISTING) if playbook else None
    present = Present(model=model, data=data, playbook_text=text, complete=False)
    statement = _statement(capsule)
    if home is None or statement is None:
        return present
    bound, week_id = statement["bound"], statement["week"]
    lines = _lines(home)
    created = (line.body for line in lines if isinstance(line.body, WeekCreated))
    week = next((body for body in created if body.id == week_id), None)
    mended = (line.body for line in lines if isinstance(line.body, WeekMended))
    launches = [body.launch for body in (week, *mended) if body and body.id == week_id]
    place = week.place if week else None
    decision = statement["decision_sha256"]
    later = bool(launches) and taken_over(lines, launches[-1], decision, place)
    defaults = evidence_paths(home, bound, later)
    origin = week.playbook_file if week else None
    return replace(
        present,
        model=model or defaults[0],
        data=data or defaults[1],
        playbook_text=text or (week.playbook_text if week else None),
        playbook_file=home.resolve(origin) if origin and not later and not text else None,
        archive=home.revalidation_archive / statement["decision_sha256"],
        complete=True,  # in a data directory, missing files are a difference
    )


def is_foreign(capsule: Mapping[str, Any] | None, home: Home) -> bool:
    """Whether the capsule's decision was made elsewhere: this ledger knows neither it nor its key.

    :raises IntegrityError: the ledger's chain is broken.
    """
    statement = _statement(capsule)
    if statement is None or not home.root.exists():
        return False
    bodies = [line.body for line in _lines(home)]
    known = any(
        (isinstance(body, SigningKeyCreated) and body.public_key == statement["public_key"])
        or (isinstance(body, DecisionMade) and body.sha256 == statement["decision_sha256"])
        for body in bodies
    )
    return not known and not (home.revalidation_archive / statement["decision_sha256"]).is_dir()


def not_comparable(validity: Validity, home: Home) -> Validity:
    """The same validity of a foreign capsule: what needs the files of its home is unknown."""
    from core.decision.capsule import KEY_UNCHECKED

    of_the_key = (each for each in validity.unchecked if each.startswith(KEY_UNCHECKED))
    elsewhere = Message(
        "UNKNOWN: the files of the data directory that the decision was made in (model, candles, "
        "playbook, archive, ledger) cannot be compared here. {home} is another one.",
        home=str(home.root),
    )
    return replace(validity, unchecked=(*of_the_key, elsewhere))


def with_ledger(validity: Validity, capsule: Mapping[str, Any], home: Home) -> Validity:
    """The same validity, after comparing key and signature with the ledger of a data directory.

    :raises IntegrityError: the ledger's chain is broken.
    """
    from core.decision.binding import Difference
    from core.decision.capsule import KEY_UNCHECKED
    from core.decision.validity import altered, unbroken

    statement = _statement(capsule)
    lines = _lines(home)
    keys = {line.body.public_key for line in lines if isinstance(line.body, SigningKeyCreated)}
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
    signed = [line.body for line in lines if isinstance(line.body, DecisionSigned)]
    own = [at for at, body in enumerate(signed) if body.sealed == capsule["signed"]]
    if not own:
        return altered(
            Message("The ledger of this data directory has no such signature."),
            Message("Verify the ledger, and export the capsule again."),
        )
    unchecked = tuple(each for each in validity.unchecked if not each.startswith(KEY_UNCHECKED))
    known = replace(validity, checked=(*validity.checked, "ledger"), unchecked=unchecked)
    if known.state is SignatureState.UNTRUSTED:
        known = replace(known, state=unbroken(statement), differences=())
    sha256 = statement["decision_sha256"]
    newer = [body for body in signed[own[-1] + 1 :] if body.revalidation_sha256 == sha256]
    if not newer:
        return known
    statement = (newer[-1].sealed or {}).get("statement") or {}
    found = Difference(
        "signature",
        Message(
            "This signature was superseded: {act} by {by} at {time}.",
            act=ACTS_DONE[newer[-1].act],
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


def _lines(home: Home) -> list[DecisionLine]:
    """The ledger's lines; empty without a ledger.

    :raises IntegrityError: its chain is broken, or a newer version wrote a key or a signature.
    """
    refresh_ledger_file(home)
    try:
        return [
            DecisionLine(line.fields["week_id"], _body(line)) for line in chain.read(home.ledger)
        ]
    except OSError as error:
        raise IntegrityError(
            Message("{path} can't be read: {error}.", path=str(home.ledger), error=error.strerror),
            Message("Check its permissions."),
        ) from error


def _body(line: chain.Line) -> AnyBody:
    """A signature that this version can't read may supersede the one that is compared."""
    kind, raw = line.fields["kind"], line.fields["body"]
    if kind in (SigningKeyCreated.kind, DecisionSigned.kind):
        return parse_body(kind, raw, line.seq)
    return readable_body(kind, raw)
