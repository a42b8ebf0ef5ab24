"""The capsule: a signed bundle of a decision, one file that can be verified offline.

It holds the signed statement, the archived files as text, the recipe that the model can be
trained again from, and the conditions with their outcomes, all sealed by the home's key. The encoding is canonical: a file that differs in
a single byte is not the one that was sealed.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from core.canonical_json import canonical_sha256
from core.decision.binding import Difference, Present
from core.decision.seal import fingerprint, public_text, same_key, seal, short, verifies
from core.decision.validity import Validity, altered, is_genuine, unbroken, validity_of
from core.errors import InputError, IntegrityError
from core.field_hints import shown
from core.language import Message, literal
from core.limited_files import MOST_CAPSULE, json_of, read_limited
from core.timestamps import iso
from core.vocabulary import RIGHTS, Right, Role, SignatureState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from core.decision.load import SavedDecision

FORMAT = "trainweek-capsule/2"
FORMATS = ("trainweek-capsule/1", FORMAT)  # the first had no recipe
EXPORT_AGAIN = Message("Do not use it. Export it again: `trainweek decision export`.")
ASK_FOR_KEY = Message(
    "Pass the fingerprint from the page Decision (--key), or the data directory (--home)."
)
KEY_UNCHECKED = "The signing key was not checked"  # how the sentences about it begin


def make_capsule(
    record: Mapping[str, Any],
    saved: SavedDecision,
    conditions: Sequence[Mapping[str, Any]],
    validity: Validity,
    key: Any,
    exported_at: datetime,
    manifest: Mapping[str, Any] | None = None,
    playbook_text: str | None = None,
) -> bytes:
    """The capsule's bytes.

    :param record: the sealed statement, as the ledger has it.
    :param conditions: of the statement, each with ``closed`` (who, when, note) or null.
    :param validity: at the export; a void decision is exported as void.
    :param key: the home's private key.
    :param manifest: the signed model's; with the playbook it is the recipe. None: not known.
    """
    contents: dict[str, Any] = {
        "format": FORMAT,
        "exported_at": iso(exported_at),
        "standing": {
            "state": validity.state.value,
            "reasons": [str(difference) for difference in validity.differences],
        },
        "signed": dict(record),
        "conditions": [dict(condition) for condition in conditions],
        "files": {
            name: saved.file(name).read_bytes().decode()
            for name in record["statement"]["bound"]["files"]
        },
        "recipe": {
            "manifest": None if manifest is None else dict(manifest),
            "playbook": playbook_text,
        },
    }
    public = public_text(key)
    contents["seal"] = {"public_key": public, "fingerprint": fingerprint(public)}
    contents["seal"]["signature"] = seal(contents, key)
    return _spelt(contents)


def read_capsule(path: Path) -> bytes:
    """:raises InputError: there is no such file, or none that a capsule can be."""
    try:
        return read_limited(path, MOST_CAPSULE)
    except OSError as error:
        raise InputError(
            Message("{path} can't be read: {why}.", path=str(path), why=error.strerror),
            Message("Give the path of a capsule: `trainweek decision export` writes one."),
        ) from error


def parse_capsule(content: bytes) -> dict[str, Any] | None:
    """The capsule's fields; None unless the bytes are a capsule in canonical encoding."""
    try:
        fields = json_of(content)
        whole = isinstance(fields, dict) and _spelt(fields) == content
    except ValueError:
        return None
    return fields if whole and fields.get("format") in FORMATS else None


def whole_capsule(content: bytes) -> dict[str, Any]:
    """A capsule whose parts agree with each other, whoever sealed it.

    :raises InputError: not a capsule, or of a version that this one can't read.
    :raises IntegrityError: altered or damaged.
    """
    if content[:4] == b"PK\x03\x04":
        raise InputError(
            Message("This is a zip archive, not a capsule."),
            Message("A capsule is one JSON file: `trainweek decision export` writes it."),
        )
    capsule = parse_capsule(content)
    if capsule is None:
        try:
            fields = json_of(content)
        except ValueError:
            fields = None
        version = fields.get("format") if isinstance(fields, dict) else None
        if isinstance(version, str) and version not in FORMATS:
            raise InputError(
                Message(
                    "The file is of the format {format}; this version reads {known}.",
                    format=shown(version),
                    known=", ".join(FORMATS),
                ),
                Message("Update trainweek, or ask for a capsule of one of these formats."),
            )
        raise IntegrityError(
            Message("This is not a capsule, or it was altered after its export."), EXPORT_AGAIN
        )
    if problem := _problem(capsule):
        raise IntegrityError(problem, EXPORT_AGAIN)
    return capsule


def examine(
    content: bytes,
    now: datetime,
    present: Present | None = None,
    key: str | None = None,
    any_key: bool = False,
) -> Validity:
    """Check a capsule: its seal, its statement, its files, then what exists here.

    Anyone can make a key and seal anything, so without a trusted key a consistent
    capsule is UNTRUSTED.

    :param key: the fingerprint (or its first 16 digits) of the key that is trusted.
    :param any_key: accept any key.
    :param present: files to compare with; None: check the capsule alone.
    """
    capsule = parse_capsule(content)
    if capsule is None:
        return altered(
            Message("This is not a capsule, or it was altered after its export."), EXPORT_AGAIN
        )
    if problem := _problem(capsule):
        return altered(problem, EXPORT_AGAIN)
    statement, public = capsule["signed"]["statement"], capsule["seal"]["public_key"]
    unchecked: list[Message] = []
    if key is None:
        unchecked.append(
            Message(
                "The signing key was not checked: compare {print} with the page Decision (--key "
                "FINGERPRINT).",
                print=short(fingerprint(public)),
            )
        )
    elif not (same_key(public, key) and same_key(statement["public_key"], key)):
        return altered(
            Message(
                "It was signed with another key: {found}, not {wanted}.",
                found=fingerprint(public)[:16],
                wanted=key[:16],
            ),
            Message(
                "Ask for a capsule signed with the key that you trust, or check the fingerprint."
            ),
        )
    found = validity_of(statement, present or Present(complete=False), now)
    differences = found.differences
    state = found.state
    if capsule["standing"]["state"] == SignatureState.VOID.value:
        state = SignatureState.VOID
        reasons = " ".join(capsule["standing"]["reasons"])
        what = Message("It was void when it was exported: {reasons}", reasons=reasons)
        differences = (Difference("export", what, literal("")), *differences)
    if state is unbroken(statement) and key is None and not any_key:
        state = SignatureState.UNTRUSTED
        differences = (Difference("key", Message("The signing key was not checked."), ASK_FOR_KEY),)
    checked = ("seal", "signature", "contents", *(["key"] if key else []), *found.checked)
    return Validity(state, differences, checked, (*unchecked, *found.unchecked))


def _problem(capsule: Mapping[str, Any]) -> Message | None:
    """The first inconsistency within the capsule; None if there is none."""
    try:
        given = capsule["seal"]
        rest = {name: value for name, value in given.items() if name != "signature"}
        if not verifies({**capsule, "seal": rest}, given["signature"], given["public_key"]):
            return Message("The capsule was altered: its seal does not cover its content.")
        if given["fingerprint"] != fingerprint(given["public_key"]):
            return Message("The capsule's fingerprint is not its key's.")
        record, files = capsule["signed"], capsule["files"]
        if not is_genuine(record):
            return Message(
                "The signed statement was altered, or lacks a part: no signature covers it."
            )
        statement = record["statement"]
        signed = statement["bound"]["files"]
        if signed.get("decision.json") != statement["decision_sha256"]:
            return Message("The statement names a different decision from the one it is bound to.")
        for name in sorted(files.keys() | signed.keys()):
            if name not in files:
                return Message("{name} is missing in the capsule.", name=name)
            if _sha256(files[name]) != signed.get(name):
                return Message("{name} in the capsule is not the one that was signed.", name=name)
            if PurePosixPath(name).name != name or "\\" in name:
                return Message("{name} in the capsule is not the name of a file.", name=name)
        if (other := _other_recipe(capsule, statement["bound"])) is not None:
            return other
        if wrong := _misquoted(statement, json_of(files["decision.json"])):
            return Message(
                "The statement and the decision that it signs differ in: {part}.", part=wrong
            )
        if Right.SIGN not in RIGHTS[Role(statement["role"])]:
            return Message("It was signed by a {role}, who may not sign.", role=statement["role"])
        listed = [{k: v for k, v in c.items() if k != "closed"} for c in capsule["conditions"]]
        if listed != list(statement["conditions"]):
            return Message("The conditions in the capsule are not the ones that were signed.")
        SignatureState(capsule["standing"]["state"])
    except (KeyError, TypeError, AttributeError, ValueError):
        return Message("A part of the capsule is missing or has the wrong type.")
    return None


def _other_recipe(capsule: Mapping[str, Any], bound: Mapping[str, Any]) -> Message | None:
    """Which part of the recipe is not the signed one; the first format had no recipe."""
    if capsule["format"] != FORMAT:
        return None
    manifest, text = capsule["recipe"]["manifest"], capsule["recipe"]["playbook"]
    if manifest is not None and canonical_sha256(manifest) != bound["model"]["manifest_sha256"]:
        return Message("The manifest in the capsule is not the one that was signed.")
    if text is not None and _sha256(text) != bound["playbook"]["sha256"]:
        return Message("The playbook in the capsule is not the one that was signed.")
    return None


def _misquoted(statement: Mapping[str, Any], decision: Mapping[str, Any]) -> str | None:
    """The first field in which the statement contradicts its decision; None if they agree."""
    bound = statement["bound"]
    pairs = {
        "decision": (statement["decision"], decision["decision"]),
        "score": (statement["score"], decision["score"]),
        "evidence": (statement["evidence"], (decision.get("evidence") or {}).get("grade")),
        "week": (statement["week"], decision["week"]),
        "data": (bound["data"]["sha256"], decision["data"].get("sha256")),
        "playbook": (
            [bound["playbook"][name] for name in ("id", "sha256")],
            [decision["playbook"].get(name) for name in ("id", "sha256")],
        ),
    }
    pairs |= {
        f"model ({name})": (bound["model"].get(name), decision["model"].get(name))
        for name in ("path", "sha256", "manifest_sha256")
    }
    return next((name for name, (stated, actual) in pairs.items() if stated != actual), None)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _spelt(fields: Mapping[str, Any]) -> bytes:
    """The canonical encoding of a capsule file."""
    text = json.dumps(fields, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()
