"""Which backtests are one more chance of luck."""

from __future__ import annotations

from core.trading.candidates import Candidate, with_backtest

RATES = (3e-4, 1e-4, 3e-5)
TRAINED = tuple(
    Candidate(week="w", run="r", settings={"seed": 7, "learning_rate": rate}) for rate in RATES
)


def backtested(
    rate: float = 1e-4, model: str = "a" * 64, data: str = "d", **more: object
) -> Candidate:
    fields = {
        "run": "r",
        "settings": {"seed": 7, "learning_rate": rate},
        "model": model,
        "data": data,
        "playbook": "p",
    }
    return Candidate.model_validate(fields | more)


def test_the_first_backtest_of_a_trained_candidate_is_no_further_trial() -> None:
    scored = with_backtest(TRAINED, backtested())
    assert [each.model for each in scored] == [None, "a" * 64, None]
    assert scored[1].week == "w"


def test_the_same_backtest_again_adds_nothing() -> None:
    scored = with_backtest(TRAINED, backtested())
    assert with_backtest(scored, backtested()) == scored
    assert with_backtest(scored, backtested(run="the same file, imported")) == scored


def test_another_model_other_data_and_another_playbook_are_each_one_more() -> None:
    scored = with_backtest(TRAINED, backtested())
    for other in (backtested(model="b" * 64), backtested(data="e"), backtested(playbook="q")):
        scored = with_backtest(scored, other)
    assert len(scored) == 3 + 3


def test_a_model_of_another_run_or_seed_is_one_more() -> None:
    for other in (backtested(run="s"), backtested(run=None), backtested(rate=0.1)):
        assert len(with_backtest(TRAINED, other)) == 4


def test_a_path_of_an_older_line_is_another_model_after_another_run() -> None:
    path = backtested(model="best_model", settings={})
    scored = with_backtest(TRAINED, path)
    assert len(scored) == 3
    assert with_backtest(scored, path) == scored
    assert len(with_backtest(scored, backtested(model="best_model", settings={}, run="s"))) == 4


def test_a_candidate_is_named_by_its_run_and_settings() -> None:
    assert TRAINED[1].name() == "r (seed 7, learning_rate 0.0001)"
    assert backtested(run=None, settings={}).name() == "a" * 12
