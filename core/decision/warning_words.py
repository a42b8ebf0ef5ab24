"""The warnings' sentences and the reason of a decision, in English and Portuguese."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.market.quality import SYNTHETIC

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "lookahead": "Look-ahead: {detail}",
        "lookahead_untested": "Look-ahead not tested: {detail}",
        "lookahead_never": "Look-ahead was not tested.",
        "not_repeatable": "The first episode, run again, gave other numbers.",
        "go_on_doubt": "A GO on {grade} evidence is no proof of skill.",
        "doubt": "The evidence is {grade}.",
        "synthetic": SYNTHETIC,
        "overlap_unknown": "The model doesn't say what it was trained on: overlap unknown.",
        "overlap": "Backtest data begins {first}, training data ends {last}.",
        "undefined": "{name} is undefined ({status}); a gate without a value is not passed.",
        "convention": "The Sharpe gate hangs on the convention: {hourly:.4f} by bar, {daily:.4f} "
        "by day, limit {limit:g}.",
        "extrapolated": "Calmar extrapolates {days:.1f} days to a year of {year}.",
        "streak": "With {trades} trades at this loss rate, chance alone makes a longest losing run "
        "of {expected:.1f}; the limit is {limit:g}.",
        "forced": "{forced} of {trades} round trips were closed by the end of their episode.",
        "lost": "The agent lost {lost:.2f} %; staying out of the market lost nothing.",
        "fair": "Buy and hold at the agent's mean exposure ({exposure:.1%}) earned {fair:.2f} %, "
        "the agent {agent:.2f} %.",
        "lucky": "{share:.0%} of the random policies would be a GO on these bars: here the gates "
        "alone don't tell skill from luck.",
        "doubled": "At doubled costs the decision would be {decision} ({score}).",
        "late": "Filled one bar later, the Sharpe ratio falls from {own:.2f} to {late:.2f}: the "
        "edge hangs on the very next fill.",
        "five": "Without its five best trades the record loses {loss:.2f} %.",
        "all_pass": "All gates pass.",
        "is_undefined": "{name} is undefined ({status})",
        "one_fails": "1 gate fails",
        "fail": "{count} gates fail",
    },
    "pt": {
        "lookahead": "Look-ahead: {detail}",
        "lookahead_untested": "Look-ahead não testado: {detail}",
        "lookahead_never": "O look-ahead não foi testado.",
        "not_repeatable": "O primeiro episódio, repetido, deu outros números.",
        "go_on_doubt": "Um GO com evidência {grade} não prova habilidade.",
        "doubt": "A evidência é {grade}.",
        "synthetic": "O mercado é sintético: inventado, não são dados de bolsa.",
        "overlap_unknown": "O modelo não diz em que foi treinado: sobreposição desconhecida.",
        "overlap": "Os dados do backtest começam em {first}, os de treino terminam em {last}.",
        "undefined": "{name} é indefinido ({status}); um gate sem valor não passa.",
        "convention": "O gate de Sharpe depende da convenção: {hourly:.4f} por barra, {daily:.4f} "
        "por dia, limite {limit:g}.",
        "extrapolated": "Calmar extrapola {days:.1f} dias para um ano de {year}.",
        "streak": "Com {trades} operações e esta taxa de perdas, o acaso sozinho faz uma sequência "
        "de {expected:.1f} perdas; o limite é {limit:g}.",
        "forced": "{forced} de {trades} operações foram encerradas pelo fim do episódio.",
        "lost": "O agente perdeu {lost:.2f} %; ficar fora do mercado não perdeu nada.",
        "fair": "Comprar e manter com a exposição média do agente ({exposure:.1%}) rendeu "
        "{fair:.2f} %, o agente {agent:.2f} %.",
        "lucky": "{share:.0%} das políticas aleatórias seriam um GO nestas barras: aqui os gates "
        "sozinhos não distinguem habilidade de sorte.",
        "doubled": "Com custos dobrados a decisão seria {decision} ({score}).",
        "late": "Executado uma barra depois, o índice de Sharpe cai de {own:.2f} para {late:.2f}: "
        "a vantagem depende da execução seguinte.",
        "five": "Sem as cinco melhores operações o registro perde {loss:.2f} %.",
        "all_pass": "Todos os gates passam.",
        "is_undefined": "{name} é indefinido ({status})",
        "one_fails": "1 gate falha",
        "fail": "{count} gates falham",
    },
}


def reason_of(
    gates: Sequence[Mapping[str, Any]],
    language: str = "en",
    written: Callable[[Mapping[str, Any]], str] | None = None,
) -> str:
    """One sentence: which gates fail, with value and limit.

    :param gates: as in decision.json.
    :param written: how a gate's value is written; None: four decimals, whole numbers whole.
    """
    words, written = WORDS[language], written or _four_decimals
    failed = [gate for gate in gates if not gate["passed"]]
    if not failed:
        return words["all_pass"]
    parts = []
    for gate in failed:
        short = gate["short"]
        name = _AS_IS.get(short, short if short.isupper() else short.lower())
        if gate["value"] is None:
            parts.append(words["is_undefined"].format(name=name, status=gate["status"]))
            continue
        sign = "<" if gate["op"] == ">=" else ">"
        parts.append(f"{name} {written(gate)} {sign} {gate['threshold']:g}")
    count = words["one_fails"] if len(failed) == 1 else words["fail"].format(count=len(failed))
    return f"{count}: {', '.join(parts)}."


# People's names, and an abbreviation within a name, keep their capitals.
_AS_IS = {"Sharpe": "Sharpe", "Calmar": "Calmar", "Max DD": "max DD"}


def _four_decimals(gate: Mapping[str, Any]) -> str:
    value = gate["value"]
    return str(value) if isinstance(value, int) else f"{value:.4f}"
