"""The revalidation program: ``python -m runner.jobs.revalidate --spec spec.json``.

Backtests the chosen model on unseen candles, evaluates the six gates, and prints the
manual's lines. With ``save_report`` it writes the decision and its documents; without it,
nothing outside the attempt's folder.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.decision import (
    BacktestRecord,
    Checks,
    DecisionRecord,
    Inputs,
    JobDetails,
    Occasion,
    build_decision,
    decision_sha256,
    gate_block,
    marked_bars,
    write_reports,
)
from core.decision.inputs import ModelRecord, Unprepared
from core.decision.repetition import repeated
from core.decision.trust import CodeVersion
from core.files import file_sha256
from core.gates import GateResult, score
from core.job_params import RevalidateParams
from core.market import load_candles, require_quality
from core.model_manifest import lost_on_validation
from core.playbook.rule_changes import changed_from_shipped
from core.report import memo_documents
from core.trading.evidence import Trials
from core.trading.warm_up import WARM_UP
from runner.agent.backtest import run_backtest, same_tables
from runner.agent.candidate import Candidate
from runner.agent.code_version import code_version
from runner.agent.episodes import slices
from runner.agent.lookahead import lookahead_tests
from runner.agent.market import Market
from runner.agent.numerics import numerics
from runner.agent.split import env_settings
from runner.agent.training_traces import (
    repeated_bars_test,
    statistics_test,
    training_candles,
)
from runner.agent.versions import versions
from runner.jobs.attempt import COMPLETE, STOPPED, Spec, StopFlag, run_program, utc_now
from runner.jobs.beside import beside
from runner.jobs.decision_context import DecisionContext, decision_context
from runner.jobs.report_paths import report_paths
from runner.jobs.revalidation_input import (
    other_costs,
    require_open,
    rerun_line,
    scored_candidate,
    trials_with,
    window_of,
)
from runner.jobs.sweep_tries import siblings_of
from runner.models.model_in_use import validation_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from core.trading.candidates import Candidate as Scored
    from core.trading.hold_out import Window


class _StopRequestedError(Exception):
    """SIGTERM came between two episodes; nothing was written."""


def revalidate(spec: Spec, stop: StopFlag) -> int:
    """Run one attempt; returns the exit code."""
    try:
        return _Revalidation(spec, stop).run()
    except _StopRequestedError:
        _info("Revalidation stopped, nothing was written")
        spec.write_result({"complete": False, "status": "STOPPED"})
        return STOPPED


class _Revalidation:
    """One revalidation. Each stage is recorded in progress.json."""

    def __init__(self, spec: Spec, stop: StopFlag) -> None:
        self.spec, self.stop, self.home = spec, stop, spec.home
        self.playbook = spec.playbook
        self.gates: Sequence[GateResult] = ()  # those evaluated so far
        chosen = self.playbook.revalidation
        asked = spec.asked(RevalidateParams)
        self.episodes = chosen.episodes if asked.episodes is None else asked.episodes
        self.model_path = self.home.resolve(asked.model_path or self.home.own(chosen.model_path))
        self.data_path = self.home.resolve(asked.backtest_data_dir or chosen.backtest_data_dir)
        self.save_report = asked.save_report
        self.declared, self.trials = asked.trials, Trials()
        self.scored: Scored | None = None
        self.window: Window | None = None
        self.unprepared = (
            Unprepared(reason=asked.override_reason, by=spec.requested_by or spec.job_id)
            if asked.override_reason
            else None
        )
        self.identical = False  # to the previous decision, which is kept

    def run(self) -> int:
        now = utc_now()
        _info("Loading model...")
        self._progress("loading", 0)
        candidate = Candidate.read(self.model_path)
        candidate = replace(candidate, validation=validation_of(self.home, candidate.manifest))
        candles = load_candles(self.data_path)
        report = require_quality(candles, now)
        require_open(self.spec, candles)
        self.window = window_of(self.spec, candles)
        candidate.require_unseen(candles)
        if lost := lost_on_validation(candidate.validation):
            print(f"[WARN] {lost}", flush=True)
        self.scored = scored_candidate(self.spec, candidate, candles)
        self.trials = trials_with(self.spec, self.scored, self.declared)
        if candles.synthetic:
            _info("Backtest data are synthetic, not exchange data")
        market = Market.from_frame(candles.frame)
        features = candidate.features(market)
        policy = candidate.policy(market, features)
        spans = slices(WARM_UP, len(market) - 1, self.episodes)
        # The exposure limit is the model's, the costs are the playbook's.
        costs = env_settings(self.playbook.training, exit_at_end=True).costs
        settings = candidate.env_settings
        trained_at, settings = settings.costs, replace(settings, costs=costs)

        _info("Running backtest...")
        self._progress("backtest", 0)
        backtest = run_backtest(policy, market, features, spans, settings, self._episode_done)

        _info("Computing metrics...")
        self._progress("gates", self.episodes, self.gates)
        bars = marked_bars(candles, backtest.equity)
        record = BacktestRecord(backtest.equity, backtest.trades, bars, settings.costs)
        again = run_backtest(policy, market, features, spans, settings)
        self._progress("lookahead", self.episodes, self.gates)
        trained_on = training_candles(self.home.train_data_of(self.playbook.symbol), candidate)
        checks = Checks(
            code=CodeVersion.model_validate(code_version()),
            lookahead=lookahead_tests(policy, market, candidate.features, settings).model_copy(
                update={
                    "statistics": statistics_test(candidate, trained_on, market),
                    "repeated_bars": repeated_bars_test(trained_on, candles),
                }
            ),
            reproducible=same_tables(backtest, again),
            rerun=rerun_line(
                self.home.relative(self.model_path),
                self.home.relative(self.data_path),
                self.episodes,
                self.trials.declared,
                save_report=self.save_report,
            ),
            longest_gap_bars=max((gap.bars for gap in candles.gaps), default=0),
        )
        context = decision_context(self.spec, now, candidate.judged())
        siblings = siblings_of(self.spec, candidate.manifest, self.scored, self.window)
        decision = build_decision(
            record,
            Inputs(
                playbook=self.playbook,
                playbook_sha256=file_sha256(self.spec.playbook_path),
                data=candles.provenance(),
                model=ModelRecord.model_validate(
                    candidate.record(self.home.relative(candidate.path))
                ),
                data_warnings=[
                    *candidate.warnings(),
                    *other_costs(trained_at, costs),
                    *(issue.message for issue in report.warnings),
                ],
                seeds={"training": candidate.settings.seed},
                rule_changes=changed_from_shipped(self.spec.playbook_path.read_text("utf-8")),
            ),
            Occasion(now, context.day, self.spec.week_id, context.approval_at),
            trials=self.trials,
            checks=checks,
            earlier=context.earlier,
            job=JobDetails(
                job_id=self.spec.job_id,
                trial=self.trials.counted,
                reward_components=backtest.components,
                start_capital=settings.start_capital,
                max_exposure=candidate.settings.max_exposure,
                warm_up_bars=WARM_UP,
                versions=versions(),
                numerics=numerics(),
                outside_training=candidate.outside_training(backtest.observations),
                unprepared=self.unprepared,
                **beside(self.spec, self.scored, candles, record, self.trials.used, siblings),
            ),
            siblings=siblings,
            on_stage=self._stage,
        )
        if self.save_report and (before := repeated(decision, context.earlier.previous)):
            decision, self.identical = before, True
            _info(f"Identical to the decision of {before.created_at}: nothing new to sign")
        if not decision.reproducible:
            print("[WARN] A rerun of the backtest gave different results", flush=True)
        result = self._finish(decision, record, context)
        _info(f"Decision: {decision.decision.value}")
        print(gate_block(decision.gates), flush=True)
        self._progress("done", self.episodes, decision.gates)
        self.spec.write_result(result)
        return COMPLETE

    def _finish(
        self,
        decision: DecisionRecord,
        record: BacktestRecord,
        context: DecisionContext,
    ) -> dict[str, Any]:
        archive, written, hashes = None, {}, {}
        if self.save_report:
            self._progress("report", self.episodes, decision.gates)
            documents = memo_documents(decision, record.equity, record.bars, context.ledger_head)
            paths = write_reports(
                self.home,
                context.day,
                decision,
                equity=record.equity,
                trades=record.trades,
                text=documents.pop("decision.txt"),
                memo_html=documents.pop("memo.html"),
                log_summary=context.log_summary,
                others=documents,
            )
            archive, written = self.home.relative(paths.archive), report_paths(self.home, paths)
            hashes = dict(paths.hashes)
        return {
            "complete": True,
            "decision": decision.decision.value,
            "score": decision.score,
            "gates": [gate.as_dict() for gate in decision.gates],
            "evidence": decision.evidence.as_dict(),
            "reproducible": decision.reproducible,
            "synthetic": decision.data.synthetic,
            "sha256": decision_sha256(decision),
            "archive": archive,
            "archived": hashes,
            "candidate": None if self.scored is None else self.scored.as_dict(),
            "window": None if self.window is None else self.window.as_dict(),
            "report": written,
            "identical": self.identical,
        }

    def _episode_done(self, episode: int, equity: pd.DataFrame, trades: pd.DataFrame) -> None:
        so_far = score(
            equity,
            trades,
            self.playbook.gates,
            self.playbook.decision,
            self.playbook.revalidation.bars_per_year,
        )
        self.gates = so_far.gates
        self._progress("backtest", episode, self.gates)

    def _stage(self, stage: str, gates: Sequence[GateResult]) -> None:
        if stage != "gates":  # reported at the end of the backtest
            self._progress(stage, self.episodes, gates)

    def _progress(self, stage: str, episode: int, gates: Sequence[GateResult] = ()) -> None:
        if self.stop.requested:
            raise _StopRequestedError
        self.spec.write_progress(
            {
                "stage": stage,
                "episode": episode,
                "episodes": self.episodes,
                "gates": [gate.as_dict() for gate in gates],
            }
        )


def _info(text: str) -> None:
    print(f"[INFO] {text}", flush=True)


def main() -> int:
    """Entry point of the process."""
    return run_program(revalidate)


if __name__ == "__main__":
    sys.exit(main())
