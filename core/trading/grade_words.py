"""Why a grade is what it is, in words, from the rules of the record; English and Portuguese."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from core.metrics.conventions import RELATIVE_TOLERANCE
from core.vocabulary import EvidenceGrade

_KNOWN = {
    "en": "{psr0} sure that the true Sharpe is above 0 (PSR(0)), {psr1} that it is above 1 "
    "(PSR(1)); better than {random} that trade as often.",
    "pt": "{psr0} de certeza de que o Sharpe verdadeiro é maior que 0 (PSR(0)), {psr1} de que é "
    "maior que 1 (PSR(1)); melhor que {random} que operam tanto.",
}
_RANDOM = {
    "en": ("all random policies", "{:.1f} % of random policies"),
    "pt": ("todas as políticas aleatórias", "{:.1f} % das políticas aleatórias"),
}
CHECK_FAILED = {
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
"""What a check that was made and failed says of the record; by language, then by rule."""
_MISSED = {
    "en": {
        **CHECK_FAILED["en"],
        "sharpe_defined": "The Sharpe ratio is undefined.",
        "trades": "{value} closed trades; {limit:g} are needed.",
        "days": "{value:.1f} days of backtest; {limit:g} are needed.",
        "psr0": "Only {sure} sure that the true Sharpe is above 0 (PSR(0)); {grade} needs {limit:.0%}.",
        "psr1": "{sure} sure that the true Sharpe is above 1 (PSR(1)); {grade} needs {limit:.0%}.",
        "dsr": "{sure} sure that it is more than the best of {trials} trials by luck (DSR); "
        "{grade} needs {limit:.0%}.",
        "random": "Better than {value:.1f} % of random policies that trade as often; {grade} "
        "needs {limit:g} %.",
        "excess_sharpe": "Sharpe {value:+.2f} against buy and hold at the same mean exposure; "
        "{grade} needs more than {limit:g}.",
    },
    "pt": {
        **CHECK_FAILED["pt"],
        "sharpe_defined": "O índice de Sharpe é indefinido.",
        "trades": "{value} operações encerradas; são necessárias {limit:g}.",
        "days": "{value:.1f} dias de backtest; são necessários {limit:g}.",
        "psr0": "Só {sure} de certeza de que o Sharpe verdadeiro é maior que 0 (PSR(0)); {grade} "
        "exige {limit:.0%}.",
        "psr1": "{sure} de certeza de que o Sharpe verdadeiro é maior que 1 (PSR(1)); {grade} "
        "exige {limit:.0%}.",
        "dsr": "{sure} de certeza de que é mais que a melhor de {trials} tentativas por sorte "
        "(DSR); {grade} exige {limit:.0%}.",
        "random": "Melhor que {value:.1f} % das políticas aleatórias que operam tanto; {grade} "
        "exige {limit:g} %.",
        "excess_sharpe": "Sharpe {value:+.2f} contra comprar e manter com a mesma exposição média; "
        "{grade} exige mais que {limit:g}.",
    },
}
_UNKNOWN = {
    "en": {
        "lookahead": "Look-ahead was not tested; {grade} needs it.",
        "repeats": "Nobody ran it again to compare; {grade} needs it.",
        "unseen": "The training range is unknown; {grade} needs it.",
        "trades": "The round trips are not known.",
        "random": "Random policies were not compared; {grade} needs it.",
        "excess_sharpe": "Buy and hold at the agent's exposure was not compared; {grade} needs it.",
        "other": "{name} is undefined; {grade} needs it.",
    },
    "pt": {
        "lookahead": "O look-ahead não foi testado; {grade} exige isso.",
        "repeats": "Ninguém repetiu o backtest para comparar; {grade} exige isso.",
        "unseen": "O período de treino é desconhecido; {grade} exige isso.",
        "trades": "As operações não são conhecidas.",
        "random": "Não houve comparação com políticas aleatórias; {grade} exige isso.",
        "excess_sharpe": "Não houve comparação com comprar e manter na exposição do agente; "
        "{grade} exige isso.",
        "other": "{name} é indefinido; {grade} exige isso.",
    },
}
_ALMOST = {"en": "more than 99.9%", "pt": "mais de 99.9%"}


def reasons_of(evidence: Mapping[str, Any], language: str = "en") -> list[str]:
    """The reasons of a grade, from the section ``evidence`` of decision.json."""
    grade = EvidenceGrade(evidence["grade"])
    asked = {
        EvidenceGrade.INSUFFICIENT: EvidenceGrade.WEAK,
        EvidenceGrade.WEAK: EvidenceGrade.ADEQUATE,
    }.get(grade, EvidenceGrade.STRONG)
    trials = evidence["n_trials"]["used"]
    missed = [
        _missed(rule, trials, language)
        for rule in evidence["rules"]
        if rule["grade"] == asked and not rule["met"]
    ]
    if grade in (EvidenceGrade.STRONG, EvidenceGrade.ADEQUATE):
        missed.insert(0, _known(evidence, language))
    return [sentence[0].upper() + sentence[1:] for sentence in missed]


def _known(evidence: Mapping[str, Any], language: str) -> str:
    psr0, psr1 = (_sure(evidence[name], language) for name in ("psr0", "psr1"))
    every, some = _RANDOM[language]
    above = evidence["random_percentile"]
    said = every if above == 100 else some.format(_cut(above))
    return _KNOWN[language].format(psr0=psr0, psr1=psr1, random=said)


def _missed(rule: Mapping[str, Any], trials: int, language: str) -> str:
    name, value, grade = rule["id"], rule["value"], rule["grade"]
    if value is None and name != "sharpe_defined":
        words = _UNKNOWN[language]
        return words.get(name, words["other"]).format(name=name.upper(), grade=grade)
    sure = _sure(value, language) if name in ("psr0", "psr1", "dsr") else ""
    if name in ("days", "random"):
        value = _cut(value)
    return _MISSED[language][name].format(
        value=value, limit=rule["limit"], grade=grade, trials=trials, sure=sure
    )


def _sure(chance: float, language: str) -> str:
    """Nothing is 100 % sure."""
    return _ALMOST[language] if chance > 0.999 else f"{_cut(100 * chance):.1f}%"


def _cut(percent: float) -> float:
    """One decimal, cut and not rounded: what falls short of its limit must not read like it.

    The tolerance keeps 95.3 from being cut to 95.2 for its binary digits.
    """
    return math.floor(percent * 10 * (1 + RELATIVE_TOLERANCE)) / 10
