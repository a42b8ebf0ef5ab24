"""Whose files a store holds: one record's, whichever machines ship them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from core.errors import ConflictError, InputError
from core.language import Message
from runner.files import parse_json
from runner.store.chain import first_sum
from runner.sync.index import FORMAT, OWNER
from runner.sync.object_store import URL

if TYPE_CHECKING:
    from core.paths import Home
    from runner.sync.object_store import ObjectStore


def claim(home: Home, store: ObjectStore) -> str:
    """The record that may ship to this address: the first one that did.

    :raises InputError: this data directory has no record yet.
    :raises ConflictError: the address holds the files of another one.
    """
    mine = first_sum(home.ledger)
    if not mine:
        raise InputError(
            Message("{home} has no record yet, so nothing is shipped.", home=str(home.root)),
            Message("Create a week first: trainweek week new --launch 2026-11-23T14:00Z"),
        )
    store.put_new(OWNER, json.dumps({"format": FORMAT, "record": mine}).encode())
    require_same(store, mine)
    return mine


def owner_of(store: ObjectStore) -> str:
    """The record whose files the store holds.

    :raises InputError: nothing was shipped there.
    """
    stored = parse_json(store.get(OWNER) or b"") or {}
    if not stored:
        raise InputError(
            Message("Nothing was shipped to {url} ({setting}).", url=store.address, setting=URL),
            Message("Run trainweek sync push where the files are."),
        )
    return str(stored.get("record"))


def require_same(store: ObjectStore, mine: str) -> None:
    """Refuse an address that holds the files of another record.

    :raises ConflictError: it does.
    """
    if mine and (theirs := owner_of(store)) != mine:
        raise ConflictError(
            Message(
                "{url} ({setting}) holds the files of another data directory (record {theirs},"
                " here {mine}).",
                url=store.address,
                setting=URL,
                theirs=theirs[:12],
                mine=mine[:12],
            ),
            Message("Name another prefix in {setting}.", setting=URL),
        )
