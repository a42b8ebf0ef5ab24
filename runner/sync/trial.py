"""A trial of an object store: whether it does what shipping relies on. It leaves nothing behind."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import uuid4

from core.errors import SetupError
from core.language import Message
from runner.sync.object_store import URL, no_conditional_put

if TYPE_CHECKING:
    from runner.sync.object_store import ObjectStore

_RACERS = 4
_CONTENT = bytes(range(200))


def try_out(store: ObjectStore) -> float:
    """Put, be refused, race against itself, read a range, list, delete.

    :returns: seconds of one put.
    :raises SetupError: the first thing that does not work, with its setting.
    """
    folder = f"trial/{uuid4().hex}"
    name, raced = f"{folder}/first", f"{folder}/raced"
    try:
        began = time.monotonic()
        if not store.put_new(name, _CONTENT):
            raise _wrong(store, Message("it says that a new object is there already"))
        took = time.monotonic() - began
        if store.put_new(name, b"another"):
            raise no_conditional_put(store.address)
        with ThreadPoolExecutor(_RACERS) as pool:
            won = list(pool.map(lambda n: store.put_new(raced, b"%d" % n), range(_RACERS)))
        if won.count(True) != 1 or store.get(raced) != b"%d" % won.index(True):
            raise no_conditional_put(store.address)
        if store.get(name) != _CONTENT or store.ranges(name, [(3, 7), (190, 200)]) != [
            _CONTENT[3:7],
            _CONTENT[190:],
        ]:
            raise _wrong(store, Message("a range of an object holds other bytes than were put"))
        if list(store.names(folder)) != [name, raced]:
            raise _wrong(store, Message("its list lacks an object that was just put"))
        store.delete(name)
        if store.get(name) is not None:
            raise _wrong(store, Message("a deleted object is still there"))
    finally:
        for each in (name, raced):
            with suppress(SetupError):
                store.delete(each)
    return took


def require_conditional_put(store: ObjectStore) -> None:
    """The one thing without which two machines could overwrite each other.

    :raises SetupError: it does not hold.
    """
    name = f"trial/{uuid4().hex}"
    try:
        if not store.put_new(name, b"1") or store.put_new(name, b"2") or store.get(name) != b"1":
            raise no_conditional_put(store.address)
    finally:
        with suppress(SetupError):
            store.delete(name)


def _wrong(store: ObjectStore, why: Message) -> SetupError:
    return SetupError(
        Message("{url} ({setting}): {why}.", url=store.address, setting=URL, why=why),
        Message("Use another store."),
    )
