"""The rules of a playbook that differ from another's, in the words that people see and sign."""

from __future__ import annotations

from functools import lru_cache

from pydantic import Field

from core.json_model import JsonModel
from core.language import said
from core.playbook.difference_text import in_words
from core.playbook.differences import Difference, as_text, differences
from core.playbook.loading import default_playbook_text, parse_playbook
from core.playbook.rules import decides, is_rule, sets_the_bar


class RuleChange(JsonModel):
    """One rule that differs: as a field with two values, and as a line in each language."""

    field: str = Field(description="As the playbook has it: gates.sharpe.threshold.")
    before: str = Field(description="The other playbook's value; JSON unless it is text.")
    after: str = Field(description="The value that holds; JSON unless it is text.")
    en: str = Field(description="The change as a line, in English.")
    pt: str = Field(description="The change as a line, in Brazilian Portuguese.")

    def in_(self, language: str) -> str:
        """The line in a language; English for one that it does not have."""
        return self.pt if language == "pt" else self.en

    @property
    def sets_the_bar(self) -> bool:
        """Whether only the lead may bring it into a week: any rule but the market."""
        return sets_the_bar(self.field.split("."))


@lru_cache(maxsize=32)  # each page asks at each tick; a text never changes
def rule_changes(before: str, after: str) -> tuple[RuleChange, ...]:
    """The rules of ``after`` that differ; what a decision is made by comes first.

    :param before: text of a valid playbook, as is ``after``.
    """
    found = [each for each in differences(before, after) if is_rule(each.path)]
    found.sort(key=_rank)
    playbooks = parse_playbook(before, "playbook"), parse_playbook(after, "playbook")
    english, portuguese = (in_words(found, *playbooks, language) for language in ("en", "pt"))
    return tuple(
        RuleChange(
            field=each.dotted,
            before=as_text(each.before),
            after=as_text(each.after),
            en=said(en.line, "en"),
            pt=said(pt.line, "pt"),
        )
        for each, en, pt in zip(found, english, portuguese, strict=True)
    )


def changed_from_shipped(text: str) -> tuple[RuleChange, ...]:
    """The rules of a valid playbook that differ from the playbook that comes with trainweek."""
    return rule_changes(default_playbook_text(), text)


def _rank(each: Difference) -> int:
    return 0 if each.path[0] in ("gates", "decision") else 1 if decides(each.path) else 2
