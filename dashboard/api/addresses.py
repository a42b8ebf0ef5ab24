"""Which addresses are answered for programs, below the pages' base path."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Scope

HEALTH, READY, METRICS, API = "/healthz", "/readyz", "/metrics", "/api/v1"
OPEN = (HEALTH, READY)


def for_programs(path: str) -> bool:
    """Whether an address is one of those that are answered here.

    :param path: below the base path.
    """
    return path in (*OPEN, METRICS, "/api") or path.startswith("/api/")


def below_base(scope: Scope) -> str:
    """The asked path, below the base path."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))
