"""The decision: what its file says, no more, and nothing that was altered."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from core.decision import (
    Checks,
    EarlierDecision,
    JobDetails,
    decision_text,
    read_decision,
    write_reports,
)
from core.decision.recipe import Siblings
from core.decision.training_range import outside_training
from core.ledger_bodies import SweepStarted
from core.model_manifest import Validations
from core.trading.candidates import Candidate
from core.trading.evidence import Trials
from core.vocabulary import Role, SignatureAct
from dashboard.data.decision import in_words
from dashboard.formatting import margin, short
from dashboard.wording.decision import VIEWS
from tests.core.backtest_records import DAY, MODEL, decision_of, look_ahead, record
from tests.core.decision.test_recipe import MADE, RECIPE, spread_out, sweep
from tests.dashboard.panels.test_recipe import tried, write
from tests.dashboard.panels.test_signatures import choose, sign_button
from tests.dashboard.place import Place, keyed, text_of
from tests.expected import present

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from core.language import Language
    from core.trading.backtest_record import BacktestRecord


class Revalidated(Place):
    """A place with a saved decision, and the paths of its files."""

    def __init__(
        self,
        root: Path,
        drift: float = 0.0002,
        backtest: BacktestRecord | None = None,
        **given: Any,
    ) -> None:
        super().__init__(root)
        self.week()
        backtest = backtest or record(drift=drift)
        decision = decision_of(backtest, **given)
        self.paths = write_reports(
            self.home, DAY, decision, equity=backtest.equity, trades=backtest.trades,
            text=decision_text(decision), memo_html="<p>memo</p>", log_summary="log",
        )  # fmt: skip


@pytest.fixture
def decided(tmp_path: Path) -> Revalidated:
    return Revalidated(tmp_path / "home")


@pytest.fixture
def refused(tmp_path: Path) -> Revalidated:
    """Its backtest loses all the way: gates fail, and there is much to warn of."""
    return Revalidated(tmp_path / "home", drift=-0.001)


def test_the_page_shows_the_numbers_of_the_file(decided: Revalidated) -> None:
    saved = json.loads(decided.paths.decision.read_text())
    test = decided.draw("decision")
    assert not test.error
    text = text_of(test)
    assert saved["decision"] in text
    assert saved["score"] in text
    assert saved["recommendation"] in text
    for gate in saved["gates"]:
        assert short(gate["value"], gate["threshold"]) in text, gate["id"]
        if gate["margin"] is not None:
            room = margin(gate["value"], gate["margin"], gate["threshold"])
            assert f"margin {room}" in text
    assert f"{saved['evidence']['trades']} trades" in text


def test_the_recipes_sentence_stands_beside_the_grade(tmp_path: Path) -> None:
    tried = Siblings((sweep(*spread_out()),), MADE, RECIPE)
    shown = text_of(Revalidated(tmp_path / "tried", siblings=tried).draw("decision"))
    assert "This recipe gives a GO in 7 of 20 tries." in shown
    untried = Revalidated(tmp_path / "untried", siblings=Siblings((), MADE, RECIPE))
    assert "The recipe was not tried" in text_of(untried.draw("decision"))


def test_tries_that_end_after_the_decision_are_a_warning_there(tmp_path: Path) -> None:
    part = replace(sweep(*spread_out()[:5]), seeds=tuple(range(20)))
    place = Revalidated(tmp_path / "home", siblings=Siblings((part,), MADE, RECIPE))
    assert "15 of 20 tries have not ended." in text_of(place.draw("decision"))
    write(
        place,
        SweepStarted(
            id=part.id, seeds=list(part.seeds), steps=None, playbook_sha256="p" * 64,
            folds=[{"number": 0, "train": ["2024-02-23T00:00:00Z"] * 2}],
            train_sha256="t" * 64, backtest_sha256="b" * 64,
        ),
        week=present(place.client().active_week()).id,
    )  # fmt: skip
    for seed in part.seeds[:5]:
        tried(place, part, seed, 0, 3)
    assert "since this decision" not in text_of(place.draw("decision"))
    for seed in part.seeds[5:8]:
        tried(place, part, seed, 0, 3)
    assert "3 tries of the sweep have ended since this decision" in text_of(place.draw("decision"))


def test_nobody_but_the_cto_gets_a_form(decided: Revalidated) -> None:
    for role in (Role.VIEWER, Role.ENGINEER, Role.LEAD):
        test = decided.draw("decision", role=role)
        assert not keyed(test.button, "sign:button")
        assert "Only the CTO can sign" in text_of(test)


def test_a_signature_takes_a_reason(decided: Revalidated) -> None:
    test = decided.draw("decision", role=Role.CTO)
    choose(test, SignatureAct.REJECT)
    sign_button(test).click().run()
    assert "Write the reason first" in text_of(test)
    assert not decided.client().signatures()


def test_what_the_client_refuses_is_shown_with_its_reason(decided: Revalidated) -> None:
    test = decided.draw("decision", role=Role.CTO)
    choose(test, SignatureAct.REJECT)
    keyed(test.text_area, "sign:reason")[0].input("fine by me").run()
    sign_button(test).click().run()
    assert "There is no saved revalidation to sign" in text_of(test)
    assert not decided.client().signatures()


def test_an_altered_dated_decision_is_told_and_never_shown(decided: Revalidated) -> None:
    file = decided.paths.decision
    file.write_text(file.read_text().replace('"NO-GO"', '"GO"').replace('"PARTIAL"', '"GO"') + " ")
    test = decided.draw("decision")
    assert len(test.warning) == 1
    assert "altered" in test.warning[0].value
    assert "NO-GO" in text_of(test)  # the archived one, which is unchanged


@pytest.mark.slow
def test_every_closer_look_draws(decided: Revalidated) -> None:
    for view in VIEWS:
        test = decided.draw("decision")
        next(c for c in test.button_group if c.key == "view").set_value(view).run()
        assert not test.exception, view
        assert not test.error, view
        if view == "trust":
            assert decided.paths.sha256 in text_of(test)
            assert "not measured" in text_of(test)  # a record of the first schema
    history = decided.draw("history")
    assert not history.exception
    assert not history.error
    assert decided.paths.sha256[:12] in text_of(history)


def test_verdict_reason_and_every_weakness_stand_in_the_headline_without_a_click(
    refused: Revalidated,
) -> None:
    saved = read_decision(refused.paths.archive)
    for language in ("en", "pt"):
        test = refused.draw("decision", language=language)
        said = [m.value.replace("\\", "") for m in test.markdown]
        folded = {m.value.replace("\\", "") for e in test.expander for m in e.markdown}
        words = in_words(saved, language)
        assert len(words.news) > 2
        for sentence in (words.reason, *words.grade_reasons, *words.news):
            assert any(sentence in one and one not in folded for one in said), sentence


def test_portuguese_pages_speak_portuguese(refused: Revalidated) -> None:
    english = json.loads(refused.paths.decision.read_text())
    text = text_of(refused.draw("decision", language="pt"))
    assert "gates falham: " in text
    assert "O mercado é sintético" in text
    for sentence in (english["reason"], *english["warnings"], *english["evidence"]["reasons"]):
        assert sentence not in text


def test_nothing_is_chosen_for_anybody(decided: Revalidated) -> None:
    test = decided.draw("decision", role=Role.CTO)
    assert "nothing is preselected" in text_of(test)
    assert not keyed(test.button, "sign:button")


def test_fills_candidates_kernels_capacity_and_a_missing_percentile_are_on_the_page(
    tmp_path: Path,
) -> None:
    backtest = record()
    held = [0.0] + [0.15] * 400
    always_in = replace(backtest, equity=backtest.equity.assign(exposure=held, target=held))
    job = JobDetails(
        job_id="j1", trial=2, reward_components={}, start_capital=10_000.0, max_exposure=0.15,
        warm_up_bars=168, versions={}, numerics={"cpu_capability": "DEFAULT"},
    )  # fmt: skip
    before = decision_of(backtest, job=replace(job, numerics={"cpu_capability": "AVX512"}))
    scored = tuple(
        Candidate(week="w", run="run-a", settings={"learning_rate": rate}) for rate in (3e-4, 1e-4)
    )
    fills = look_ahead(True).model_copy(update={"fills": None})
    place = Revalidated(
        tmp_path / "home",
        backtest=always_in,
        job=job,
        previous=EarlierDecision("ef" * 32, before),
        trials=Trials(2, candidates=scored),
        checks=Checks(lookahead=fills, reproducible=True),
    )
    saved = read_decision(place.paths.decision).decision
    error = present(saved.robustness).replay_error
    cases: tuple[tuple[Language, dict[str, str], tuple[str, ...]], ...] = (
        ("en", {"skill": "No percentile among random policies", "trust": "times the cap",
                "change": "Revalidated with CPU capability DEFAULT"},
         ("Scored candidates (2)", "validation only", f"by up to {error:.1e}")),
        ("pt", {"skill": "Sem percentil entre políticas aleatórias", "trust": "vezes o teto",
                "change": "Revalidado com capacidade da CPU DEFAULT"},
         ("Candidatos pontuados (2)", "só validação")),
    )  # fmt: skip
    for language, of_view, anywhere in cases:
        text = ""
        for view in of_view:
            test = place.draw("decision", language=language)
            next(c for c in test.button_group if c.key == "view").set_value(view).run()
            assert not test.exception
            drawn = _all_text(test)
            assert of_view[view] in drawn, view
            text += drawn
        rate = "0.0003" if language == "en" else "0,0003"
        for word in (f"run-a (learning_rate {rate})", *anywhere):
            assert word in text, word


def _all_text(test: AppTest) -> str:
    """Also of tables and folded parts."""
    folded = [element.value for each in test.expander for element in each.markdown]
    labels = [each.label for each in test.expander]
    shown = [element.value for element in test.markdown]
    tables = [str(cell) for each in test.table for cell in each.value.to_numpy().ravel()]
    return "\n".join([text_of(test), *labels, *folded, *shown, *tables]).replace("\\", "")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "Never trading was better than all 3 validations.",
                "Candidates on validation (4)",
                "Never trading",
                "Step 2,000",
                "this model",
                "Bars outside the training range",
                "trade_age 60.0%, momentum_6 20.0%",
            ),
        ),
        (
            "pt",
            (
                "Não operar foi melhor do que todas as 3 validações.",
                "Candidatos na validação (4)",
                "Não operar",
                "este modelo",
                "Barras fora da faixa de treino",
                "trade_age 60,0%, momentum_6 20,0%",
            ),
        ),
    ],
)
def test_never_trading_is_a_candidate_and_bars_outside_the_training_range_are_shown(
    tmp_path: Path, language: Language, said: tuple[str, ...]
) -> None:
    seen = Validations()
    for step, earned, sharpe in ((1_000, -3.0, -2.0), (2_000, -1.0, -0.42), (3_000, -2.0, -1.0)):
        seen = seen.with_one(earned, sharpe, step)
    validation = {"sharpe": -0.42, "return_pct": -1.0, **seen.in_manifest()}
    rows = np.array([[0.0, 0.9], [0.0, 0.9], [9.0, 0.9], [0.0, 0.2], [0.0, 0.2]])
    outside = outside_training(
        ("momentum_6", "trade_age"), rows, np.array([-2.0, 0.0]), np.array([2.0, 0.5])
    )
    job = JobDetails(
        job_id="j1", trial=1, reward_components={}, start_capital=10_000.0, max_exposure=0.15,
        warm_up_bars=168, versions={}, outside_training=outside,
    )  # fmt: skip
    place = Revalidated(
        tmp_path / "home", job=job, model={**MODEL, "step": 2_000, "validation": validation}
    )
    text = ""
    for view in ("skill", "trust"):
        test = place.draw("decision", language=language)
        next(c for c in test.button_group if c.key == "view").set_value(view).run()
        assert not test.exception
        text += _all_text(test)
    for sentence in said:
        assert sentence in text, sentence
    # The best first.
    places = [text.index(f"\n{each}\n") for each in said[2:4]]
    assert places == sorted(places)
