"""The published JSON Schema of ``decision.json``: generated from the model.

``python -m core.decision.schema`` writes the file; with ``--check`` it only compares.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from core.decision.record import SCHEMA_VERSION, DecisionRecord

FILE = Path(__file__).with_name("decision.schema.json")


@cache
def decision_schema() -> dict[str, Any]:
    """Draft 2020-12, generated from :class:`core.decision.record.DecisionRecord`."""
    made = _plain(DecisionRecord.model_json_schema())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://trainweek.invalid/decision-{SCHEMA_VERSION}.json",
        "title": "Decision of a revalidation",
        **made,
        "description": "decision.json, written by a trainweek revalidation. Strict JSON: no NaN, "
        "no infinity; undefined is null with a status.",
    }


def schema_text() -> str:
    """The published file's content."""
    return json.dumps(decision_schema(), indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file, or with ``--check`` say whether it is the generated one."""
    if "--check" in arguments:
        same = FILE.read_text(encoding="utf-8") == schema_text()
        if not same:
            print(f"{FILE} is not up to date. Run: python -m core.decision.schema")
        return 0 if same else 1
    FILE.write_text(schema_text(), encoding="utf-8")
    print(f"{FILE} written")
    return 0


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Without pydantic's titles, which repeat the names, and without defaults of absent fields."""
    made = {name: part for name, part in schema.items() if name != "title"}
    for group in ("properties", "$defs"):
        if group in made:
            made[group] = {
                name: _plain({key: value for key, value in part.items() if key != "default"})
                for name, part in made[group].items()
            }
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
