"""Reproductions: a decided model trained again, as a job beside the week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import select

from core.errors import TrainweekError
from core.files import write_bytes
from core.job_params import ReproduceParams
from core.language import Message
from core.ledger_bodies import DecisionMade, DecisionReproduced, readable_body
from core.vocabulary import JobKind
from runner.client.jobs import Jobs
from runner.client.recipes import manifest_for, playbook_for
from runner.outcomes import AlreadyRunning, Refused, Submitted
from runner.store import record_queries
from runner.store.hold_outs import hold_outs
from runner.store.schema import ledger

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from core.decision import SavedDecision
    from core.decision.model_recipe import Recipe
    from core.decision.reproduction import Reproduction
    from core.paths import Home
    from core.trading.hold_out import Window
    from runner.records import DecisionLine, Job

_UNCOUNTED = (
    Message(
        "This decision is not in this ledger, and models are judged on its backtest bars here: its"
        " gates would be a look that nothing counts."
    ),
    Message("Reproduce it in a data directory without a week, named by --home."),
)
LOCKED = Message("Open the hold-out for its final look first; a reproduction comes after it.")


class Reproductions(Jobs):
    """Lists reproductions and requests them."""

    def reproductions(self, sha256: str) -> list[Reproduction]:
        """The results of the reproductions of a decision, newest first."""
        with self.store.read() as connection:
            return reproductions_of(record_queries.decision_lines(connection), sha256)

    def reproduction_job(self, sha256: str) -> Job | None:
        """The newest job that reproduces a decision."""
        with self.store.read() as connection:
            jobs = record_queries.jobs(connection, JobKind.REPRODUCE)
        return newest_of(jobs, sha256)

    def irreproducible(self, saved: SavedDecision) -> Refused | None:
        """Why a decision of this data directory can't be reproduced here now; None: it can."""
        try:
            return self._unready(self._own_recipe(saved), ReproduceParams(decision=saved.sha256))
        except TrainweekError as error:
            return Refused.by(error)

    def reproduce(
        self,
        saved: SavedDecision,
        train_data_dir: str | None = None,
        backtest_data_dir: str | None = None,
        key: str | None = None,
    ) -> Submitted | AlreadyRunning | Refused:
        """Train the model of this data directory's decision again and compare its gates."""
        params = ReproduceParams(
            decision=saved.sha256,
            week=saved.decision.week,
            train_data_dir=train_data_dir,
            backtest_data_dir=backtest_data_dir,
        )
        if denied := self.denied_job(JobKind.REPRODUCE, params):
            return denied
        try:
            return self._request(self._own_recipe(saved), params, key)
        except TrainweekError as error:
            return Refused.by(error)

    def reproduce_capsule(
        self,
        content: bytes,
        train_data_dir: str | None = None,
        backtest_data_dir: str | None = None,
        key: str | None = None,
    ) -> Submitted | AlreadyRunning | Refused:
        """The same from a capsule, whoever sealed it: what it claims is tried, not believed.

        One of the first format has no recipe; where the decision was made its parts are here.
        """
        from core.decision.capsule import whole_capsule
        from core.decision.model_recipe import Recipe

        asked: dict[str, Any] = {
            "train_data_dir": train_data_dir,
            "backtest_data_dir": backtest_data_dir,
        }
        try:
            capsule = whole_capsule(content)
            bound = capsule["signed"]["statement"]["bound"]
            given = capsule.get("recipe") or {}
            week = str(capsule["signed"]["statement"]["week"])
            sha256 = str(capsule["signed"]["statement"]["decision_sha256"])
            own = (self.home.revalidation_archive / sha256).is_dir()
            params = ReproduceParams(decision=sha256, week=week if own else None, **asked)
            if denied := self.denied_job(JobKind.REPRODUCE, params):
                return denied
            with self.store.read() as connection:
                playbook = given.get("playbook") or playbook_for(
                    connection, week, bound["playbook"]["sha256"]
                )
            manifest = given.get("manifest") or manifest_for(self.home, bound["model"])
            recipe = Recipe.of(capsule["files"]["decision.json"], manifest, playbook)
            with self.store.read() as connection:
                if refused := uncounted_look(connection, recipe):
                    return refused
            return self._request(recipe, params, key)
        except TrainweekError as error:
            return Refused.by(error)

    def _own_recipe(self, saved: SavedDecision) -> Recipe:
        from core.decision.model_recipe import Recipe

        decided = saved.decision
        with self.store.read() as connection:
            playbook = playbook_for(connection, decided.week, decided.playbook.sha256)
        manifest = manifest_for(self.home, decided.model.as_dict())
        return Recipe.of(saved.file("decision.json").read_text("utf-8"), manifest, playbook)

    def _request(
        self, recipe: Recipe, params: ReproduceParams, key: str | None
    ) -> Submitted | AlreadyRunning | Refused:
        from core.decision.model_recipe import FILE

        if refused := self._unready(recipe, params):
            return refused
        write_bytes(self.home.reproductions(recipe.sha256) / FILE, recipe.as_file())
        return self.submit(JobKind.REPRODUCE, params, key)

    def _unready(self, recipe: Recipe, params: ReproduceParams) -> Refused | None:
        """:raises TrainweekError: candles with the recipe's hashes are not here."""
        candle_places(self.home, recipe, params)
        with self.store.read() as connection:
            return locked(connection, recipe)


def reproductions_of(lines: Iterable[DecisionLine], sha256: str) -> list[Reproduction]:
    """The results for a decision, newest first."""
    from core.decision.reproduction import Reproduction

    found = []
    for _, body in lines:
        if isinstance(body, DecisionReproduced) and body.revalidation_sha256 == sha256:
            try:
                found.append(Reproduction.model_validate(body.result))
            except ValidationError:  # of another version; its file says what it found
                continue
    return found[::-1]


def newest_of(jobs: Iterable[Job], sha256: str) -> Job | None:
    """The newest job that reproduces a decision.

    :param jobs: newest first.
    """
    return next((job for job in jobs if job.params.get("decision") == sha256), None)


def candle_places(home: Home, recipe: Recipe, params: ReproduceParams) -> tuple[Path, Path]:
    """The folders of the training and of the backtest candles with the recipe's hashes.

    :raises MarketDataError: none has them.
    """
    from core.decision.model_recipe import candles_of
    from core.playbook import parse_playbook

    def among(given: str | None, *usual: Path) -> list[Path]:
        return [home.resolve(given)] if given else list(dict.fromkeys(usual))

    playbook = parse_playbook(recipe.playbook_text, "playbook.yaml")
    train, backtest = recipe.train_sha256, recipe.backtest_sha256
    tests = home.resolve(playbook.revalidation.backtest_data_dir)
    return (
        candles_of(
            train,
            among(
                params.train_data_dir,
                home.train_data_of(playbook.symbol),
                home.train_data,  # the symbol had no folder of its own yet
                home.signed_data(train),
            ),
            Message("training data"),
        ),
        candles_of(
            backtest,
            among(params.backtest_data_dir, tests, home.signed_data(backtest)),
            Message("backtest data"),
        ),
    )


def uncounted_look(connection: Connection, recipe: Recipe) -> Refused | None:
    """The refusal of a decision that is not in this ledger, on bars that this one judges models on.

    Anybody can seal a capsule of any recipe: its gates would be a look that nothing counts.
    """
    lines = select(ledger.c.body).where(ledger.c.kind == DecisionMade.kind)
    for raw in connection.scalars(lines):
        body = readable_body(DecisionMade.kind, raw)
        if isinstance(body, DecisionMade) and body.sha256 == recipe.sha256:
            return None
    found, window = hold_outs(connection), window_of(recipe)
    looked_at = any(look.window.overlaps(window) for look in found.looks)
    return Refused(*_UNCOUNTED) if looked_at or found.lock_of(window) is not None else None


def window_of(recipe: Recipe) -> Window:
    """The backtest bars that the recipe's model is judged on."""
    from core.trading.hold_out import Window

    data, symbol = recipe.decision.data, recipe.decision.symbol
    return Window(data=data.sha256, first=data.first, last=data.last, bars=data.rows, symbol=symbol)


def locked(connection: Connection, recipe: Recipe) -> Refused | None:
    """The refusal while the bars are reserved for a look that was not made yet."""
    window = window_of(recipe)
    found = hold_outs(connection)
    refusal = found.refusal(window) if found.state(window) == "locked" else None
    return None if refusal is None else Refused(refusal[0], LOCKED)
