"""The policies of a multi-agent run, each with numbers of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.telemetry.frameworks import policy_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.telemetry.problems import FileEvents


def policies(files: Iterable[FileEvents]) -> list[str]:
    """The names of all policies whose numbers are known, in order of name."""
    names = {policy_of(tag) for file in files for tag in file.columns}
    return sorted(name for name in names if name is not None)


def of_policy(files: Sequence[FileEvents], policy: str) -> list[FileEvents]:
    """The files with the numbers of one policy, and all that belong to none."""
    return [
        replace(
            file,
            columns={
                tag: columns
                for tag, columns in file.columns.items()
                if policy_of(tag) in (None, policy)
            },
        )
        for file in files
    ]
