"""Causes and actions of the scenarios that the manual does not cover.

Causes are suggestions: a symptom can be detected at 0.9, its cause named at 0.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from core.language import Message
from core.playbook.text import SafeAction, Step, Text

if TYPE_CHECKING:
    from core.playbook import Playbook


@dataclass(frozen=True)
class Advice:
    """What may cause a symptom, and what to do."""

    causes: tuple[Text, ...]
    actions: tuple[Text, ...]
    log_line: str | None = None
    escalation: str | None = None


def advice(playbook: Playbook, scenario: str) -> Advice:
    """The playbook's texts for the manual's five; for ours our own actions, or its procedure's.

    A scenario or a procedure that the playbook leaves out has no advice.
    """
    own = _own_advice().get(scenario)
    if own is None:
        spec = playbook.find_scenario(scenario)
        if spec is None:
            return Advice((), ())
        return Advice(spec.causes, spec.actions, spec.log_line, spec.escalation)
    procedure = playbook.find_escalation(own.escalation)
    if procedure is None:
        return Advice(own.causes, own.actions)
    if own.actions:
        return Advice(own.causes, own.actions, own.log_line, own.escalation)
    return Advice(own.causes, procedure.actions, procedure.log_line, own.escalation)


def _causes(*sentences: Message) -> tuple[Text, ...]:
    return tuple(Text(en=str(sentence), pt=sentence.in_("pt")) for sentence in sentences)


def _step(sentence: Message, command: str | None = None, act: SafeAction | None = None) -> Step:
    return Step(en=str(sentence), pt=sentence.in_("pt"), command=command, act=act)


@cache
def _own_advice() -> dict[str, Advice]:
    return {
        "crash": Advice(
            _causes(
                Message("An exception in the environment, the data or the network."),
                Message("Out of memory or disk space."),
                Message("NaN in observations or rewards: SB3 stops before it logs them."),
            ),
            (),
            escalation="crash",
        ),
        "data_issue": Advice(
            _causes(
                Message("Gaps or wrong values in the candles."),
                Message("Numerical overflow in an update."),
                Message("A full disk, or two trainers writing to the same folder."),
            ),
            (),
            escalation="data",
        ),
        "slowdown": Advice(
            _causes(
                Message("Another process is using the machine: CPU, memory, disk."),
                Message("The environment became slower, for example with longer episodes."),
                Message("CPU throttling."),
            ),
            (
                _step(Message("Check what else runs on the machine."), command="top"),
                _step(Message("Compare steps/s with the time at which other curves changed.")),
                _step(
                    Message(
                        "If the run still finishes in time, let it run: results are unaffected."
                    )
                ),
            ),
        ),
        "policy_dead": Advice(
            _causes(
                Message("One update with a learning rate far too high destroyed the policy."),
                Message("The learning rate is so small that nothing changes."),
                Message("The reward does not depend on the actions."),
            ),
            (
                _step(Message("Check KL and entropy around the step at which they dropped to 0.")),
                _step(Message("Back up the best model."), act="backup_model"),
                _step(
                    Message("Restart from an earlier checkpoint with the lower learning rate."),
                    act="restart_lowered_learning_rate",
                ),
            ),
        ),
        "collapse": Advice(
            _causes(
                Message("Updates that are too large: the learning rate, or too many epochs."),
                Message("The reward or the data changed while the run was training."),
                Message("The critic no longer predicts, so the advantages are noise."),
                Message("A harder stage of a curriculum: then it recovers by itself."),
            ),
            (
                _step(Message("Back up the best model, from before the fall."), act="backup_model"),
                _step(
                    Message(
                        "Check the reward, the learning rate, KL and explained variance around "
                        "the step at which it fell."
                    )
                ),
                _step(Message("Stop the run if the level does not recover."), act="stop"),
                _step(
                    Message("Restart from an earlier checkpoint with the lower learning rate."),
                    act="restart_lowered_learning_rate",
                ),
            ),
            escalation="performance",
        ),
        "overfitting": Advice(
            _causes(
                Message("More steps than the training data hold: the policy memorises them."),
                Message("Too little training data, or data of another market regime."),
                Message("A network or features that are too rich for the data."),
                Message("Costs that training does not charge as the validation does."),
            ),
            (
                _step(
                    Message("Back up the best model; a later one is not better."),
                    act="backup_model",
                ),
                _step(Message("Stop the run if the validation does not recover."), act="stop"),
                _step(
                    Message(
                        "Start another run with fewer steps, more training data, a smaller "
                        "network or a higher ent_coef, and compare it on *Runs*."
                    )
                ),
                _step(Message("Don't go live with a model whose validations lost money.")),
            ),
        ),
        "logging_broken": Advice(
            _causes(
                Message("The event writer was closed or lost its file while the run continued."),
                Message("The disk is or was full."),
                Message("The event files were moved or deleted."),
            ),
            (
                _step(
                    Message("List the files in the folder."),
                    command="ls -la logs/ppo_training/tensorboard/",
                ),
                _step(Message("Check the free disk space."), command="df -h ."),
                _step(
                    Message("Restart from the last checkpoint: a new attempt opens a new file."),
                    act="restart",
                ),
            ),
        ),
        "critic_useless": Advice(
            _causes(
                Message("Rewards or returns are not scaled: the value loss swamps everything."),
                Message("The critic's learning rate or vf_coef is too high, and it diverged."),
                Message("The observation lacks what the returns depend on."),
            ),
            (
                _step(Message("Compare value loss and reward: the loss has its scale squared.")),
                _step(Message("Scale or normalise rewards (VecNormalize), and restart.")),
                _step(Message("Back up the best model."), act="backup_model"),
            ),
        ),
        "exploration_blowup": Advice(
            _causes(
                Message("ent_coef is so high that randomness pays more than reward."),
                Message("The reward does not depend on the actions."),
                Message("The advantages are noise: the critic is useless."),
            ),
            (
                _step(Message("Compare ent_coef times entropy with the policy loss.")),
                _step(Message("Back up the best model."), act="backup_model"),
                _step(Message("Restart from an earlier checkpoint with a lower ent_coef.")),
            ),
        ),
        "early_determinism": Advice(
            _causes(
                Message("ent_coef is too low for this reward."),
                Message("The learning rate is too high: the first rewards decided everything."),
                Message("The observation or the reward lets one action look best at once."),
            ),
            (
                _step(Message("Check at which step the entropy fell, and what KL was there.")),
                _step(
                    Message("Restart from a checkpoint before that step with a higher ent_coef."),
                    act="restart_raised_ent_coef",
                ),
            ),
        ),
    }
