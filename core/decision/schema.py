"""The published JSON Schema of ``decision.json``."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def decision_schema() -> dict[str, Any]:
    """Draft 2020-12. The file ``decision.schema.json`` beside this module, parsed."""
    text = files("core.decision").joinpath("decision.schema.json").read_text(encoding="utf-8")
    return json.loads(text)
