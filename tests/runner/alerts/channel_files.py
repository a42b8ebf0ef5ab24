"""Writes ``alerts.yaml`` for a home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.files import write_bytes
from runner.alerts.channels import read_alerts
from tests.expected import present

if TYPE_CHECKING:
    from core.alerts.alerts_file import AlertsFile, Channel
    from core.paths import Home


def write_alerts(home: Home, text: str) -> AlertsFile:
    """Write the file as its owner does, and read it."""
    write_bytes(home.alerts_file, text.encode(), private=True)
    return present(read_alerts(home))


def one_channel(home: Home, address: str, more: str = "") -> tuple[AlertsFile, Channel]:
    """A file with the channel ``team``."""
    file = write_alerts(home, f"channels:\n  - {{name: team, url: '{address}'{more}}}\n")
    return file, file.channels[0]
