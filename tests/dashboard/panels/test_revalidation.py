"""The revalidation's page: what is known of its input."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from core.model_manifest import Validations
from tests.dashboard.place import Place, text_of

if TYPE_CHECKING:
    from pathlib import Path


def page_of(root: Path, *returns: float) -> str:
    """The page beside a best model with these validations."""
    seen = Validations()
    for step, earned in enumerate(returns, start=1):
        seen = seen.with_one(earned, -0.42, step)
    place = Place(root)
    place.week()
    place.home.best_model.parent.mkdir(parents=True, exist_ok=True)
    place.home.best_model.write_bytes(b"zip")
    manifest: dict[str, Any] = {
        "run": "run-a",
        "step": 2,
        "validation": {"sharpe": -0.42, "return_pct": -1.0, **seen.in_manifest()},
    }
    path = place.home.best_model.with_name("best_model.manifest.json")
    path.write_text(json.dumps(manifest), encoding="utf-8")
    test = place.draw("revalidation")
    assert not test.exception
    return text_of(test)


def test_a_best_model_that_never_trading_beat_is_said_before_it_is_revalidated(
    tmp_path: Path,
) -> None:
    said = "never trading was better than all 2"
    assert said in page_of(tmp_path / "lost", -1.0, -2.0)
    earned = page_of(tmp_path / "earned", -1.0, 2.0)
    assert "run run-a, step 2" in earned
    assert said not in earned
