"""A process that ships from a data directory, or fetches into it: what it needs, opened once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from runner.store.chain import first_sum
from runner.sync.index import Index
from runner.sync.kept import alone, read_kept
from runner.sync.object_store import ObjectStore
from runner.sync.owner import claim, owner_of, require_same
from runner.sync.pull import Pull, always
from runner.sync.push import Push
from runner.sync.trial import require_conditional_put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.language import Message
    from core.paths import Home
    from runner.settings import Settings
    from runner.sync.kept import Kept


@contextmanager
def pushing(home: Home, settings: Settings) -> Iterator[Push]:
    """Ship from here.

    :raises InputError, SetupError: the store can't be used; names the setting.
    :raises ConflictError: another process does, or the address is another record's.
    """
    store = ObjectStore(home, settings)
    with alone(home):
        require_conditional_put(store)
        owner = claim(home, store)
        kept = read_kept(home, store.address)
        kept.owner = owner
        kept.write(home)  # who this machine is, before its first commit says it
        yield Push(home, store, _index(store, kept), kept)


@contextmanager
def pulling(
    home: Home,
    settings: Settings,
    model_stays: Callable[[str | None], Message | None] = always,
) -> Iterator[Pull]:
    """Fetch to here; the errors are those of :func:`pushing`.

    :param model_stays: see :class:`Pull`.
    """
    store = ObjectStore(home, settings)
    with alone(home):
        owner = owner_of(store)
        require_same(store, first_sum(home.ledger))
        kept = read_kept(home, store.address)
        if kept.owner not in ("", owner):  # the store was emptied and is another's now
            kept.forget()
            kept.emptied = True
        kept.owner = owner
        yield Pull(home, store, _index(store, kept), kept, model_stays)


def _index(store: ObjectStore, kept: Kept) -> Index:
    """What was read before, if the store still has it.

    A store that was emptied, has expired or has another log says nothing of what is here: all
    that was known of it is forgotten, so that nothing is removed or replaced because of it.
    """
    found = Index(store)
    if found.restore(kept.index):
        if found.is_there():
            return found
        kept.emptied = True
    kept.forget()
    return Index(store)
