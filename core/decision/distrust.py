"""What spoils a record whatever its gates say: a check that was made and failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WORDS = {
    "en": {
        "lookahead": "A look-ahead test failed: the result may rest on the future.",
        "repeats": "The backtest is not reproducible: run again, it gave other numbers.",
        "unseen": "Training and backtest ranges overlap: the model has seen these bars.",
    },
    "pt": {
        "lookahead": "Um teste de look-ahead falhou: o resultado pode apoiar-se no futuro.",
        "repeats": "O backtest não é reproduzível: repetido, deu outros números.",
        "unseen": "Os períodos de treino e de backtest se sobrepõem: o modelo já viu estas barras.",
    },
}


def distrust(decision: Mapping[str, Any], language: str = "en") -> list[str]:
    """A sentence for each check that failed, the gravest first; empty if none did.

    What nobody checked is no failure here; the evidence's grade says what it costs.
    """
    trust = decision.get("trust") or {}
    failed = {
        "lookahead": any(
            test.get("passed") is False for test in (trust.get("lookahead") or {}).values()
        ),
        "repeats": trust.get("reproducible", decision.get("reproducible")) is False,
        "unseen": trust.get("overlap") == "overlap",
    }
    return [_WORDS[language][name] for name, is_so in failed.items() if is_so]
