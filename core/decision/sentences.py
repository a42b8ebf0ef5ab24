"""A decision's own sentences in the reader's language: reason, grade, warnings.

A record lists template and values of its sentences, so it can be read in each language.
Older records hold English text alone: sentences that follow from their figures are built
again in the other language, and the rest stays English.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.decision.reason import reason_of
from core.decision.record import DecisionRecord, RecordedDecision
from core.decision.warnings import doubt, find_warnings
from core.language import Message, said
from core.market.file_rules import SYNTHETIC
from core.trading.grade import reasons_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.decision.trust import Trust
    from core.gates import GateResult

_EARLIER_SYNTHETIC = "The market is synthetic: made up, not exchange data."


@dataclass(frozen=True)
class Sentences:
    """The sentences of a decision, in one language.

    :ivar grade_reasons: why the evidence's grade is no better.
    :ivar warnings: the most serious first.
    :ivar news: the warnings, without what the grade and its reasons say already.
    """

    reason: str
    grade_reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    news: tuple[str, ...]


def sentences_in(
    decision: RecordedDecision,
    language: str,
    written: Callable[[GateResult], str] | None = None,
) -> Sentences:
    """The sentences of the decision, in ``language``.

    :param written: how the reason writes a gate's value; None: as the record does.
    """
    reason: str = decision.reason
    reasons: Sequence[str] = decision.evidence.reasons
    warnings: Sequence[str] = decision.warnings
    if language != "en" and decision.sentences is None:
        reason = reason_of(decision.gates)
        if isinstance(decision, DecisionRecord):
            reasons = reasons_of(decision.evidence)
            warnings = [*find_warnings(decision), *data_warnings_of(decision.trust)]
    if written is not None:
        reason = reason_of(decision.gates, written)
    given = tuple(said(one, language) for one in reasons)
    warned = tuple(dict.fromkeys(said(one, language) for one in warnings))
    known = doubt(decision.evidence.grade).in_(language)
    shortened = [warning.removesuffix(" ".join(given)).strip() for warning in warned]
    news = tuple(warning for warning in shortened if warning != known)
    return Sentences(said(reason, language), given, warned, news)


def data_warnings_of(trust: Trust) -> list[Message]:
    """The data check's warnings; also recognises the one that older records hold as plain text."""
    return [
        SYNTHETIC if warning == _EARLIER_SYNTHETIC else warning
        for warning in trust.data_quality.warnings
    ]
