"""Two recorded decisions side by side: gates, evidence, inputs, settings and playbooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.decision.comparison import EarlierDecision, compared
from core.differences import ValuePair, flattened, value_pairs
from core.yaml_files import TreeError, read_tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.decision.change import ComparedDecision, Part
    from core.decision.load import SavedDecision
    from core.decision.record import RecordedDecision
    from core.decision.trust import CodeVersion

PARTS: tuple[Part, ...] = ("model", "data", "playbook", "code")
EVIDENCE = ("psr0", "psr1", "dsr", "sharpe_daily", "trades", "days")


@dataclass(frozen=True)
class SideBySide:
    """Two decisions, the one that was made first on the left.

    :ivar compared: equal inputs, and each gate with its difference.
    :ivar settings: those that differ, of training and of revalidation.
    :ivar equal_settings: number of settings that are equal.
    :ivar playbook: values that differ; None if the text of one is not known any more.
    """

    earlier: SavedDecision
    later: SavedDecision
    compared: ComparedDecision
    settings: tuple[ValuePair, ...]
    equal_settings: int
    playbook: tuple[ValuePair, ...] | None

    def same(self, part: Part) -> bool | None:
        """Whether both were made with the same; None: not recorded in one of them."""
        if part == "code" and any(_code(each.decision) is None for each in self._both):
            return None
        return part in self.compared.same

    @property
    def _both(self) -> tuple[SavedDecision, SavedDecision]:
        return self.earlier, self.later

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        sides = (("earlier", self.earlier), ("later", self.later))
        return {
            **{name: _side(saved) for name, saved in sides},
            "same": {part: self.same(part) for part in PARTS},
            "gates": {
                gate: change.model_dump(mode="json") for gate, change in self.compared.gates.items()
            },
            "numerics": list(self.compared.numerics),
            "settings": [vars(pair) for pair in self.settings],
            "equal_settings": self.equal_settings,
            "playbook": None if self.playbook is None else [vars(pair) for pair in self.playbook],
        }


def side_by_side(
    one: SavedDecision, other: SavedDecision, playbook_of: Callable[[SavedDecision], str | None]
) -> SideBySide:
    """Compare two decisions, in the order of their times.

    :param playbook_of: the text of a decision's playbook; None if it is not known any more.
    """
    earlier, later = sorted((one, other), key=lambda each: each.decision.created_at)
    settings = [settings_of(each.decision) for each in (earlier, later)]
    differ = value_pairs(*settings)
    names = {name for each in settings for name in flattened(each)}
    return SideBySide(
        earlier,
        later,
        compared(EarlierDecision(earlier.sha256, earlier.decision), later.decision),
        differ,
        len(names) - len(differ),
        _playbooks(earlier, later, playbook_of),
    )


def settings_of(decided: RecordedDecision) -> dict[str, Any]:
    """What a decision was made with: training settings by their names, then the revalidation's."""
    resampled, code = decided.uncertainty, _code(decided)
    return {
        **(decided.model.settings or {}),
        "training.versions": decided.model.versions or {},
        "revalidation": {
            "costs": decided.costs.model_dump(),
            "start_capital": decided.start_capital,
            "max_exposure": decided.max_exposure,
            "warm_up_bars": decided.warm_up_bars,
            "resampled_records": resampled and resampled.repetitions,
            "seeds": dict(decided.seeds),
            "definitions": decided.conventions.id,
            "versions": (decided.versions or {}) | ({"trainweek": code.version} if code else {}),
            "trial": decided.trial,
        },
    }


def _code(decided: RecordedDecision) -> CodeVersion | None:
    return None if decided.trust is None else decided.trust.code


def _playbooks(
    earlier: SavedDecision, later: SavedDecision, text_of: Callable[[SavedDecision], str | None]
) -> tuple[ValuePair, ...] | None:
    if earlier.decision.playbook.sha256 == later.decision.playbook.sha256:
        return ()
    trees = []
    for saved in (earlier, later):
        try:
            tree = read_tree(text_of(saved) or "").data
        except TreeError:
            return None
        if not isinstance(tree, dict):
            return None
        trees.append(tree)
    return value_pairs(*trees)


def _side(saved: SavedDecision) -> dict[str, Any]:
    decided = saved.decision
    return {
        "sha256": saved.sha256,
        "created_at": decided.created_at,
        "week": decided.week,
        "decision": decided.decision.value,
        "score": decided.score,
        "evidence": {
            "grade": decided.evidence.grade.value,
            **{name: getattr(decided.evidence, name) for name in EVIDENCE},
        },
        "run": decided.model.run,
        "step": decided.model.step,
        "model_sha256": decided.model.sha256,
        "data": {name: getattr(decided.data, name) for name in ("sha256", "rows", "first", "last")},
        "playbook": decided.playbook.model_dump(),
    }
