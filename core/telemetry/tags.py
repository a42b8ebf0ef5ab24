"""What each known tag means, what is healthy, and the trap in reading it.

The texts are shown beside a chart and decide nothing. They lie in
:mod:`core.telemetry.tag_texts` (PPO and what it shares with the others) and
:mod:`core.telemetry.tag_texts_others` (off-policy algorithms, TRPO, ARS, CleanRL, SB2).
"""

from __future__ import annotations

from dataclasses import dataclass

from core.playbook.text import Text
from core.telemetry.aliases import canonical
from core.telemetry.tag_texts import OBSERVED, PPO, SB3, Row
from core.telemetry.tag_texts_others import OTHERS


@dataclass(frozen=True)
class TagMeaning:
    """One tag, explained. Where no range means anything, ``healthy`` is None."""

    tag: str  # SB3's present name
    title: Text
    definition: Text
    source: Text  # where definition and range come from
    unit: Text | None = None
    healthy: Text | None = None
    trap: Text | None = None


def _text(pair: tuple[str, str] | str | None) -> Text | None:
    if pair is None:
        return None
    en, pt = (pair, pair) if isinstance(pair, str) else pair
    return Text(en=en, pt=pt)


def _meaning(tag: str, row: Row) -> TagMeaning:
    return TagMeaning(
        tag=tag,
        title=_text(row["title"]),
        definition=_text(row["definition"]),
        source=_text(row.get("source", SB3)),
        unit=_text(row.get("unit")),
        healthy=_text(row.get("healthy")),
        trap=_text(row.get("trap")),
    )


MEANINGS: dict[str, TagMeaning] = {tag: _meaning(tag, row) for tag, row in (PPO | OTHERS).items()}


def meaning(tag: str) -> TagMeaning | None:
    """What a tag means, under whatever name it is written; None if nobody here knows."""
    known = MEANINGS.get(tag) or MEANINGS.get(canonical(tag))
    if known is None and tag.startswith("reward/"):
        part = tag.removeprefix("reward/").replace("_", " ")
        return TagMeaning(
            tag,
            Text(en=f"Reward: {part}", pt=f"Reward: {part}"),
            Text(
                en=f"Mean of the reward's component {part!r} over a rollout.",
                pt=f"Média do componente {part!r} do reward em um rollout.",
            ),
            Text(en="agent/reward.py", pt="agent/reward.py"),
            unit=Text(en="reward", pt="reward"),
            trap=Text(
                en="Components of equal size in every action teach nothing.",
                pt="Componentes de mesmo tamanho em toda ação não ensinam nada.",
            ),
        )
    return known


__all__ = ["MEANINGS", "OBSERVED", "TagMeaning", "meaning"]
