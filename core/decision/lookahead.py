"""The look-ahead tests of a revalidation: their record, and what they say.

Records from before December 2026 hold a test's sentence as plain English;
:func:`detail_of` recognizes those.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import Field

from core.json_model import Count, JsonModel, Sentence
from core.language import Message, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class LookaheadTest(JsonModel):
    """One test: passed or not, how much was compared, and the figures."""

    passed: bool | None = Field(description="null: the test could not be run.")
    checked: Count = Field(description="Points, bars or repetitions that were compared.")
    detail: Sentence = Field(description="What was done, with its figures.")


class Lookahead(JsonModel):
    """Tests of whether the model, its environment or its fills use later bars."""

    prefix_invariance: LookaheadTest = Field(
        description="Inputs and actions stay the same when later bars are changed."
    )
    planted_oracle: LookaheadTest = Field(description="The first test notices a planted oracle.")
    shuffled_returns: LookaheadTest = Field(
        description="On bars in random order the model earns nothing, costs left out."
    )
    fills: LookaheadTest | None = Field(
        default=None,
        description="Each fill has the price of the open after its decision: a replay of the "
        "recorded decisions gives the recorded equity; null or absent: not compared.",
    )

    statistics: LookaheadTest | None = Field(
        default=None,
        description="The feature statistics are not those of the backtest; null or absent: not "
        "compared.",
    )
    repeated_bars: LookaheadTest | None = Field(
        default=None,
        description="No stretch of the backtest repeats training bars under other times; null or "
        "absent: not compared.",
    )

    def tests(self) -> Iterator[tuple[str, LookaheadTest]]:
        """Each recorded test with its name."""
        for name in type(self).model_fields:
            test = getattr(self, name)
            if test is not None:
                yield name, test

    def passed(self) -> bool | None:
        """False if one failed; None if one of the first three, the model's own, was not run."""
        if any(test.passed is False for _, test in self.tests()):
            return False
        own = (self.prefix_invariance, self.planted_oracle, self.shuffled_returns)
        return None if any(test.passed is None for test in own) else True


REPLAY_TOLERANCE = 1e-9
"""Largest relative difference that rounding explains; an honest record is replayed to 1e-14."""


def fills_test(error: float, bars: int) -> LookaheadTest:
    """Whether the recorded equity is what fills at the next open give.

    :param error: largest relative difference of the replayed equity from the recorded one; NaN
        or infinity is a failure.
    :param bars: marked bars that were compared.
    """
    if error <= REPLAY_TOLERANCE:
        return LookaheadTest(passed=True, checked=bars, detail=fills_replayed(error))
    return LookaheadTest(passed=False, checked=bars, detail=fills_differ(error))


def few_bars(bars: Any, needed: Any) -> Message:
    """The record is too short for the test."""
    return Message("Not enough bars: {bars}; {needed} are needed.", bars=bars, needed=needed)


def depends(changed: str, cut: Any) -> Message:
    """Something before the cut changed with later bars.

    :param changed: how later bars were changed: ``deleted``, ``empty`` or ``shuffled``.
    """
    how = {
        "deleted": Message("deleted"),
        "empty": Message("emptied"),
        "shuffled": Message("shuffled"),
    }
    return Message(
        "Inputs or actions depend on future bars: they differ when the bars after bar {cut} are "
        "{changed}.",
        changed=how.get(changed, changed),
        cut=cut,
    )


def same(moments: int) -> Message:
    """Nothing before any of the cuts changed with later bars."""
    return plural(
        "Features, observations and actions before {n} cut are identical to the last bit when "
        "later bars are deleted, emptied or shuffled.",
        "Features, observations and actions before {n} cuts are identical to the last bit when "
        "later bars are deleted, emptied or shuffled.",
        moments,
    )


def oracle_missed() -> Message:
    """The first test missed a planted oracle, so its result means nothing."""
    return Message("The test of later bars did not notice the next return, planted as a feature.")


def oracle_noticed() -> Message:
    """The first test found the planted oracle: it works."""
    return Message("The test of later bars noticed the next return, planted as a feature.")


def shuffled(shuffles: Any, gain: float, errors: float, limit: float) -> Message:
    """What was earned on shuffled bars.

    :param gain: mean gain per bar, basis points.
    :param errors: the same in standard errors.
    :param limit: standard errors that may be luck.
    """
    return Message(
        "Mean gain on {shuffles} shuffled records without costs: {gain:+.3f} bps per bar, "
        "{errors:+.1f} standard errors; up to {limit:g} may be luck.",
        shuffles=shuffles,
        gain=gain,
        errors=errors,
        limit=limit,
    )


def fills_replayed(error: float) -> Message:
    """The recorded fills are those of the next open."""
    return Message(
        "A replay with fills at the next open gives the recorded equity; largest difference "
        "{error:.1e}.",
        error=error,
    )


def fills_differ(error: float) -> Message:
    """The record has fills that a replay does not have."""
    return Message(
        "Fills are not at the open after the decision, or not at the recorded costs: a replay "
        "differs from the recorded equity by up to {error:.1e} (limit {limit:.0e}).",
        error=error,
        limit=REPLAY_TOLERANCE,
    )


def fitted_on_training() -> Message:
    """The scaler is that of the training data."""
    return Message("The feature statistics are those of the training data.")


def fitted_on_backtest(off: float) -> Message:
    """The scaler was fitted on what it is tested on."""
    return Message(
        "The feature statistics are those of the backtest data (largest difference {off:.1e} "
        "standard deviations): the scaler was fitted on the bars that it is tested on.",
        off=off,
    )


def fitted_elsewhere(off: float) -> Message:
    """The scaler is neither that of the training data nor that of the backtest."""
    return Message(
        "The feature statistics are not those of the training data (largest difference {off:.2g} "
        "standard deviations), nor those of the backtest.",
        off=off,
    )


def not_of_backtest(off: float) -> Message:
    """The scaler is not that of the backtest; the training data are not there."""
    return Message(
        "The feature statistics differ from those of the backtest by at least {off:.2g} standard "
        "deviations. The training data are not there to compare with.",
        off=off,
    )


def bars_repeat(share: float, longest: Message) -> Message:
    """Training bars come again in the backtest."""
    return Message(
        "{share:.1%} of the backtest bars are training bars under other times: {longest}.",
        share=share,
        longest=longest,
    )


def bars_differ(bars: int) -> Message:
    """No training bar comes again."""
    return plural(
        "The {n:,} backtest bar repeats no stretch of the training data.",
        "The {n:,} backtest bars repeat no stretch of the training data.",
        bars,
    )


def no_training_data() -> Message:
    """The training data are not in the data directory."""
    return Message(
        "The training data folder has no candles of the model's training range, so it is not known "
        "whether training bars are repeated."
    )


def detail_of(test: LookaheadTest) -> Message:
    """A test's detail; for an earlier record, today's sentence with its figures."""
    for pattern, sentence in _earlier():
        if found := pattern.fullmatch(test.detail):
            return sentence(**found.groupdict())
    return test.detail


def detail_in(test: LookaheadTest, language: str) -> str:
    """A test's detail in a language; English as it was recorded."""
    return str(test.detail) if language == "en" else detail_of(test).in_(language)


_EARLIER: tuple[tuple[str, Callable[..., Message]], ...] = (
    ("Too few bars: {bars}; {needed} are needed.", few_bars),
    ("Something seen depends on the future: later bars {changed} at bar {cut}.", depends),
    (
        "Features, observations and actions before {moments} moments stay the same to the last "
        "bit when later bars are deleted, empty or shuffled.",
        lambda moments: same(int(moments)),
    ),
    (
        "Features, observations and actions before 1 moment stay the same to the last "
        "bit when later bars are deleted, empty or shuffled.",
        lambda: same(1),
    ),
    ("The test of later bars did not notice an oracle.", oracle_missed),
    ("The next return, planted as a feature, was noticed.", oracle_noticed),
    (
        "Mean gain on {shuffles} shuffled records without costs: {gain} bps a bar, {errors} "
        "standard errors; at most {limit} may be luck.",
        lambda shuffles, gain, errors, limit: shuffled(
            shuffles, float(gain), float(errors), float(limit)
        ),
    ),
)
"""Earlier plain English sentences, and today's message for each."""


@cache
def _earlier() -> tuple[tuple[re.Pattern[str], Callable[..., Message]], ...]:
    """A pattern for each earlier sentence, with groups for its figures."""
    return tuple((_pattern(template), sentence) for template, sentence in _EARLIER)


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(
            f"(?P<{part}>.+)" if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        )
    )
