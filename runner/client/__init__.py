"""The only access for dashboard, scripts and command line.

Reads work without a runner. Each write checks the person's rights, is one transaction,
and is in ledger and store when the call returns; only the runner writes job states.
Never imports torch.
A name is imported when it is first asked for: a list reads by :mod:`runner.client.lists` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.lazy_names import lazy_names

if TYPE_CHECKING:
    from runner.client.client import Client

__all__ = ["Client"]

__getattr__ = lazy_names(__name__, {"Client": "runner.client.client"})
