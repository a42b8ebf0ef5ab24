"""The section ``recipe`` of decision.json: what other seeds of the model's recipe give."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.json_model import Count, Ends, JsonModel, Sentence, Share
from core.language import Message, joined
from core.sweep.folds import OWN_SPLIT
from core.trading.evidence import OfRecipe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.gates import Scorecard
    from core.playbook.settings import TrainingSettings
    from core.sweep.recipe import Recipe
    from core.sweep.record import Sweep
    from core.sweep.siblings import Made
    from core.trading.multiplicity import Multiplicity


class RecipeRecord(JsonModel):
    """The tries of a sweep, and where the judged model stands among them."""

    state: Literal["tried", "not tried", "other recipe"] = Field(
        description="tried: a sweep counts; not tried: the week has none with a result; other recipe: "
        "it has, but the model is no sibling of their tries."
    )
    verdict: Sentence = Field(description="The sentence to read first.")
    sweep: str | None = Field(default=None, description="The sweep that counts; null: none does.")
    tries: Count = Field(default=0, description="Tries with a result on the same bars.")
    siblings: Count | None = Field(
        default=None,
        description="Those of them that are not the judged model's own seed, which gives the model "
        "again; absent in older ones: all.",
    )
    go: Count = Field(default=0, description="Those that are a GO.")
    diverged: Count = Field(default=0, description="Those whose training diverged.")
    planned: Count | None = Field(
        default=None,
        description="Tries on the same bars that the sweep was to make; absent in older ones.",
    )
    open: Count = Field(
        default=0,
        description="Those of them that had not ended: the verdict is of a part; absent: none, or "
        "older.",
    )
    crashed: Count = Field(default=0, description="Tries without a result, in no other number.")
    sharpe: float | None = Field(
        default=None, description="Interquartile mean of the tries' Sharpe ratios."
    )
    interval: Ends | None = Field(default=None, description="Of that mean, 95 %.")
    rank: float | None = Field(
        default=None, description="Of the judged model among the tries with a Sharpe, 1 the best."
    )
    luck_premium: float | None = Field(
        default=None, description="The judged model's Sharpe minus that mean."
    )
    expected: float | None = Field(
        default=None,
        description="Interquartile mean of the siblings' Sharpe ratios: what the recipe gives without "
        "the judged model; null or absent: below five siblings, or older.",
    )
    as_good: Share | None = Field(
        default=None,
        description="Share of the tries, the judged model included, whose Sharpe is at least as good; "
        "null: not known, as below 19 siblings.",
    )
    outlier: bool | None = Field(
        default=None,
        description="Whether that share is 5 % or less; null: not known.",
    )
    others: Count = Field(
        default=0,
        description="Scored tries of other sweeps, of this week or on these bars, that can't be "
        "compared with the model. With some, and without a known outlier, it is ADEQUATE at best.",
    )


@dataclass(frozen=True)
class Siblings:
    """What a revalidation knows of the model's recipe.

    :ivar sweeps: of the week, or on some of the judged bars in any week, newest first.
    :ivar made: how the judged model was made.
    :ivar recipe: training settings of the playbook.
    :ivar tried: those of the sweeps' playbooks by SHA-256; one that is not there is not known.
    :ivar equities: SHA-256 of the tries' equity by job, as the ledger has it; older lines have none.
    """

    sweeps: tuple[Sweep, ...]
    made: Made
    recipe: TrainingSettings
    tried: Mapping[str, TrainingSettings] = field(default_factory=dict)
    equities: Mapping[str, str] = field(default_factory=dict)

    def apart(self, sweep: Sweep) -> Message | None:
        """Why the tries of a sweep are not the model's siblings; None: they are."""
        from core.sweep.siblings import apart  # loads the playbook, which a list does not need

        return apart(sweep, self.made, self.recipe, self.tried.get(sweep.playbook_sha256))

    def own_seed(self, sweep: Sweep) -> int | None:
        """The seed with which a sweep gives the judged model itself; None: with none, or unknown."""
        from core.sweep.siblings import otherwise_made

        tried = self.tried.get(sweep.playbook_sha256)
        return None if otherwise_made(sweep, self.made, self.recipe, tried) else self.made.seed


def recipe_record(siblings: Siblings, card: Scorecard) -> RecipeRecord:
    """The section, from the sweep with the most tries that are the model's siblings."""
    untried = RecipeRecord(
        state="not tried",
        verdict=Message(
            "The recipe was not tried: no sweep of this week says what other seeds give."
        ),
    )
    reasons = [(each, siblings.apart(each)) for each in siblings.sweeps]
    alike = [(each, each.recipe()) for each, why in reasons if why is None]
    # One without a result says nothing, so it holds nothing against the model either.
    others = [(len(each.recipe().own), why) for each, why in reasons if why is not None]
    strange = [why for tries, why in others if tries]
    found = max(alike, key=lambda pair: len(pair[1].own), default=None)
    of_others = sum(tries for tries, _ in others)
    if found is not None and (found[1].own or not strange):
        record = _of_sweep(*found, card, siblings)
        return record.model_copy(update={"others": of_others})
    if not strange:
        return untried
    return RecipeRecord(
        state="other recipe",
        verdict=joined([Message("No sweep of the model's recipe counts."), strange[0]]),
        others=of_others,
    )


def _of_sweep(sweep: Sweep, recipe: Recipe, card: Scorecard, siblings: Siblings) -> RecipeRecord:
    from core.sweep.recipe import FEWEST_TRIES
    from core.sweep.verdict import Verdict

    sharpe = card.gate("sharpe").value
    steps = None if sweep.steps in (None, siblings.recipe.total_steps) else sweep.steps
    seed = siblings.made.seed
    verdict = Verdict(recipe, sharpe, steps=steps, seed=seed)
    standing, among = verdict.standing(), recipe.spread("sharpe", own=True)
    enough = standing is not None and standing.siblings >= FEWEST_TRIES
    expected = sharpe - standing.premium if enough and standing and sharpe is not None else None
    return RecipeRecord(
        state="tried" if recipe.own else "not tried",
        verdict=verdict.sentence(),
        sweep=sweep.id,
        tries=len(recipe.own),
        siblings=len(recipe.siblings(seed)),
        go=recipe.go(),
        diverged=recipe.diverged(),
        planned=recipe.planned_own,
        open=recipe.open_own,
        crashed=recipe.failed,
        sharpe=among.iqm,
        interval=None if among.interval is None else (among.interval.low, among.interval.high),
        rank=None if standing is None else standing.rank,
        luck_premium=None if standing is None else standing.premium,
        expected=expected,
        as_good=None if standing is None else standing.as_good,
        outlier=None if standing is None else standing.outlier,
    )


def tries_since(decided: RecipeRecord | None, created_at: datetime, sweep: Sweep) -> int:
    """Scored tries of a sweep that a decision does not know of.

    Of its own sweep it says how many it knew; of another one only the time of their ends tells.
    """
    own = sum(each.fold == OWN_SPLIT and each.decision is not None for each in sweep.trials)
    if decided is not None and decided.sweep == sweep.id:
        return max(own - decided.tries, 0)
    return own if sweep.newest_try is not None and sweep.newest_try > created_at else 0


def of_recipe(record: RecipeRecord | None, multiplicity: Multiplicity | None) -> OfRecipe:
    """What the sweep adds to the evidence grade; nothing without one."""
    measured = (
        multiplicity.dsr_measured
        if multiplicity and multiplicity.tries + multiplicity.unrecorded
        else None
    )
    if record is None:
        return OfRecipe(dsr=measured)
    from core.sweep.recipe import ORDINARY

    limit = 0.0 if record.as_good is None else ORDINARY
    return OfRecipe(record.as_good, limit, measured, record.others > 0, record.expected)
