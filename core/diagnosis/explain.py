"""The rule behind each scenario in plain words, with the numbers that it really uses.

The numbers are read from the rules' own constants and from the playbook, so an
explanation can't say something else than what is judged.
"""

from __future__ import annotations

from core.diagnosis import reward_evidence, reward_state
from core.diagnosis.scenarios import (
    data_issue,
    kl_explosion,
    policy_dead,
    slowdown,
)
from core.diagnosis.trend import BLOCK_EPISODES, SIGNIFICANCE, WANTED
from core.liveness import GAPS, GRACE, LEAST_SILENCE, PAUSE_GAPS, Limits
from core.playbook import Playbook
from core.playbook.text import Text
from core.telemetry.absence import PATIENCE

_TEXTS: dict[str, tuple[str, str]] = {
    "flat_reward": (
        "The reward is averaged in blocks of {block} episodes, as its own points are a moving "
        "average and nearly equal. Flat: no new best by {new_best:.0%} of its range "
        "(the middle 90% of its values, or all that it gained if that is more) for {flat:g} h "
        "of week time, and no trend in at least {wanted} blocks (exact Kendall test, "
        "p < {p:g}). Three of four healthy runs are flat late, so only two kinds alarm. STUCK: not "
        "{sd:g} standard deviations above its beginning, once the first {normal:g} h are over. "
        "REGRESSED: more than {regressed:.0%} of its range below its own best, level or still falling. CONVERGED, within "
        "{converged:.0%} of the best, stays quiet. It fires after {hold} hourly evaluations in a row "
        "and is forgotten after {keep} without it.",
        "O reward é a média de blocos de {block} episódios, pois seus próprios pontos são uma média "
        "móvel e quase iguais. Achatado: sem novo melhor em {new_best:.0%} da faixa "
        "(os 90% centrais dos valores, ou tudo o que ganhou, se for mais) por {flat:g} h de "
        "tempo da semana, e sem tendência em ao menos {wanted} blocos (teste exato de Kendall, "
        "p < {p:g}). Três de quatro execuções saudáveis ficam achatadas no fim, então só dois tipos "
        "alarmam. STUCK: nem {sd:g} desvios-padrão acima do início, passadas as primeiras {normal:g} h. "
        "REGRESSED: mais de {regressed:.0%} da faixa abaixo do próprio melhor, parado ou ainda caindo. CONVERGED, a menos de "
        "{converged:.0%} do melhor, fica quieto. Dispara após {hold} avaliações horárias seguidas e é "
        "esquecido após {keep} sem ele.",
    ),
    "kl_explosion": (
        "KL is judged on a log scale. Warning: above {high:g} and more than {z:g} robust deviations "
        "(median and MAD) above the {past} updates before. Critical: {row} updates in a row above "
        "{high:g}, one above {jump:g}, or no number at all. The alarm recovers after {recover} updates "
        "below {calm:g} and clears after {clear}. The manual's 0.01 does not alarm: 97 % of healthy "
        "public runs cross it.",
        "A KL é julgada em escala logarítmica. Aviso: acima de {high:g} e mais de {z:g} desvios "
        "robustos (mediana e MAD) acima das {past} atualizações anteriores. Crítico: {row} atualizações "
        "seguidas acima de {high:g}, uma acima de {jump:g}, ou valor não numérico. O alarme se recupera "
        "após {recover} atualizações abaixo de {calm:g} e some após {clear}. O 0,01 do manual não "
        "alarma: 97 % das execuções públicas saudáveis o cruzam.",
    ),
    "hung": (
        "Silence is measured against the run's own cadence. Warning: no event for {gaps:g} usual "
        "intervals, at least {least:g} min (real time; {grace:g} min while there is no cadence yet). "
        "Critical: no event for {hours:g} h of week time (the playbook's hung.hours) and for at least "
        "{pauses:g} usual intervals. A finished run is never hung. If training.log still grows, see "
        "logging_broken instead.",
        "O silêncio é medido pela cadência da própria execução. Aviso: nenhum evento por {gaps:g} "
        "intervalos usuais, no mínimo {least:g} min (tempo real; {grace:g} min enquanto não há "
        "cadência). Crítico: nenhum evento por {hours:g} h de tempo da semana (hung.hours do playbook) "
        "e por pelo menos {pauses:g} intervalos usuais. Uma execução encerrada nunca está travada. Se "
        "o training.log continua crescendo, veja logging_broken.",
    ),
    "no_metrics": (
        "Nothing at all {grace:g} min after the start, or after {patience} iterations still no "
        "rollout/* (the env has no Monitor) or no train/*. train/* begins with the second iteration, "
        "rollout/* with the end of the first episode.",
        "Nada {grace:g} min após o início, ou após {patience} iterações ainda nenhum rollout/* (o env "
        "não tem Monitor) ou nenhum train/*. train/* começa na segunda iteração, rollout/* com o fim do "
        "primeiro episódio.",
    ),
    "not_converging": (
        "In the first {normal:g} h of week time a reward without direction is NORMAL: leave it alone. "
        "Later it fires if the reward never rose {sd:g} standard deviations above its beginning and has "
        "no rising trend, in {hold} hourly evaluations in a row. While another scenario explains it, it "
        "is not called normal.",
        "Nas primeiras {normal:g} h de tempo da semana, um reward sem direção é NORMAL: não intervenha. "
        "Depois dispara se o reward nunca subiu {sd:g} desvios-padrão acima do início e não tem tendência "
        "de alta, em {hold} avaliações horárias seguidas. Se outro cenário o explica, não é chamado de "
        "normal.",
    ),
    "crash": (
        "What the process itself left: an exit code, a signal, a traceback. The trainer's own failure is "
        "critical. An end that nobody can prove is a warning; the machine's failures are no crash.",
        "O que o próprio processo deixou: código de saída, sinal, traceback. Falha do próprio treinador é "
        "crítica. Um fim que ninguém consegue provar é aviso; falhas da máquina não são crash.",
    ),
    "slowdown": (
        "Steps a second over the last {window} iterations, from steps and wall times, below {share:.0%} "
        "of what {window} iterations of this run usually reach, and most of them slow (a pause is "
        "none): {holds} evaluations in a row. time/fps is a mean since the start and hides it.",
        "Passos por segundo das últimas {window} iterações, por passos e tempo real, abaixo de "
        "{share:.0%} do que {window} iterações desta execução costumam alcançar, e a maioria delas "
        "lenta (uma pausa não conta): {holds} avaliações seguidas. time/fps é uma média desde o início e "
        "esconde isso.",
    ),
    "data_issue": (
        "Numbers that are none (an explained variance alone is harmless), steps that go back or leap by "
        "more than {leap:g} usual differences, two writers at once, damaged event files, a data check "
        "with errors, or NaN in the log. It fires for {recent} iterations, and is told for {told}.",
        "Valores não numéricos (só a variância explicada é inofensiva), passos que voltam ou saltam mais "
        "de {leap:g} diferenças usuais, dois gravadores ao mesmo tempo, arquivos de eventos danificados, "
        "data check com erros, ou NaN no log. Dispara por {recent} iterações e é lembrado por {told}.",
    ),
    "policy_dead": (
        "KL below {dead:g} in {updates} updates in a row while the learning rate is above 0 (on a "
        "schedule: above {rest:.0%} of its highest), and either "
        "the entropy is below {collapsed:.0%} of its beginning (critical: collapsed) or it is unchanged "
        "within {unchanged:.1%} (warning: learns nothing). A converged run is not dead.",
        "KL abaixo de {dead:g} em {updates} atualizações seguidas com learning rate acima de 0 "
        "(com agenda: acima de {rest:.0%} do seu máximo), e ou a "
        "entropia está abaixo de {collapsed:.0%} da inicial (crítico: colapso) ou não muda além de "
        "{unchanged:.1%} (aviso: não aprende). Uma execução convergida não está morta.",
    ),
    "logging_broken": (
        "training.log is newer than the newest event by more than the stall threshold ({gaps:g} usual "
        "intervals, at least {least:g} min), or event files were deleted or can't be read.",
        "O training.log é mais novo que o último evento por mais que o limite de travamento ({gaps:g} "
        "intervalos usuais, no mínimo {least:g} min), ou arquivos de eventos foram apagados ou não "
        "podem ser lidos.",
    ),
}  # fmt: skip


def explain(playbook: Playbook, scenario: str) -> Text:
    """The rule of a scenario. :raises KeyError: no such scenario."""
    english, portuguese = _TEXTS[scenario]
    numbers = _numbers(playbook)
    return Text(en=english.format(**numbers), pt=_comma(portuguese, numbers))


def _comma(text: str, numbers: dict[str, float]) -> str:
    """Portuguese writes 0,05. Only the numbers are touched, never the sentences."""
    return text.format_map({name: _Comma(value) for name, value in numbers.items()})


class _Comma(float):
    def __format__(self, spec: str) -> str:
        return float.__format__(self, spec or "g").replace(".", ",")


def _numbers(playbook: Playbook) -> dict[str, float]:
    return {
        "block": BLOCK_EPISODES,
        "new_best": reward_state.NEW_BEST,
        "flat": reward_evidence.flat_hours(playbook),
        "wanted": WANTED,
        "p": SIGNIFICANCE,
        "sd": reward_state.IMPROVED_SD,
        "normal": reward_evidence.normal_hours(playbook),
        "regressed": reward_state.REGRESSED_BEYOND,
        "converged": reward_state.CONVERGED_WITHIN,
        "hold": reward_evidence.HOLD_FOR,
        "keep": reward_evidence.KEEP_FIRING,
        "high": kl_explosion.HIGH,
        "z": kl_explosion.SPIKE_Z,
        "past": kl_explosion.PAST,
        "row": kl_explosion.HIGH_IN_A_ROW,
        "jump": playbook.scenario_limit("kl_explosion", "threshold", kl_explosion.JUMP),
        "recover": kl_explosion.CALM_TO_RECOVER,
        "calm": kl_explosion.CALM,
        "clear": kl_explosion.CALM_TO_CLEAR,
        "gaps": GAPS,
        "least": LEAST_SILENCE / 60,
        "grace": GRACE / 60,
        "hours": Limits.of(playbook).hours,
        "pauses": PAUSE_GAPS,
        "patience": PATIENCE,
        "window": slowdown.WINDOW,
        "share": slowdown.SHARE,
        "holds": slowdown.HOLD_FOR,
        "leap": data_issue.STEP_JUMP,
        "recent": data_issue.RECENT,
        "told": data_issue.REMEMBERED,
        "dead": policy_dead.DEAD_KL,
        "updates": policy_dead.UPDATES,
        "collapsed": policy_dead.COLLAPSED,
        "rest": policy_dead.AT_REST,
        "unchanged": policy_dead.UNCHANGED,
    }
