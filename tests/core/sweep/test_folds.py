"""Walk-forward folds: what holds for any data and any number of folds."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.language import Message
from core.sweep.folds import Fold, walk_forward

SIZES = st.fixed_dictionaries(
    {
        "embargo": st.integers(0, 400),
        "fewest_train": st.integers(1, 1_500),
        "fewest_test": st.integers(1, 1_000),
    }
)


def _folds(more: int, folds: int, sizes: dict[str, int]) -> tuple[int, tuple[Fold, ...]]:
    """Folds of the fewest bars that they fit into, and some more."""
    needed = sizes["fewest_train"] + sizes["fewest_test"] + 2 * sizes["embargo"]
    bars = folds * needed - sizes["embargo"] + more
    return bars, walk_forward(bars, folds, **sizes)


@given(st.integers(0, 40_000), st.integers(1, 8), SIZES)
def test_no_test_bar_is_near_any_training_bar(more: int, folds: int, sizes: dict[str, int]) -> None:
    _, found = _folds(more, folds, sizes)
    for trained in found:
        for tested in found:
            apart = (
                tested.test[0] - trained.train[1] > sizes["embargo"]
                or trained.train[0] - tested.test[1] > sizes["embargo"]
            )
            assert apart, (trained, tested)


@given(st.integers(0, 40_000), st.integers(1, 8), SIZES)
def test_each_fold_is_whole_equal_and_later_than_the_one_before(
    more: int, folds: int, sizes: dict[str, int]
) -> None:
    bars, found = _folds(more, folds, sizes)
    assert len(found) == folds
    assert found[0].train[0] >= 0
    assert found[-1].test[1] == bars - 1
    assert len({fold.train[1] - fold.train[0] for fold in found}) == 1
    for fold in found:
        assert fold.train[1] - fold.train[0] + 1 >= sizes["fewest_train"]
        assert fold.test[1] - fold.test[0] + 1 >= sizes["fewest_test"]
        assert fold.test[0] > fold.train[1]
    for before, after in itertools.pairwise(found):
        assert after.train[0] > before.test[1]


@given(st.integers(0, 40_000), st.integers(1, 8), SIZES)
def test_the_most_that_a_refusal_names_do_fit(bars: int, folds: int, sizes: dict[str, int]) -> None:
    try:
        walk_forward(bars, folds, **sizes)
    except InputError as error:
        remedy = error.remedy
        assert isinstance(remedy, Message)
        most = remedy.values.get("most")
        if most is not None:
            assert most < folds
            assert len(walk_forward(bars, most, **sizes)) == most


def test_a_fold_without_bars_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="4 folds do not fit into 3,000 bars") as caught:
        walk_forward(3_000, 4, embargo=336, fewest_train=1_200)
    assert str(caught.value.remedy) == "Give at most 1, or more candles."


def test_without_folds_there_is_nothing_to_cut() -> None:
    assert walk_forward(100, 0, embargo=336, fewest_train=1_200) == ()
