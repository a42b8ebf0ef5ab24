"""Sweeps of the active week's recipe: start, stop, resume, and how far they are."""

from __future__ import annotations

import secrets
from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING, Any

from core.errors import InputError, TrainweekError
from core.language import Message
from core.ledger_bodies import SweepResumed, SweepStarted, SweepStopped
from core.playbook.settings import LARGEST_SEED
from core.sweep.record import tested_window
from core.timestamps import iso
from core.vocabulary import Right, SweepState
from core.week import CREATE_WEEK
from runner.client.base import BaseClient
from runner.client.start_rules import blocked_start
from runner.client.week_changes import archived
from runner.outcomes import Recorded, Refused
from runner.store import queries
from runner.store.sweep_holds import held_by, refused_by_lock
from runner.store.sweeps import equity_hashes, sweep_by_id, sweeps

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from core.ledger_bodies import Body
    from core.market import Candles
    from core.paths import Home
    from core.sweep.record import Sweep
    from core.week import Week

MOST_SEEDS, MOST_FOLDS = 200, 20
_MOST_STEPS = 1_000_000_000
_LIST = Message("List them: trainweek sweep list")
_IN_PROGRESS = (SweepState.RUNNING, SweepState.STOPPING)


class Sweeps(BaseClient):
    """Lists, starts, stops and resumes sweeps. The runner requests their trials."""

    def sweeps(self, week_id: str | None = None) -> list[Sweep]:
        """The sweeps of a week (with None: of all), newest first."""
        with self.store.read() as connection:
            return sweeps(connection, week_id)

    def sweep(self, sweep_id: str) -> Sweep | None:
        """A sweep by its id; None if it does not exist."""
        with self.store.read() as connection:
            return sweep_by_id(connection, sweep_id)

    def equity_hashes(self) -> dict[str, str]:
        """SHA-256 of each scored trial's equity.csv, by job."""
        with self.store.read() as connection:
            return equity_hashes(connection)

    def sweep_waits_for(self, sweep: Sweep) -> Message | None:
        """Why no further trial of it begins; None: nothing holds it."""
        with self.store.read() as connection:
            return held_by(connection, self.home, sweep)

    def sweep_parallel(self) -> int:
        """How many trials run at once."""
        from runner.settings import Settings

        return Settings.read(self.home).sweep_parallel

    def start_sweep(
        self, seeds: int, folds: int, steps: int | None = None
    ) -> Recorded[Sweep] | Refused:
        """Try the recipe of the active week with so many seeds, on its own split and on folds.

        :param folds: walk-forward folds of the training data; 0: the week's own split alone.
        :param steps: of each training; None: the playbook's.
        """
        if denied := self._denied(Right.REVALIDATE):
            return denied
        if refused := _out_of_range(seeds, folds, steps):
            return refused
        with self.store.read() as connection:
            week = self._startable(connection)
        if isinstance(week, Refused):
            return week
        if refused := _beyond_the_last_seed(week, seeds):
            return refused
        try:  # reading the candles takes seconds: not while others wait to write
            body = _planned(self.home, week, seeds, folds, steps, self._new_id())
        except TrainweekError as error:
            return Refused.by(error)
        with self.store.write() as transaction:
            again = self._startable(transaction.connection)
            if isinstance(again, Refused):
                return again
            if again.playbook_sha256 != body.playbook_sha256:
                return Refused(Message("The week's playbook has just changed."), _AGAIN)
            windows = [
                tested_window(fold, body.train_sha256, body.backtest_sha256) for fold in body.folds
            ]
            if locked := refused_by_lock(transaction.connection, windows):
                return Refused(*locked)
            self._append(transaction, body, again.id)
            found = sweep_by_id(transaction.connection, body.id)
            assert found is not None
            return Recorded(found)

    def stop_sweep(self, sweep_id: str) -> Recorded[Sweep] | Refused:
        """No further trial begins, and the running ones are stopped; a resume begins them again."""
        return self._stop_or_resume(sweep_id, SweepStopped(id=sweep_id))

    def resume_sweep(self, sweep_id: str) -> Recorded[Sweep] | Refused:
        """What a stop left open goes on; what was scored stays."""
        return self._stop_or_resume(sweep_id, SweepResumed(id=sweep_id))

    def _stop_or_resume(
        self, sweep_id: str, body: SweepStopped | SweepResumed
    ) -> Recorded[Sweep] | Refused:
        if denied := self._denied(Right.REVALIDATE):
            return denied
        with self.store.write() as transaction:
            connection = transaction.connection
            sweep = sweep_by_id(connection, sweep_id)
            if sweep is None:
                return Refused(Message("There is no sweep {sweep}.", sweep=sweep_id), _LIST)
            if refused := self._elsewhere(connection) or _no_change(connection, sweep, body):
                return refused
            stops = isinstance(body, SweepStopped)
            if stops == (sweep.stopped_at is None) or (sweep.is_stuck and not stops):
                self._append(transaction, body, sweep.week_id)
            return Recorded(sweep_by_id(connection, sweep_id) or sweep)

    def _startable(self, connection: Connection) -> Week | Refused:
        if refused := self._elsewhere(connection):
            return refused
        week = self._meant_week(connection)
        if week is None:
            return Refused(Message("There is no active week."), CREATE_WEEK)
        if week.playbook.training.command is not None:
            return Refused(
                Message(
                    "The playbook names its own trainer; a sweep trains with the built-in one."
                ),
                Message("Remove training.command from the playbook, or sweep with your trainer."),
            )
        if refused := blocked_start(connection, week):
            return refused
        return _another(connection) or week

    def _new_id(self) -> str:
        return f"sweep-{self.now().astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


_AGAIN = Message("Try again.")


def _out_of_range(seeds: int, folds: int, steps: int | None) -> Refused | None:
    if seeds == 1:
        return Refused(
            Message("One seed says nothing of luck."), Message("Give at least 2 seeds, better 20.")
        )
    if not 2 <= seeds <= MOST_SEEDS or not 0 <= folds <= MOST_FOLDS:
        return Refused(
            Message("{seeds} seeds and {folds} folds are out of range.", seeds=seeds, folds=folds),
            Message(
                "Give 2 to {seeds} seeds and 0 to {folds} folds.",
                seeds=MOST_SEEDS,
                folds=MOST_FOLDS,
            ),
        )
    if steps is not None and not 1 <= steps <= _MOST_STEPS:
        return Refused(
            Message("{steps} steps are out of range.", steps=steps), Message("Give at least 1.")
        )
    return None


def _beyond_the_last_seed(week: Week, seeds: int) -> Refused | None:
    """The seeds of a sweep follow the playbook's."""
    if week.playbook.training.seed + seeds <= LARGEST_SEED:
        return None
    return Refused(
        Message(
            "{seeds} seeds after the playbook's {seed} go beyond the largest, {largest}.",
            seeds=seeds,
            seed=week.playbook.training.seed,
            largest=LARGEST_SEED,
        ),
        Message("Give the playbook a smaller training.seed."),
    )


def _another(connection: Connection) -> Refused | None:
    for sweep in sweeps(connection):
        if sweep.state in _IN_PROGRESS:
            return Refused(
                Message("{sweep} is in progress, requested by {by}.", sweep=sweep.id, by=sweep.by),
                Message(
                    "Wait until it has ended, or stop it: trainweek sweep stop {sweep}",
                    sweep=sweep.id,
                ),
            )
    return None


def _no_change(connection: Connection, sweep: Sweep, body: Body) -> Refused | None:
    if sweep.state is SweepState.FINISHED:
        return Refused(Message("{sweep} has ended: every trial is done.", sweep=sweep.id), _LIST)
    if isinstance(body, SweepStopped):
        return None
    week = queries.week_by_id(connection, sweep.week_id)
    if week is not None and week.archived_at is not None:
        return archived(week)
    if sweep.state is SweepState.STOPPING:
        return Refused(
            Message("{sweep} is stopping.", sweep=sweep.id),
            Message("Wait until its running trials have ended."),
        )
    return _another(connection) if sweep.stopped_at is not None else None


def _planned(
    home: Home, week: Week, seeds: int, folds: int, steps: int | None, sweep_id: str
) -> SweepStarted:
    """Seeds and folds of a sweep; the seeds follow the playbook's, so none is the run's own.

    :raises TrainweekError: candles that can't be read or judged, or folds that don't fit.
    """
    from core.market import load_candles
    from core.sweep.folds import OWN_SPLIT, require_judged, walk_forward
    from core.trading.hold_out import symbol_of
    from core.trading.training_bars import fewest_bars, purge_gap
    from core.trading.warm_up import WARM_UP

    settings = week.playbook.training
    trained = load_candles(home.train_data_of(week.playbook.symbol))
    tested = load_candles(home.resolve(week.playbook.revalidation.backtest_data_dir))
    _require_later(trained, tested)
    judged = partial(require_judged, interval=trained.interval, settings=settings)
    judged(trained.last, tested.first, len(tested))
    found = walk_forward(
        len(trained), folds, embargo=purge_gap(settings), fewest_train=fewest_bars(settings)
    )
    times = trained.frame.index
    symbols = [symbol_of(each.raw.symbols, week.playbook.symbol) for each in (trained, tested)]
    rows: list[dict[str, Any]] = [
        {
            "number": OWN_SPLIT,
            "train": _ends(trained, 0, -1),
            "test": _ends(tested, 0, -1),
            "symbol": symbols[1],
        }
    ]
    for number, fold in enumerate(found, start=1):
        loaded = fold.test[0] - WARM_UP  # the embargo's last bars warm the features up
        judged(times[fold.train[1]], times[loaded], fold.test[1] - loaded + 1)
        rows.append(
            {
                "number": number,
                "train": _ends(trained, *fold.train),
                "test": _ends(trained, loaded, fold.test[1]),
                "symbol": symbols[0],
            }
        )
    return SweepStarted(
        id=sweep_id,
        seeds=[settings.seed + 1 + number for number in range(seeds)],
        folds=rows,
        steps=None if steps == settings.total_steps else steps,
        playbook_sha256=week.playbook_sha256,
        train_sha256=trained.sha256,
        backtest_sha256=tested.sha256,
    )


def _ends(candles: Candles, first: int, last: int) -> list[str]:
    times = candles.frame.index
    return [iso(times[bar].to_pydatetime()) for bar in (first, last)]


def _require_later(trained: Candles, tested: Candles) -> None:
    if tested.first <= trained.last:
        raise InputError(
            Message(
                "The backtest data begin at {first:%Y-%m-%d %H:%M} UTC, before the training data"
                " end at {last:%Y-%m-%d %H:%M} UTC.",
                first=tested.first,
                last=trained.last,
            ),
            Message("Use later candles, or train on earlier ones."),
        )
