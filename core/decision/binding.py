"""What a signature is bound to, and whether that is still what lies there.

Model, its manifest, backtest data, the playbook's rules and the archived files, each by
SHA-256. Files are hashed again only when their stamp (size, times, inode) changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.canonical_json import canonical_sha256
from core.decision.load import SavedDecision, files_of
from core.errors import MarketDataError
from core.files import file_sha256
from core.market.loading import candles_sha256
from core.model_manifest import manifest_of
from core.playbook.yaml_tree import TreeError, read_tree

# Which parts of a playbook are its rules; signatures of version 1 did not name any.
RULES = 2
# Prose of the rules: it may be corrected without a decision becoming another one.
_PROSE = {1: frozenset({"title", "next_steps"})}
_PROSE[2] = _PROSE[1] | {"name", "short"}
_CHARGED = ("fee_bps", "slippage_bps")  # of the training settings: what a backtest pays


@dataclass(frozen=True)
class Difference:
    """One thing that is not what was signed.

    :ivar part: ``model``, ``manifest``, ``data``, ``rules``, ``files``, ``signature`` or ``expiry``.
    """

    part: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}".strip()


@dataclass(frozen=True)
class Present:
    """What lies there now. None: nobody said where to look.

    :ivar complete: what is not there is a difference; else it is only not checked.
    """

    model: Path | None = None
    data: Path | None = None
    playbook_text: str | None = None
    playbook_file: Path | None = None  # where that text came from, if it is still there
    archive: Path | None = None
    complete: bool = True


@dataclass(frozen=True)
class Comparison:
    """:ivar unchecked: sentences; what nobody looked at is not proven."""

    differences: tuple[Difference, ...]
    checked: tuple[str, ...]
    unchecked: tuple[str, ...]


def bound_to(saved: SavedDecision, playbook_text: str, data_dir: str) -> dict[str, Any]:
    """What a signature of this decision binds, as plain JSON.

    :param data_dir: where the backtest candles lay, relative to the home.
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
    """Hash of the playbook's gates, decision rules, revalidation settings and costs, as written.

    As written, not as completed: a newer version's new default changes no old decision.
    Titles, names and next steps are prose and left out; so are comments and spacing.

    :param version: as the signature says; 1 had neither costs nor market.
    """
    try:
        tree = read_tree(playbook_text).data
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
        training = tree.get("training")
        training = training if isinstance(training, Mapping) else {}
        rules |= {name: tree.get(name) for name in ("symbol", "interval")}
        rules["costs"] = {name: training.get(name) for name in _CHARGED}
    return canonical_sha256(rules)


def _without(prose: frozenset[str], part: Any) -> Any:
    if not isinstance(part, Mapping):
        return part
    return {name: value for name, value in part.items() if name not in prose}


def compare(bound: Mapping[str, Any], present: Present) -> Comparison:
    """Hold what was signed against what lies there."""
    differences: list[Difference] = []
    checked: list[str] = []
    unchecked: list[str] = []
    for part, look in _LOOKS.items():
        found = look(bound, present)
        if isinstance(found, str):
            unchecked.append(found)
        elif found:
            differences.extend(found)
        else:
            checked.append(part)
    return Comparison(tuple(differences), tuple(checked), tuple(unchecked))


Found = str | list[Difference]  # a sentence of why it was not checked, or what differs

REVALIDATE = "Put the signed one back, or revalidate the present one and sign that decision."


def _named(name: str, read: Path, present: Present) -> str:
    """The signed path; where a home's kept copy was read in its place, that one too."""
    kept = present.complete and not read.as_posix().endswith(name)
    return f"{name} (kept as {read})" if kept else name


def _model(bound: Mapping[str, Any], present: Present) -> Found:
    name, signed = bound["model"]["path"], bound["model"]["sha256"]
    if present.model is None:
        return f"The model {name}: nobody said where it lies (--model FILE or --home DIR)."
    name = _named(name, present.model, present)
    if not present.model.is_file():
        if not present.complete:
            return f"The model {name} is not here."
        return [Difference("model", f"The model {name} is gone.", REVALIDATE)]
    found = kept_sha256(present.model)
    if found == signed:
        return []
    return [
        Difference(
            "model",
            f"The model {name} changed: its SHA-256 is {found[:12]}, tested was"
            f" {str(signed)[:12]}.",
            REVALIDATE,
        )
    ]


def _manifest(bound: Mapping[str, Any], present: Present) -> Found:
    """What the model sees and what it may hold: normaliser, settings, training range."""
    name, signed = bound["model"]["path"], bound["model"].get("manifest_sha256")
    if not signed:
        return f"The manifest of {name} (normaliser, settings): manifest not bound."
    if present.model is None:
        return f"The manifest of {name}: nobody said where it lies (--model FILE or --home DIR)."
    found = manifest_of(present.model, bound["model"]["sha256"])
    name = _named(name, present.model, present)
    if found is not None:
        if canonical_sha256(found) == signed:
            return []
        told = f"The manifest of {name} changed: normaliser, settings or training range differ."
        return [Difference("manifest", told, REVALIDATE)]
    if not present.complete:
        return f"The manifest of {name} is not here."
    told = f"The manifest of {name} is gone, or belongs to another model."
    return [Difference("manifest", told, REVALIDATE)]


def _data(bound: Mapping[str, Any], present: Present) -> Found:
    name, signed = bound["data"]["path"], bound["data"]["sha256"]
    if not signed:
        return "The backtest data: the decision doesn't say which."
    if present.data is None:
        return f"The backtest data {name}: nobody said where they lie (--data DIR or --home DIR)."
    try:
        found = kept_candles_sha256(present.data)
    except MarketDataError as error:
        if not present.complete:
            return f"The backtest data {name} are not here."
        return [Difference("data", f"The backtest data are gone: {error.what}", REVALIDATE)]
    if found == signed:
        return []
    return [
        Difference(
            "data",
            f"The backtest data in {_named(name, present.data, present)} changed: their SHA-256"
            f" is {found[:12]}, tested was {str(signed)[:12]}.",
            REVALIDATE,
        )
    ]


def _rules(bound: Mapping[str, Any], present: Present) -> Found:
    if present.playbook_text is None:
        return "The playbook's gates and settings: nobody gave one (--playbook FILE or --home DIR)."
    signed, name = bound["playbook"]["rules_sha256"], f"playbook {bound['playbook']['id']}"
    version = int(bound["playbook"].get("rules", 1))
    texts = {name: present.playbook_text}
    if present.playbook_file is not None and present.playbook_file.is_file():
        texts[f"{name} ({present.playbook_file})"] = present.playbook_file.read_text(
            encoding="utf-8", errors="replace"
        )
    found = [
        Difference(
            "rules",
            f"The gates or revalidation settings of {name} changed.",
            "Put the signed ones back, or make a week by the present ones and revalidate in it.",
        )
        for name, text in texts.items()
        if rules_sha256(text, version) != signed
    ]
    if not found and present.playbook_file is not None and not present.playbook_file.is_file():
        return f"The playbook's file {present.playbook_file} is gone; the week's own copy agrees."
    return found


def _files(bound: Mapping[str, Any], present: Present) -> Found:
    if present.archive is None:
        return "The archived files: nobody said where they lie (--home DIR)."
    if not present.archive.is_dir() and not present.complete:
        return "The archived files are not here."
    found = []
    for name, signed in bound["files"].items():
        file = present.archive / name
        if not file.is_file():
            found.append(Difference("files", f"The archived {name} is gone.", RESTORE))
        elif kept_sha256(file) != signed:
            found.append(Difference("files", f"The archived {name} was altered.", RESTORE))
    return found


_LOOKS = {
    "model": _model,
    "manifest": _manifest,
    "data": _data,
    "rules": _rules,
    "files": _files,
}
RESTORE = "Restore it from a backup or a capsule, or revalidate and sign again."

_KEPT: dict[Path, tuple[Any, str]] = {}
_MOST_KEPT = 512


def kept_sha256(file: Path) -> str:
    """The file's hash, computed again when its stamp changed."""
    return _kept(file, _stamp(file), lambda: file_sha256(file))


def kept_candles_sha256(path: Path) -> str:
    """The candles' hash, computed again when the stamp of a file changed.

    :raises MarketDataError: there are none.
    """
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path] if path.is_file() else []
    stamp = tuple((file.name, *_stamp(file)) for file in files)
    return _kept(path, stamp, lambda: candles_sha256(path))


def _kept(path: Path, stamp: Any, compute: Any) -> str:
    known = _KEPT.get(path)
    if known is not None and known[0] == stamp and stamp:
        return known[1]
    value = compute()
    if len(_KEPT) >= _MOST_KEPT:
        _KEPT.clear()
    _KEPT[path] = (stamp, value)
    return value


def _stamp(file: Path) -> tuple[int, int, int, int]:
    # The change time too: a tool can set the modification time back, but not this one.
    status = file.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
