"""What a look-ahead test found, in English as it is recorded, and in Portuguese."""

from __future__ import annotations

import re
from functools import cache

WORDS: dict[str, tuple[str, str]] = {
    "few_bars": (
        "Too few bars: {bars}; {needed} are needed.",
        "Barras de menos: {bars}; são necessárias {needed}.",
    ),
    "depends": (
        "Something seen depends on the future: later bars {changed} at bar {cut}.",
        "Algo visto depende do futuro: barras posteriores {changed} na barra {cut}.",
    ),
    "same": (
        "Features, observations and actions before {moments} moments stay the same to the last "
        "bit when later bars are deleted, empty or shuffled.",
        "Features, observações e ações antes de {moments} momentos ficam iguais até o último bit "
        "quando as barras posteriores são apagadas, vazias ou embaralhadas.",
    ),
    "same_once": (
        "Features, observations and actions before 1 moment stay the same to the last "
        "bit when later bars are deleted, empty or shuffled.",
        "Features, observações e ações antes de 1 momento ficam iguais até o último bit "
        "quando as barras posteriores são apagadas, vazias ou embaralhadas.",
    ),
    "oracle_missed": (
        "The test of later bars did not notice an oracle.",
        "O teste das barras posteriores não percebeu um oráculo.",
    ),
    "oracle_noticed": (
        "The next return, planted as a feature, was noticed.",
        "O próximo retorno, plantado como feature, foi percebido.",
    ),
    "shuffled": (
        "Mean gain on {shuffles} shuffled records without costs: {gain} bps a bar, {errors} "
        "standard errors; at most {limit} may be luck.",
        "Ganho médio em {shuffles} registros embaralhados sem custos: {gain} bps por barra, "
        "{errors} erros-padrão; até {limit} pode ser sorte.",
    ),
}
_STATES = {"deleted": "apagadas", "empty": "vazias", "shuffled": "embaralhadas"}


def detail(key: str, **figures: object) -> str:
    """The recorded sentence."""
    return WORDS[key][0].format(**figures)


def detail_in(recorded: str, language: str) -> str:
    """A recorded sentence in ``language``; one that is not ours stays as it is."""
    if language == "en":
        return recorded
    for key, (_, portuguese) in WORDS.items():
        if found := _pattern(key).fullmatch(recorded):
            figures = {name: _STATES.get(value, value) for name, value in found.groupdict().items()}
            return portuguese.format(**figures)
    return recorded


@cache
def _pattern(key: str) -> re.Pattern[str]:
    """The sentence with its figures left open."""
    parts = re.split(r"\{(\w+)\}", WORDS[key][0])
    return re.compile(
        "".join(
            f"(?P<{part}>.+)" if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        )
    )
