"""The object store of ``sync_url``: whether it does what shipping relies on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message
from runner.doctor.check_result import CheckResult, passed
from runner.store.chain import first_sum
from runner.sync.object_store import ObjectStore
from runner.sync.owner import require_same
from runner.sync.trial import try_out

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.paths import Home
    from runner.settings import Settings

_SUBJECT = "sync"


def sync(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Put, be refused, race, read a range, list and delete: objects of its own, all removed again.

    :raises SetupError, ConflictError: what does not work, with its setting.
    """
    if settings.sync_url is None:
        return
    store = ObjectStore(home, settings)
    took = try_out(store)
    if store.get("store.json") is not None:
        require_same(store, first_sum(home.ledger))
    yield passed(
        _SUBJECT,
        Message(
            "{url} keeps the first of two writers, answers ranges, lists and deletes"
            " ({ms:.0f} ms a put).",
            url=store.address,
            ms=took * 1000,
        ),
    )
