"""Data directories that ship and fetch, without a database: only what shipping reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.files import write_bytes, write_json, write_text
from core.paths import Home
from core.sync_paths import sync_keys
from runner.settings import Settings
from runner.store import chain
from runner.sync.session import pulling, pushing
from tests.runner.sync.servers import KEY, SECRET

if TYPE_CHECKING:
    from pathlib import Path

    from runner.sync.pull import Fetched
    from runner.sync.push import Shipped
    from tests.runner.sync.servers import S3

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
EVENTS = "logs/ppo_training/tensorboard/run/attempt-001/events.out.tfevents.1.host.1.0"
REPORT = "reports/revalidation/2026-11-30_decision.json"


def place(root: Path, s3: S3, url: str, record: str = "one") -> tuple[Home, Settings]:
    """A data directory with a record and with keys for the server."""
    home = Home(root)
    if record:
        line = chain.seal({"seq": 1, "prev": chain.START, "note": record})
        write_json(home.ledger.with_suffix(".not-read"), {})
        write_text(home.ledger, chain.canonical(line) + "\n")
    keys = f'access_key_id = "{KEY}"\nsecret_access_key = "{SECRET}"\nregion = "us-east-1"\n'
    write_bytes(sync_keys(home), keys.encode(), private=True)
    return home, Settings(sync_url=url, sync_endpoint=s3.endpoint)


def push(at: tuple[Home, Settings]) -> Shipped:
    with pushing(*at) as shipping:
        return shipping.look(lambda: NOW)


def pull(at: tuple[Home, Settings]) -> Fetched:
    with pulling(*at) as fetching:
        return fetching.look()


def write(at: tuple[Home, object], name: str, content: bytes) -> Path:
    return write_bytes(at[0].root / name, content)


def append(at: tuple[Home, Settings], name: str, content: bytes) -> None:
    with (at[0].root / name).open("ab") as file:
        file.write(content)


def shown(at: tuple[Home, object], name: str) -> bytes:
    return (at[0].root / name).read_bytes()
