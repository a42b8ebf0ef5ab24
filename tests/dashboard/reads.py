"""Counts what one look costs: reads of the store, and which functions were entered how often."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

from core.diagnosis.diagnose import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

ROOT = Path(__file__).resolve().parents[2]
OURS = tuple(str(ROOT / folder) for folder in ("core", "runner", "dashboard"))
_SCENARIO_FILES = str(ROOT / "core" / "diagnosis" / "scenarios")


@dataclass
class Cost:
    """What was done between the beginning and the end of :func:`counted`."""

    statements: list[str] = field(default_factory=list)  # SQL, without BEGIN and PRAGMA
    transactions: int = 0
    entries: Counter[str] = field(default_factory=Counter)  # of our functions, by name
    every_entry: int = 0  # of Python functions, libraries' and built-in modules' included
    scenarios: list[tuple[str, Any]] = field(default_factory=list)  # with the judged moment

    def calls(self, name: str) -> int:
        """Entries of our functions by the end of their name: ``facts.gather``."""
        return sum(count for entered, count in self.entries.items() if entered.endswith(f".{name}"))

    @property
    def our_entries(self) -> int:
        return self.entries.total()


@contextmanager
def counted() -> Iterator[Cost]:
    """Count all that this thread does, and every thread that is started meanwhile."""
    cost = Cost()
    names: dict[CodeType, str] = {}

    def statement(_c: object, _cursor: object, sql: str, *_: object) -> None:
        if not sql.startswith(("BEGIN", "PRAGMA")):
            cost.statements.append(sql)

    def begin(_connection: object) -> None:
        cost.transactions += 1

    def entered(frame: FrameType, what: str, _argument: object) -> None:
        if what != "call":
            return
        cost.every_entry += 1
        code = frame.f_code
        name = names.get(code)
        if name is None:
            name = names[code] = _name(code.co_filename, code.co_qualname)
        if name:
            cost.entries[name] += 1
            if code.co_name in SCENARIOS and code.co_filename.startswith(_SCENARIO_FILES):
                view = frame.f_locals[code.co_varnames[0]]
                cost.scenarios.append((code.co_name, view.facts.as_of))

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "begin", begin)
    threading.setprofile(entered)
    sys.setprofile(entered)
    try:
        yield cost
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
        event.remove(Engine, "before_cursor_execute", statement)
        event.remove(Engine, "begin", begin)


def _name(file: str, qualified: str) -> str:
    """``core.checks.registry.judge``; "" for what is not ours."""
    if not file.startswith(OURS):
        return ""
    module = Path(file).relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    return f"{module}.{qualified}"
