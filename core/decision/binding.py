"""What a signature binds, by SHA-256 (model, manifest, data, rules, files), and what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core.canonical_json import canonical_sha256
from core.decision.kept_hashes import kept_candles_sha256, kept_sha256
from core.decision.load import SavedDecision, files_of
from core.errors import MarketDataError
from core.files import file_sha256
from core.language import Message, literal
from core.model_manifest import manifest_of
from core.playbook.extension import extended
from core.playbook.rules import COSTS, MARKET, PROSE
from core.yaml_files import TreeError, read_tree

if TYPE_CHECKING:
    from pathlib import Path

# Which parts of a playbook are its rules; signatures of version 1 did not name any.
RULES = 2
# Prose fields by version: correcting them does not change the rules' hash.
_PROSE = {1: frozenset({"title", "next_steps"}), 2: PROSE}


@dataclass(frozen=True)
class Difference:
    """One thing that is not what was signed.

    :ivar part: ``model``, ``manifest``, ``data``, ``rules``, ``files``, ``signature``,
        ``expiry``, ``export`` or ``key``.
    """

    part: str
    what: Message
    remedy: Message

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}".strip()


@dataclass(frozen=True)
class Present:
    """Where to find what a signature binds. None: no location is known.

    :ivar playbook_file: where ``playbook_text`` came from, if that file still exists.
    :ivar complete: a missing part is a difference; if False it is only unchecked.
    """

    model: Path | None = None
    data: Path | None = None
    playbook_text: str | None = None
    playbook_file: Path | None = None
    archive: Path | None = None
    complete: bool = True


@dataclass(frozen=True)
class Comparison:
    """What a signature binds, compared with what exists now.

    :ivar checked: names of the parts that agree.
    :ivar unchecked: a sentence for each part that could not be compared.
    """

    differences: tuple[Difference, ...]
    checked: tuple[str, ...]
    unchecked: tuple[Message, ...]


def bound_to(saved: SavedDecision, playbook_text: str, data_dir: str) -> dict[str, Any]:
    """What a signature of this decision binds, as plain JSON.

    :param data_dir: folder of the backtest candles, relative to the home.
    """
    model, data, playbook = saved.decision.model, saved.decision.data, saved.decision.playbook
    return {
        "model": {
            "path": model.path,
            "sha256": model.sha256,
            "manifest_sha256": model.manifest_sha256,
        },
        "data": {"path": data_dir, "sha256": data.sha256},
        "playbook": {
            "id": playbook.id,
            "sha256": playbook.sha256,
            "rules": RULES,
            "rules_sha256": rules_sha256(playbook_text),
        },
        "files": {file.name: file_sha256(file) for file in files_of(saved.archive)},
    }


@lru_cache(maxsize=64)  # reading YAML takes a fifth of a second; a text never changes
def rules_sha256(playbook_text: str, version: int = RULES) -> str:
    """Hash of the playbook's gates, decision rules, revalidation settings and costs, as written
    there or in the playbook that it extends.

    Defaults are not filled in, so a newer version's new default changes no old decision.
    Titles, names, next steps, comments and spacing are left out.

    :param version: version of the rules, from the signature; 1 had neither costs nor market.
    """
    try:
        tree = extended(read_tree(playbook_text)).data
    except TreeError:
        tree = None
    if not isinstance(tree, dict):  # no playbook: a hash that no signature has
        return hashlib.sha256(b"unreadable:" + playbook_text.encode()).hexdigest()
    prose = _PROSE[min(max(version, 1), RULES)]
    rules = {
        "gates": [_without(prose, gate) for gate in tree.get("gates") or []],
        "decision": [_without(prose, rule) for rule in tree.get("decision") or []],
        "revalidation": tree.get("revalidation"),
    }
    if version > 1:
        training = tree["training"] if isinstance(tree.get("training"), Mapping) else {}
        rules |= {name: tree.get(name) for name in MARKET}
        rules["costs"] = {name: training.get(name) for name in COSTS}
    return canonical_sha256(rules)


def _without(prose: frozenset[str], part: Any) -> Any:
    if not isinstance(part, Mapping):
        return part
    return {name: value for name, value in part.items() if name not in prose}


REVALIDATE = Message(
    "Restore the signed version, or revalidate the current one and sign that decision."
)
RESTORE = Message("Restore it from a backup or a capsule, or revalidate and sign again.")

Found = Message | list[Difference]  # why it was not checked, or what differs


def compare(bound: Mapping[str, Any], present: Present) -> Comparison:
    """Compare what was signed with what exists now.

    :param bound: as :func:`bound_to` made it.
    """
    differences: list[Difference] = []
    checked: list[str] = []
    unchecked: list[Message] = []
    for part, check in _CHECKS.items():
        found = check(bound, present)
        if isinstance(found, Message):
            unchecked.append(found)
        elif found:
            differences.extend(found)
        else:
            checked.append(part)
    return Comparison(tuple(differences), tuple(checked), tuple(unchecked))


def _named(name: str, read: Path, present: Present) -> Message:
    """The signed path, and the home's kept copy if that was read instead."""
    if present.complete and not read.as_posix().endswith(name):
        return Message("{name} (kept as {copy})", name=name, copy=str(read))
    return literal(name)


def _model(bound: Mapping[str, Any], present: Present) -> Found:
    name, signed = bound["model"]["path"], bound["model"]["sha256"]
    if present.model is None:
        return Message("Model {name}: no location given (--model FILE or --home DIR).", name=name)
    shown = _named(name, present.model, present)
    if not present.model.is_file():
        if not present.complete:
            return Message("Model {name}: not found here.", name=shown)
        return [
            Difference("model", Message("The model {name} is missing.", name=shown), REVALIDATE)
        ]
    found = kept_sha256(present.model)
    if found == signed:
        return []
    what = Message(
        "The model {name} changed: its SHA-256 is {found}, the tested one is {signed}.",
        name=shown,
        found=found[:12],
        signed=str(signed)[:12],
    )
    return [Difference("model", what, REVALIDATE)]


def _manifest(bound: Mapping[str, Any], present: Present) -> Found:
    """What the model sees and what it may hold: normaliser, settings, training range."""
    name, signed = bound["model"]["path"], bound["model"].get("manifest_sha256")
    if not signed:
        return Message(
            "Manifest of {name} (normaliser, settings): not covered by the signature.", name=name
        )
    if present.model is None:
        return Message(
            "Manifest of {name}: no location given (--model FILE or --home DIR).", name=name
        )
    found = manifest_of(present.model, bound["model"]["sha256"])
    shown = _named(name, present.model, present)
    if found is not None:
        if canonical_sha256(found) == signed:
            return []
        what = Message(
            "The manifest of {name} changed: normaliser, settings or training range differ.",
            name=shown,
        )
        return [Difference("manifest", what, REVALIDATE)]
    if not present.complete:
        return Message("Manifest of {name}: not found here.", name=shown)
    what = Message("The manifest of {name} is missing, or belongs to another model.", name=shown)
    return [Difference("manifest", what, REVALIDATE)]


def _data(bound: Mapping[str, Any], present: Present) -> Found:
    name, signed = bound["data"]["path"], bound["data"]["sha256"]
    if not signed:
        return Message("Backtest data: the decision does not name them.")
    if present.data is None:
        return Message(
            "Backtest data {name}: no location given (--data DIR or --home DIR).", name=name
        )
    try:
        found = kept_candles_sha256(present.data)
    except MarketDataError as error:
        if not present.complete:
            return Message("Backtest data {name}: not found here.", name=name)
        what = Message("The backtest data are missing: {why}", why=error.what)
        return [Difference("data", what, REVALIDATE)]
    if found == signed:
        return []
    what = Message(
        "The backtest data in {name} changed: their SHA-256 is {found}, the tested one is {signed}.",
        name=_named(name, present.data, present),
        found=found[:12],
        signed=str(signed)[:12],
    )
    return [Difference("data", what, REVALIDATE)]


def _rules(bound: Mapping[str, Any], present: Present) -> Found:
    if present.playbook_text is None:
        return Message(
            "Gates and settings of the playbook: none given (--playbook FILE or --home DIR)."
        )
    signed, playbook = bound["playbook"]["rules_sha256"], bound["playbook"]["id"]
    version = int(bound["playbook"].get("rules", 1))
    named = Message("playbook {id}", id=playbook)
    texts = [(named, present.playbook_text)]
    file = present.playbook_file
    if file is not None and file.is_file():
        text = file.read_text(encoding="utf-8", errors="replace")
        texts.append((Message("playbook {id} ({file})", id=playbook, file=str(file)), text))
    found = [
        Difference(
            "rules",
            Message("The gates or revalidation settings of {name} changed.", name=name),
            Message(
                "Restore the signed ones, or take the current ones into the week and revalidate."
            ),
        )
        for name, text in texts
        if rules_sha256(text, version) != signed
    ]
    if not found and file is not None and not file.is_file():
        return Message(
            "The playbook file {file} is missing; the week's own copy agrees.", file=str(file)
        )
    return found


def _files(bound: Mapping[str, Any], present: Present) -> Found:
    if present.archive is None:
        return Message("Archived files: no location given (--home DIR).")
    if not present.archive.is_dir() and not present.complete:
        return Message("Archived files: not found here.")
    found = []
    for name, signed in bound["files"].items():
        file = present.archive / name
        if not file.is_file():
            what = Message("The archived {name} is missing.", name=name)
        elif kept_sha256(file) != signed:
            what = Message("The archived {name} was altered.", name=name)
        else:
            continue
        found.append(Difference("files", what, RESTORE))
    return found


_CHECKS: dict[str, Callable[[Mapping[str, Any], Present], Found]] = {
    "model": _model,
    "manifest": _manifest,
    "data": _data,
    "rules": _rules,
    "files": _files,
}
