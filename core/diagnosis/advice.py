"""Causes and actions of the scenarios that the manual has no chapter for.

Causes are suggestions: a symptom can be detected at 0.9, its cause named at 0.6.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.playbook import Playbook
from core.playbook.text import Step, Text


@dataclass(frozen=True)
class Advice:
    """What may be behind a symptom, and what to do."""

    causes: tuple[Text, ...]
    actions: tuple[Text, ...]
    log_line: str | None = None
    escalation: str | None = None


_OWN: dict[str, Advice] = {
    "crash": Advice(
        (
            Text(en="An exception in environment, data or network.", pt="Uma exceção no ambiente, nos dados ou na rede."),
            Text(en="Memory or disk ran out.", pt="Faltou memória ou disco."),
            Text(en="NaN in observations or rewards: SB3 then stops before it logs them.", pt="NaN em observações ou rewards: o SB3 para antes de registrá-los."),
        ),
        (),
        escalation="crash",
    ),
    "data_issue": Advice(
        (
            Text(en="Gaps or wrong values in the candles.", pt="Lacunas ou valores errados nos candles."),
            Text(en="An update that overflowed.", pt="Uma atualização que estourou."),
            Text(en="A full disk, or two trainers that write to one folder.", pt="Disco cheio, ou dois treinadores gravando na mesma pasta."),
        ),
        (),
        escalation="data",
    ),
    "slowdown": Advice(
        (
            Text(en="Something else uses the machine: cores, memory, disk.", pt="Outra coisa está usando a máquina: núcleos, memória, disco."),
            Text(en="The environment itself became slower, for example with longer episodes.", pt="O próprio ambiente ficou mais lento, por exemplo com episódios mais longos."),
            Text(en="The processor was throttled.", pt="O processador reduziu a frequência."),
        ),
        (
            Step(en="See what else runs on the machine.", pt="Veja o que mais roda na máquina.", command="top"),
            Step(en="Compare steps/s with the moment at which the other curves changed.", pt="Compare steps/s com o momento em que as outras curvas mudaram."),
            Step(en="Let it run if the end still comes in time; the results do not suffer.", pt="Deixe rodar se ainda terminar a tempo; o resultado não é afetado."),
        ),
    ),
    "policy_dead": Advice(
        (
            Text(en="A single update with a far too high learning rate destroyed the policy.", pt="Uma única atualização com learning rate alto demais destruiu a política."),
            Text(en="The learning rate is so small that nothing changes.", pt="O learning rate é tão pequeno que nada muda."),
            Text(en="The reward does not depend on the actions.", pt="O reward não depende das ações."),
        ),
        (
            Step(en="Look at KL and entropy around the step at which they went to zero.", pt="Veja KL e entropia em torno do passo em que foram a zero."),
            Step(en="Keep a copy of the best model.", pt="Guarde uma cópia do melhor modelo.", act="backup_model"),
            Step(en="Restart from a checkpoint before it, with the lower learning rate.", pt="Reinicie de um checkpoint anterior, com o learning rate reduzido.", act="restart_lowered_learning_rate"),
        ),
    ),
    "logging_broken": Advice(
        (
            Text(en="The event writer was closed or lost its file, while the training goes on.", pt="O gravador de eventos foi fechado ou perdeu o arquivo, e o treinamento continua."),
            Text(en="The disk is full, or was.", pt="O disco está cheio, ou esteve."),
            Text(en="Somebody moved or removed the event files.", pt="Alguém moveu ou apagou os arquivos de eventos."),
        ),
        (
            Step(en="See what lies in the folder.", pt="Veja o que há na pasta.", command="ls -la logs/ppo_training/tensorboard/"),
            Step(en="Check the free space on the disk.", pt="Confira o espaço livre em disco.", command="df -h ."),
            Step(en="Restart from the last checkpoint: a new attempt opens a new file.", pt="Retome do último checkpoint: a nova tentativa abre um novo arquivo.", act="restart"),
        ),
    ),
}  # fmt: skip


def advice(playbook: Playbook, scenario: str) -> Advice:
    """The playbook's words for the manual's five; its procedure's actions, or ours.

    A playbook that leaves a scenario or a procedure out has nothing to say about it.
    """
    own = _OWN.get(scenario)
    if own is None:
        spec = playbook.find_scenario(scenario)
        if spec is None:
            return Advice((), ())
        return Advice(spec.causes, spec.actions, spec.log_line, spec.escalation)
    procedure = playbook.find_escalation(own.escalation)
    if procedure is None:
        return Advice(own.causes, own.actions)
    return Advice(own.causes, procedure.actions, procedure.log_line, own.escalation)
