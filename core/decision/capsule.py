"""The capsule: a signed decision as one file that proves itself, anywhere, offline.

It holds the signed statement, the archived files as text, and the conditions with what
became of them; a seal of the home's key covers all of it. One spelling only: a file
that differs in a single byte is no longer the one that was sealed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from core.decision.binding import Difference, Present
from core.decision.load import SavedDecision
from core.decision.seal import fingerprint, holds, public_text, same_key, seal, short
from core.decision.validity import Standing, altered, is_genuine, standing_of
from core.errors import InputError
from core.timestamps import iso
from core.vocabulary import RIGHTS, Right, Role, SignatureState

FORMAT = "trainweek-capsule/1"
EXPORT_AGAIN = "Don't rely on it; export it again: `trainweek decision export`."
WHOSE_KEY = "Whose key it is"
ASK_FOR_KEY = "Give the fingerprint of the page Decision (--key), or the home (--home)."


def make_capsule(
    record: Mapping[str, Any],
    saved: SavedDecision,
    conditions: Sequence[Mapping[str, Any]],
    standing: Standing,
    key: Any,
    exported_at: datetime,
) -> bytes:
    """The capsule's bytes.

    :param record: the sealed statement, as the ledger has it.
    :param conditions: of the statement, each with ``closed`` (who, when, note) or null.
    :param standing: at the export; a void decision travels as one.
    :param key: the home's private key.
    """
    contents = {
        "format": FORMAT,
        "exported_at": iso(exported_at),
        "standing": {
            "state": standing.state.value,
            "reasons": [str(difference) for difference in standing.differences],
        },
        "signed": dict(record),
        "conditions": [dict(condition) for condition in conditions],
        "files": {
            name: saved.file(name).read_bytes().decode()
            for name in record["statement"]["bound"]["files"]
        },
    }
    public = public_text(key)
    contents["seal"] = {"public_key": public, "fingerprint": fingerprint(public)}
    contents["seal"]["signature"] = seal(contents, key)
    return _spelt(contents)


def read_capsule(path: Path) -> bytes:
    """:raises InputError: there is no such file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} can't be read: {error.strerror}.",
            "Give the path of a capsule: `trainweek decision export` writes one.",
        ) from error


def parse_capsule(content: bytes) -> dict[str, Any] | None:
    """The capsule's fields, if these bytes are one spelling of one; else None."""
    try:
        fields = json.loads(content)
        whole = isinstance(fields, dict) and _spelt(fields) == content
    except (ValueError, RecursionError):
        return None
    return fields if whole and fields.get("format") == FORMAT else None


def examine(
    content: bytes,
    now: datetime,
    present: Present | None = None,
    key: str | None = None,
    any_key: bool = False,
) -> Standing:
    """Check a capsule: its seal, the statement in it, the files in it, then the world.

    Anybody can make a key and seal what he likes: what fits itself stands only with a
    key that is trusted, and is UNTRUSTED without one.

    :param key: the fingerprint (or its first 16 digits) of the key that is trusted.
    :param any_key: whoever signed it will do.
    :param present: what to compare with; None compares with nothing else.
    """
    capsule = parse_capsule(content)
    if capsule is None:
        return altered("This is no capsule, or it was altered after its export.", EXPORT_AGAIN)
    if problem := _problem(capsule):
        return altered(problem, EXPORT_AGAIN)
    statement, public = capsule["signed"]["statement"], capsule["seal"]["public_key"]
    unchecked: list[str] = []
    if key is None:
        unchecked.append(
            f"{WHOSE_KEY} was not checked: compare {short(fingerprint(public))} with the page"
            " Decision (--key FINGERPRINT)."
        )
    elif not (same_key(public, key) and same_key(statement["public_key"], key)):
        return altered(
            f"It was signed with another key: {fingerprint(public)[:16]}, not {key[:16]}.",
            "Ask for the capsule of the home whose key you trust, or check the fingerprint.",
        )
    found = standing_of(statement, present or Present(complete=False), now)
    differences = found.differences
    state = found.state
    if capsule["standing"]["state"] == SignatureState.VOID.value:
        state = SignatureState.VOID
        reasons = " ".join(capsule["standing"]["reasons"])
        told = Difference("export", f"It was void when it was exported: {reasons}", "")
        differences = (told, *differences)
    if state is SignatureState.STANDS and key is None and not any_key:
        state = SignatureState.UNTRUSTED
        differences = (Difference("key", f"{WHOSE_KEY} was not checked.", ASK_FOR_KEY),)
    checked = ("seal", "signature", "contents", *(["key"] if key else []), *found.checked)
    return Standing(state, differences, checked, (*unchecked, *found.unchecked))


def _problem(capsule: Mapping[str, Any]) -> str | None:
    """What doesn't fit inside the capsule; None if all does."""
    try:
        given = capsule["seal"]
        rest = {name: value for name, value in given.items() if name != "signature"}
        if not holds({**capsule, "seal": rest}, given["signature"], given["public_key"]):
            return "The capsule was altered: its seal does not cover what stands in it."
        if given["fingerprint"] != fingerprint(given["public_key"]):
            return "The capsule's fingerprint is not its key's."
        record, files = capsule["signed"], capsule["files"]
        if not is_genuine(record):
            return "The signed statement was altered, or lacks a part: no signature covers it."
        statement = record["statement"]
        signed = statement["bound"]["files"]
        if signed.get("decision.json") != statement["decision_sha256"]:
            return "The statement names another decision than the one that it is bound to."
        for name in sorted(files.keys() | signed.keys()):
            if name not in files:
                return f"{name} is missing in the capsule."
            if _sha256(files[name]) != signed.get(name):
                return f"{name} in the capsule is not the one that was signed."
        if wrong := _misquoted(statement, json.loads(files["decision.json"])):
            return f"The statement says another {wrong} than the decision that it signs."
        if Right.SIGN not in RIGHTS[Role(statement["role"])]:
            return f"It was signed by a {statement['role']}, who may not sign."
        told = [{k: v for k, v in c.items() if k != "closed"} for c in capsule["conditions"]]
        if told != list(statement["conditions"]):
            return "The conditions in the capsule are not the ones that were signed."
        SignatureState(capsule["standing"]["state"])
    except (KeyError, TypeError, AttributeError, ValueError):
        return "The capsule lacks a part, or one of another kind stands in its place."
    return None


def _misquoted(statement: Mapping[str, Any], decision: Mapping[str, Any]) -> str | None:
    """What the statement says about the decision and the decision itself doesn't; None if nothing."""
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
    return next((name for name, (said, is_) in pairs.items() if said != is_), None)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _spelt(fields: Mapping[str, Any]) -> bytes:
    """The one spelling of a capsule's file."""
    text = json.dumps(fields, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()
