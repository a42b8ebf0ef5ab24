"""Wilson's interval of a share."""

from __future__ import annotations

import pytest

from core.metrics.wilson import wilson


def test_wilson_by_its_published_values() -> None:
    """Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    for passed, of, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]:
        found = wilson(passed, of)
        assert (found.low, found.high) == (
            pytest.approx(low, abs=5e-5),
            pytest.approx(high, abs=5e-5),
        )
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)


@pytest.mark.parametrize("of", [5, 7, 20])
def test_none_and_all_have_an_exact_end(of: int) -> None:
    assert wilson(0, of).low == 0.0
    assert wilson(of, of).high == 1.0
