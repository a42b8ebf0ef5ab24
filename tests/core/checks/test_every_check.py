"""Every check of the playbook reaches every verdict, from real files."""

from __future__ import annotations

import json

import pytest

from core.checks import judge
from core.checks.case import limit_text
from core.checks.registry import RULES
from core.language import Message
from core.playbook import METRICS
from core.vocabulary import Verdict
from tests.core.checks.scene import PLAYBOOK, Scene, data_check, not_reached
from tests.core.checks.situations import SITUATIONS, at_preparation
from tests.expected import present
from tests.portuguese import untranslated

ALWAYS = {Verdict.PASS, Verdict.FAIL, Verdict.PENDING, Verdict.UNKNOWN}


def test_every_check_has_a_situation_for_every_verdict() -> None:
    assert set(SITUATIONS) == set(PLAYBOOK.checks)
    assert {check for check, found in SITUATIONS.items() if not set(found) >= ALWAYS} == set()


def test_every_metric_has_a_rule_and_every_rule_a_check() -> None:
    assert set(RULES) == set(METRICS) == {check.metric for check in PLAYBOOK.checks.values()}


@pytest.mark.parametrize(
    ("check", "verdict"),
    [(check, verdict) for check, found in SITUATIONS.items() for verdict in found],
)
def test_a_check_says(check: str, verdict: Verdict, tmp_path) -> None:
    facts = SITUATIONS[check][verdict](Scene(tmp_path))
    judgement = judge(PLAYBOOK, check, facts)
    assert judgement.verdict is verdict, judgement
    assert judgement.check == check
    assert judgement.as_of == facts.as_of
    assert judgement.limit == limit_text(PLAYBOOK.checks[check])
    assert judgement.why.endswith("."), judgement.why
    if verdict in (Verdict.PASS, Verdict.WARN, Verdict.FAIL):
        assert judgement.reading is not None
        assert judgement.reading.source
        assert judgement.reading.at is not None
    texts = [judgement.why, judgement.evidence, judgement.limit]
    texts += [judgement.reading.window] if judgement.reading else []
    for text in texts:
        assert untranslated(text) == []
        assert text.in_("en") == text
        recorded = json.loads(json.dumps(text.as_record(), allow_nan=False))
        assert Message.from_record(recorded).in_("pt") == text.in_("pt")


@pytest.mark.parametrize("check", PLAYBOOK.checks)
def test_a_moment_that_has_not_come_is_pending(check: str) -> None:
    assert judge(PLAYBOOK, check, not_reached()).verdict is Verdict.PENDING


@pytest.mark.parametrize("count", [1, 3])
def test_a_data_check_that_passes_names_its_warnings(tmp_path, count):
    done = data_check()
    warning = {"code": "jump", "message": "1 bar moved more than 30%.", "count": 1}
    present(done.result)["datasets"][0]["warnings"] = [warning] * count
    facts = at_preparation(data_check=done)(Scene(tmp_path))
    why = judge(PLAYBOOK, "backtest_data_ready", facts).why
    assert f"{count} warning" in why
    assert why.count("1 bar moved more than 30%.") == min(count, 2)
