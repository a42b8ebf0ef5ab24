"""The recipe's verdict: what a person reads first of a sweep's tries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.language import Message, joined, plural
from core.sweep.recipe import FEWEST_SIBLINGS, FEWEST_TRIES

if TYPE_CHECKING:
    from core.sweep.recipe import Recipe, Standing


@dataclass(frozen=True)
class Verdict:
    """What a sweep's tries say of the week's recipe.

    :ivar sharpe: of the chosen model on the sweep's backtest data; None: not revalidated.
    :ivar other_playbook: the week's playbook is not the sweep's: another recipe.
    :ivar steps: of each try where the playbook asks for others; None: the playbook's.
    :ivar apart: why the tries are not the chosen model's siblings; None: they are.
    :ivar seed: of the chosen model; the try with it is the model itself. None: not known.
    """

    recipe: Recipe
    sharpe: float | None = None
    other_playbook: bool = False
    steps: int | None = None
    apart: Message | None = None
    seed: int | None = None

    @property
    def has_siblings(self) -> bool:
        """Whether the tries were made as the chosen model was."""
        return not self.other_playbook and self.apart is None

    def standing(self) -> Standing | None:
        """Where the model in use stands; None without its Sharpe, or without siblings."""
        if not self.has_siblings:
            return None
        return self.recipe.standing(self.sharpe, self.seed)

    def sentence(self) -> Message:
        """What a person reads first."""
        said = []
        if self.other_playbook:
            said.append(Message("This sweep was of another playbook than the week's."))
        tries = len(self.recipe.own)
        if not tries:
            said.append(
                Message("No try of its recipe has been scored on the week's own split yet.")
            )
            return joined(said)
        said.append(self._share(tries))
        if open_own := self.recipe.open_own:
            said.append(
                plural(
                    "{n} of {planned} tries has not ended.",
                    "{n} of {planned} tries have not ended.",
                    open_own,
                    planned=self.recipe.planned_own,
                )
            )
        if diverged := self.recipe.diverged():
            said.append(
                plural(
                    "{n} of them diverged and is no GO.",
                    "{n} of them diverged and are no GO.",
                    diverged,
                )
            )
        if tries < FEWEST_TRIES:
            said.append(
                plural(
                    "One seed says nothing of luck: try at least {fewest}.",
                    "So few seeds say little of luck: try at least {fewest}.",
                    tries,
                    fewest=FEWEST_TRIES,
                )
            )
        elif (standing := self.standing()) is not None:
            said += [*_rank(standing), _expected(standing)]
            if len(self.recipe.siblings(self.seed)) < tries:
                said.append(
                    Message("The try with its own seed {seed} is no sibling.", seed=str(self.seed))
                )
            if standing.outlier:
                said.append(Message("It is an outlier of its own recipe."))
            elif standing.outlier is None:
                said.append(
                    Message(
                        "Whether it is an outlier is not known below {fewest} siblings.",
                        fewest=FEWEST_SIBLINGS,
                    )
                )
        elif self.apart is not None and not self.other_playbook:
            said.append(self.apart)
        if self.recipe.failed:
            said.append(
                plural(
                    "{n} try crashed and is not counted.",
                    "{n} tries crashed and are not counted.",
                    self.recipe.failed,
                )
            )
        return joined(said)

    def _share(self, tries: int) -> Message:
        go = self.recipe.go()
        if self.steps is not None:
            return plural(
                "With {steps:,} steps each, not the playbook's, {go} of {n} try gives a GO.",
                "With {steps:,} steps each, not the playbook's, {go} of {n} tries give a GO.",
                tries,
                go=go,
                steps=self.steps,
            )
        if self.other_playbook:
            return plural(
                "That recipe gives a GO in {go} of {n} try.",
                "That recipe gives a GO in {go} of {n} tries.",
                tries,
                go=go,
            )
        return plural(
            "This recipe gives a GO in {go} of {n} try.",
            "This recipe gives a GO in {go} of {n} tries.",
            tries,
            go=go,
        )


def _rank(standing: Standing) -> list[Message]:
    values = {"rank": standing.rank, "siblings": standing.siblings}
    if standing.rank == 1:  # with a sibling level it would be 1.5
        said = [
            Message("The chosen model is better than all {siblings} of its siblings.", **values)
        ]
        if standing.without:
            said = [
                Message(
                    "The chosen model is better than all {siblings} siblings that have a Sharpe.",
                    **values,
                )
            ]
    elif standing.rank > standing.siblings and not standing.level:
        said = [Message("The chosen model is worse than all {siblings} of its siblings.", **values)]
        if standing.without:
            said = [
                Message(
                    "The chosen model is worse than all {siblings} siblings that have a Sharpe.",
                    **values,
                )
            ]
    else:
        said = [
            Message(
                "The chosen model would be number {rank:g} among {siblings} siblings.", **values
            )
        ]
    if standing.level:
        said.append(
            plural(
                "{n} sibling has exactly its Sharpe.",
                "{n} siblings have exactly its Sharpe.",
                standing.level,
            )
        )
    if standing.without:
        said.append(
            plural(
                "{n} sibling has no Sharpe and no rank.",
                "{n} siblings have no Sharpe and no rank.",
                standing.without,
            )
        )
    return said


def _expected(standing: Standing) -> Message:
    expected = standing.sharpe - standing.premium
    if standing.premium <= 0:
        return Message(
            "Its Sharpe {chosen:.2f} is not above the recipe's {expected:.2f}.",
            chosen=standing.sharpe,
            expected=expected,
        )
    return Message(
        "Expect Sharpe {expected:.2f}, not {chosen:.2f}.",
        expected=expected,
        chosen=standing.sharpe,
    )
