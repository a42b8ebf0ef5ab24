"""Sentences that old records hold, and that the code says in other words today."""

from __future__ import annotations

import pytest

from core.earlier_sentences import EARLIER
from core.language import Message, catalogue


@pytest.mark.parametrize(("one", "many"), EARLIER)
def test_a_sentence_that_an_earlier_version_recorded_keeps_its_portuguese(
    one: str, many: str | None
) -> None:
    portuguese = catalogue("pt")
    found = portuguese.gettext(one) if many is None else portuguese.ngettext(one, many, 2)
    assert found not in {one, many}


def test_a_decisions_old_warning_is_read_in_portuguese() -> None:
    old = Message("Calmar extrapolates {days:.1f} days to a year.", days=351.0)
    read = Message.from_record(old.as_record())
    assert read.in_("pt") == "O Calmar extrapola 351,0 dias para um ano."
