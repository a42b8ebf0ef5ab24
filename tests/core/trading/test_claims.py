"""What an act claims: the days that open after it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.timestamps import parse_moment
from core.trading.claims import Claim, claim_of, opened_before, over_before, skill
from tests.core.paper_records import paper
from tests.expected import present

FIRST = parse_moment("2026-03-01T00:00:00Z")


def test_a_day_that_has_opened_is_known_in_part_and_one_that_is_over_wholly() -> None:
    record = paper(30, 0.0001)
    for hours, opened, over in ((-5, 0, 0), (0, 0, 0), (1, 1, 0), (24, 1, 1), (25, 2, 1)):
        moment = FIRST + timedelta(hours=hours)
        assert (opened_before(record, moment), over_before(record, moment)) == (opened, over)
    assert opened_before(record, FIRST + timedelta(days=90)) == 30


def test_an_act_is_judged_by_the_days_after_it_and_its_base_rate_is_of_these() -> None:
    held, lost = paper(30, 0.0001), paper(12, -0.02)
    before = FIRST - timedelta(hours=1)
    whole = present(claim_of(held, before, True, 0.9))
    assert (whole.holds, whole.held, whole.base) == (True, True, pytest.approx(0.95))
    half = present(claim_of(held, FIRST + timedelta(days=15), False, 0.9))
    assert (half.holds, half.held, half.base) == (False, True, pytest.approx(0.975))
    assert claim_of(held, FIRST + timedelta(days=30), True, 0.9) is None
    failed = present(claim_of(lost, before, True, 0.9))
    assert (failed.holds, failed.held) == (True, False)
    known = FIRST + timedelta(days=present(lost.failed_on))
    assert claim_of(lost, known, False, 0.9) is None
    assert claim_of(paper(12, 0.0001), before, True, 0.9) is None  # still running


def test_who_approves_everything_has_no_skill_and_who_told_them_apart_has() -> None:
    always = [Claim(True, 0.95, True)] * 19 + [Claim(True, 0.95, False)]
    assert present(skill(always)) < 0.0
    assert skill(always[:19]) is None
    told = [*always[:19], Claim(False, 0.95, False)]
    assert present(skill(told)) == 1.0
