"""The section ``recipe`` of decision.json: what other seeds of the model's recipe give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.json_model import Count, Ends, JsonModel, Sentence, Share
from core.language import Message, joined
from core.trading.evidence import OfRecipe

if TYPE_CHECKING:
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
    as_good: Share | None = Field(
        default=None,
        description="Share of the tries, the judged model included, that are at least as good.",
    )
    outlier: bool | None = Field(
        default=None,
        description="Whether the recipe does not give such a model again; null: not known.",
    )


@dataclass(frozen=True)
class Siblings:
    """What a revalidation knows of the model's recipe.

    :ivar sweeps: of the week, newest first.
    :ivar made: how the judged model was made.
    :ivar recipe: training settings of the playbook.
    """

    sweeps: tuple[Sweep, ...]
    made: Made
    recipe: TrainingSettings

    def own_seed(self, sweep: Sweep) -> int | None:
        """The seed with which a sweep gives the judged model itself; None: with none, or unknown."""
        from core.sweep.siblings import apart

        return None if apart(sweep, self.made, self.recipe) else self.made.seed


def recipe_record(siblings: Siblings, card: Scorecard) -> RecipeRecord:
    """The section, from the sweep with the most tries that are the model's siblings."""
    if not siblings.sweeps:
        return RecipeRecord(
            state="not tried",
            verdict=Message(
                "The recipe was not tried: no sweep of this week says what other seeds give."
            ),
        )
    from core.sweep.siblings import apart  # the rest loads numpy, which a list does not need

    reasons = [(each, apart(each, siblings.made, siblings.recipe)) for each in siblings.sweeps]
    alike = [(each, each.recipe()) for each, why in reasons if why is None]
    found = max(alike, key=lambda pair: len(pair[1].own), default=None)
    if found is None:
        return RecipeRecord(
            state="other recipe",
            verdict=joined(
                [Message("No sweep of the model's recipe counts."), reasons[0][1] or ""]
            ),
        )
    return _of_sweep(*found, card, siblings)


def _of_sweep(sweep: Sweep, recipe: Recipe, card: Scorecard, siblings: Siblings) -> RecipeRecord:
    from core.sweep.verdict import Verdict

    sharpe = card.gate("sharpe").value
    steps = None if sweep.steps in (None, siblings.recipe.total_steps) else sweep.steps
    seed = siblings.made.seed
    verdict = Verdict(recipe, sharpe, steps=steps, passed=card.passed, seed=seed)
    standing, among = verdict.standing(), recipe.spread("sharpe", own=True)
    judged = standing if standing is not None and recipe.judges else None
    return RecipeRecord(
        state="tried" if recipe.own else "not tried",
        verdict=verdict.sentence(),
        sweep=sweep.id,
        tries=len(recipe.own),
        siblings=len(recipe.siblings(seed)),
        go=recipe.go(),
        diverged=recipe.diverged(),
        crashed=recipe.failed,
        sharpe=among.iqm,
        interval=None if among.interval is None else (among.interval.low, among.interval.high),
        rank=None if standing is None else standing.rank,
        luck_premium=None if standing is None else standing.premium,
        as_good=None if judged is None else judged.as_good,
        outlier=None if judged is None else judged.outlier,
    )


def of_recipe(record: RecipeRecord | None, multiplicity: Multiplicity | None) -> OfRecipe:
    """What the sweep adds to the evidence grade; nothing without one."""
    measured = multiplicity.dsr_measured if multiplicity and multiplicity.tries else None
    if record is None or record.as_good is None:
        return OfRecipe(dsr=measured)
    from core.sweep.recipe import outlier_limit

    siblings = record.tries if record.siblings is None else record.siblings
    return OfRecipe(record.as_good, outlier_limit(siblings), measured)
