"""The canonical text of a record, for its hash and its signature."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical(fields: Mapping[str, Any]) -> str:
    """Sorted keys, no spaces, UTF-8, no NaN.

    :raises ValueError: it contains NaN or an infinity.
    """
    return json.dumps(
        fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def canonical_sha256(fields: Mapping[str, Any]) -> str:
    """Hex SHA-256 of the canonical text."""
    return hashlib.sha256(canonical(fields).encode()).hexdigest()
