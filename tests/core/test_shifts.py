"""Who is on call: shifts that are taken over, removed, overlap, or leave a gap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.shifts import Shift, gaps, held, holding, next_spell, on_call, overlaps, spells

T0 = datetime(2026, 2, 23, 8, tzinfo=UTC)


def at(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


def shift(number: int, person: str, begin: float, end: float, **more: Any) -> Shift:
    removed = more.pop("removed", None)
    return Shift(
        id=number,
        person=person,
        begin=at(begin),
        end=at(end),
        zone="UTC",
        by=person,
        at=at(begin),
        removed_at=None if removed is None else at(removed),
        **more,
    )


ANA, BEN = shift(1, "ana", 0, 12), shift(2, "ben", 12, 24)


def test_the_next_people_on_call_are_those_after_the_present_ones() -> None:
    again = shift(3, "ana", 12, 14)
    assert next_spell([ANA, again], at(1)) is None
    found = next_spell([ANA, shift(4, "ben", 13, 20)], at(1))  # an hour's gap between them
    assert found is not None
    assert (found.people, found.begin) == (("ben",), at(13))
    assert next_spell([ANA, BEN], at(30)) is None


def test_one_after_the_other_there_is_neither_gap_nor_overlap() -> None:
    assert on_call([ANA, BEN], at(11.9)) == ("ana",)
    assert on_call([ANA, BEN], at(12)) == ("ben",)
    assert on_call([ANA, BEN], at(24)) == ()
    assert gaps([ANA, BEN], None) == overlaps([ANA, BEN]) == []


def test_who_takes_over_has_the_rest_until_it_is_given_back() -> None:
    taken = shift(3, "cara", 4, 12, replaces=1)
    assert [on_call([ANA, taken], at(hour)) for hour in (3, 4, 11)] == [
        ("ana",),
        ("cara",),
        ("cara",),
    ]
    again = shift(4, "dan", 6, 12, replaces=3)
    assert [on_call([ANA, taken, again], at(hour)) for hour in (5, 7)] == [("cara",), ("dan",)]
    back = shift(3, "cara", 4, 12, replaces=1, removed=5)
    assert [on_call([ANA, back], at(hour)) for hour in (3, 4.5, 5)] == [
        ("ana",),
        ("cara",),
        ("ana",),
    ]
    assert held([ANA, back], ANA) == [(at(0), at(4)), (at(5), at(12))]
    # Whoever took it from one who gives it back keeps it.
    assert on_call([ANA, back, again], at(7)) == ("dan",)


def test_gaps_are_said_from_the_first_shift_to_the_end_of_the_week() -> None:
    late = shift(2, "ben", 14, 24)
    assert [(one.begin, one.end) for one in gaps([ANA, late], at(30))] == [
        (at(12), at(14)),
        (at(24), at(30)),
    ]
    assert gaps([], at(30)) == []
    ended = shift(2, "ben", 12, 24, removed=13)
    assert [(one.begin, one.end) for one in gaps([ANA, ended], at(24))] == [(at(13), at(24))]


def test_an_overlap_names_the_people_and_one_person_twice_is_none() -> None:
    (both,) = overlaps([ANA, shift(2, "ben", 10, 24)])
    assert (both.begin, both.end, both.people) == (at(10), at(12), ("ana", "ben"))
    assert overlaps([ANA, shift(2, "ana", 10, 24)]) == []


def test_one_that_was_removed_before_it_began_was_never_held() -> None:
    never = shift(2, "ben", 12, 24, removed=3)
    assert held([ANA, never], never) == []
    assert gaps([never], None) == []


HOURS = st.integers(0, 48)


@given(st.lists(st.tuples(HOURS, HOURS, st.none() | HOURS, st.none() | HOURS), max_size=7), HOURS)
def test_the_spells_say_of_each_moment_who_is_on_call(
    rows: list[tuple[int, int, int | None, int | None]], hour: int
) -> None:
    shifts = [
        shift(
            n,
            f"p{n}",
            min(begin, end),
            max(begin, end),
            replaces=None if above is None or n == 0 else above % n,
            removed=removed,
        )
        for n, (begin, end, above, removed) in enumerate(rows)
    ]
    found = spells(shifts, at(0), at(49))
    assert [one.end for one in found[:-1]] == [one.begin for one in found[1:]]
    (then,) = [one for one in found if one.begin <= at(hour) < one.end]
    assert then.shifts == holding(shifts, at(hour))
    for one in then.shifts:
        assert any(begin <= at(hour) < end for begin, end in held(shifts, one))
