"""Rules that differ from the shipped playbook, as the command line prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import joined, plural
from runner.cli.speech import language, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.playbook.rule_changes import RuleChange


def tell_changes(changes: Sequence[RuleChange], indent: str = "") -> None:
    """Print how many there are, and each; nothing for none."""
    if not changes:
        return
    heading = plural(
        "{n} rule differs from the playbook that comes with trainweek:",
        "{n} rules differ from the playbook that comes with trainweek:",
        len(changes),
    )
    tell(joined([indent, heading], ""))
    for one in changes:
        tell(joined([indent, "  ", one.in_(language())], ""))
