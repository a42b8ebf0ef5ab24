"""Before each write the whole file is compared with what the database knows of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from core.errors import IntegrityError
from core.vocabulary import Verdict
from runner.client import Client
from runner.outcomes import Recorded
from runner.recovery.verification import verify_ledger
from runner.store.chain import stated_hash
from tests.runner.place import LEAD, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SLOTS = ("hourly_1", "hourly_2", "hourly_3")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path / "home")
    for slot in SLOTS:
        assert isinstance(write(made.lead, made, slot), Recorded)
    yield made
    made.clear()


def write(client: Client, place: Place, slot: str = "hourly_4") -> object:
    return client.tick(place.week.id, slot, "reward_positive", "seen", Verdict.PASS, "3.1")


def lines(place: Place) -> list[bytes]:
    return place.home.ledger.read_bytes().splitlines(keepends=True)


def swapped(given: list[bytes]) -> list[bytes]:
    return [*given[:2], given[3], given[2], *given[4:]]


def reworded(given: list[bytes]) -> list[bytes]:
    assert b'"seen"' in given[2]
    return [*given[:2], given[2].replace(b'"seen"', b'"gone"'), *given[3:]]


def repeated(given: list[bytes]) -> list[bytes]:
    assert len(given[2]) == len(given[3])
    return [*given[:3], given[2], *given[4:]]


def other_hash(given: list[bytes]) -> list[bytes]:
    """The line states another hash of itself."""
    own = stated_hash(given[2])
    assert own is not None
    return [*given[:2], given[2].replace(own.encode(), own[::-1].encode()), *given[3:]]


CHANGES = [swapped, reworded, repeated, other_hash]


def change(place: Place, how: Callable[[list[bytes]], list[bytes]]) -> bytes:
    """Change the file in place at equal length, with its old times."""
    before, found = place.home.ledger.read_bytes(), place.home.ledger.stat()
    text = b"".join(how(lines(place)))
    assert text != before
    assert len(text) == len(before)
    with place.home.ledger.open("r+b") as file:
        file.write(text)
    os.utime(place.home.ledger, ns=(found.st_atime_ns, found.st_mtime_ns))
    return text


@pytest.mark.parametrize("how", CHANGES)
def test_a_client_that_is_open_refuses_to_write_on(
    place: Place, how: Callable[[list[bytes]], list[bytes]]
) -> None:
    text = change(place, how)
    for _ in range(2):
        with pytest.raises(IntegrityError, match=r"Line [34] differs from the database"):
            write(place.lead, place)
    assert place.home.ledger.read_bytes() == text
    assert place.lead.damage() is not None
    assert len(place.lead.ticks(place.week.id)) == len(SLOTS)  # reading still works


@pytest.mark.parametrize("how", CHANGES)
def test_a_client_that_opens_later_refuses_too(
    place: Place, how: Callable[[list[bytes]], list[bytes]]
) -> None:
    text = change(place, how)
    with pytest.raises(IntegrityError, match="differs from the database"):
        write(Client(place.home, LEAD), place)
    assert place.home.ledger.read_bytes() == text
    assert not verify_ledger(place.home).ok


def test_lines_that_another_process_wrote_are_compared_as_well(place: Place) -> None:
    other = Client(place.home, LEAD)
    assert isinstance(write(other, place), Recorded)
    other.note(place.week.id, "hourly_1", "after it")
    seq = len(lines(place)) - 1
    change(place, lambda given: [*given[:-2], given[-2].replace(b'"seen"', b'"gone"'), given[-1]])
    with pytest.raises(IntegrityError, match=f"Line {seq} differs from the database"):
        place.lead.note(place.week.id, "hourly_1", "never written")


def test_a_file_that_was_put_right_again_is_written_on(place: Place) -> None:
    before = place.home.ledger.read_bytes()
    change(place, reworded)
    with pytest.raises(IntegrityError):
        write(place.lead, place)
    place.home.ledger.write_bytes(before)
    assert isinstance(write(place.lead, place), Recorded)
    assert verify_ledger(place.home, tables=True).ok


def test_a_line_states_its_own_hash_and_not_one_of_its_texts(place: Place) -> None:
    trap = 'x","sha256":"' + "0" * 64 + '","verified":true'
    place.lead.note(place.week.id, "hourly_1", trap)
    for line in lines(place):
        assert stated_hash(line) is not None
    last = lines(place)[-1]
    assert stated_hash(last[:-1]) is None
    assert stated_hash(last.replace(b"0000", b"0001", 1)) is None
    assert stated_hash(b"{}\n") is None
