"""Who may read secrets, keys, the list of people and the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import SetupError
from core.files import require_private
from core.language import Message, literal
from runner.doctor.check_result import CheckResult, failed, passed, warned
from runner.home.private_files import private_files
from runner.store.file_modes import open_to_others, record_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.paths import Home
    from runner.settings import Settings


def private(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """The modes of files that only their owner may read."""
    problems = []
    for path in private_files(home):
        try:
            require_private(path)
        except SetupError as error:
            problems.append(failed("private", literal(error.what), literal(error.remedy)))
    for path in record_files(home):
        if (mode := open_to_others(path)) is not None:
            what = Message(
                "{path} is accessible to others (mode {mode}).", path=str(path), mode=f"{mode:03o}"
            )
            remedy = Message(
                "The next start takes it away from them, or: chmod go-rwx {path}", path=str(path)
            )
            problems.append(warned("private", what, remedy))
    yield from problems or [
        passed("private", Message("Secrets, keys and record are their owner's alone."))
    ]
