"""The differences of two playbooks in words: which part, which field, from what to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.language import Message, joined, literal, said
from core.playbook.differences import Difference, as_text
from core.reading import as_set
from core.state_words import shown_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.playbook.schema import Playbook

_PARTS = {
    "roles": Message("Role"),
    "training": Message("Training"),
    "revalidation": Message("Revalidation"),
    "checks": Message("Check"),
    "schedule": Message("Slot"),
    "gates": Message("Gate"),
    "decision": Message("Decision"),
    "scenarios": Message("Scenario"),
    "escalations": Message("Procedure"),
}
_SETTINGS = frozenset({"training", "revalidation"})  # parts without items
_WHOLE = Message("Playbook")


@dataclass(frozen=True)
class DifferenceText:
    """One difference, as people read it.

    :ivar part: ``Check "KL divergence"``, ``Training``.
    :ivar field: as the file has it: ``threshold``; empty for a whole part.
    :ivar meaning: of the field; empty where none is known.
    """

    part: Message
    field: str
    before: Message
    after: Message
    meaning: str

    @property
    def line(self) -> Message:
        """In one line: ``Check "KL divergence", threshold: 0.01 → 0.02``."""
        if not self.field:
            return Message("{part}: {what}", part=self.part, what=self.after)
        return Message(
            "{part}, {field}: {before} → {after}",
            part=self.part,
            field=self.field,
            before=self.before,
            after=self.after,
        )


def in_words(
    found: Iterable[Difference], before: Playbook, after: Playbook, language: str
) -> list[DifferenceText]:
    """The differences as people read them, in a language of the playbooks."""
    return [_in_words(each, (after, before), language) for each in found]


def _in_words(each: Difference, playbooks: Sequence[Playbook], language: str) -> DifferenceText:
    section, rest = each.path[0], each.path[1:]
    if section not in _PARTS:
        part, names = _WHOLE, each.path
    elif section in _SETTINGS or not rest:
        part, names = _PARTS[section], rest
    else:
        title = _title(playbooks, section, rest[0], language)
        part, names = joined([_PARTS[section], f'"{title}"']), rest[1:]
    if not names:  # a whole check, slot, gate …
        added = each.before is None
        after = Message("added") if added else Message("removed")
        return DifferenceText(part, "", literal(""), after, "")
    return DifferenceText(
        part,
        ".".join(names),
        _value(each.before),
        _value(each.after),
        _meaning(playbooks[0], each.path, language),
    )


def _value(value: Any) -> Message:
    if value is None:
        return Message("not set")
    if isinstance(value, bool):
        return shown_word("yes" if value else "no")
    if isinstance(value, int | float):
        return as_set(value)
    if isinstance(value, list):
        return literal(" ".join(as_text(each) for each in value))
    return literal(as_text(value))


def _title(playbooks: Sequence[Playbook], section: str, name: str, language: str) -> str:
    for playbook in playbooks:
        if section == "gates" and (gate := _child(playbook.gates, name)) is not None:
            return str(gate.name)  # the manual's name, which everybody knows it by
        title = getattr(_child(_child(playbook, section), name), "title", None)
        if title is not None:
            return str(title.in_(language))
    return name


def _meaning(playbook: Playbook, path: Sequence[str], language: str) -> str:
    part: Any = playbook
    for name in path[:-1]:
        part = _child(part, name)
    fields = getattr(type(part), "model_fields", {})
    description = fields[path[-1]].description if path[-1] in fields else None
    return said(description, language) if description else ""


def _child(part: Any, name: str) -> Any:
    if isinstance(part, dict):
        return part.get(name)
    if isinstance(part, tuple):
        ids = ("id", "decision")
        return next((one for one in part if any(getattr(one, i, None) == name for i in ids)), None)
    return getattr(part, name, None)
