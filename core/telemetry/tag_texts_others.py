"""Texts on tags of the other algorithms: SB3's off-policy ones, sb3-contrib, CleanRL, SB2.

RecurrentPPO and MaskablePPO write PPO's own tags.
"""

from __future__ import annotations

from core.telemetry.tag_texts import Row

_OFF_POLICY = "stable-baselines3: sac.py, td3.py, dqn.py; sb3-contrib: tqc.py, qrdqn.py"
_TRPO = "sb3-contrib: trpo.py"
_ARS = "sb3-contrib: ars.py"
_CLEANRL = "CleanRL: docs/rl-algorithms"
_SB2 = "stable-baselines 2: ppo2.py"

OTHERS: dict[str, Row] = {
    "rollout/exploration_rate": {
        "title": ("Exploration rate", "Taxa de exploração"),
        "definition": (
            "Share of random actions that DQN and QR-DQN take now.",
            "Parcela de ações aleatórias que DQN e QR-DQN tomam agora.",
        ),
        "unit": ("share, 0 to 1", "fração, 0 a 1"),
        "source": _OFF_POLICY,
        "trap": (
            "A schedule, no result. While it falls, the reward rises by that alone.",
            "Um cronograma, não um resultado. Enquanto cai, o reward sobe só por isso.",
        ),
    },
    "train/actor_loss": {
        "title": ("Actor loss", "Loss do ator"),
        "definition": (
            "Mean loss of the actor of SAC, TD3, DDPG, TQC or CrossQ: minus the critic's value of its "
            "actions.",
            "Loss média do ator de SAC, TD3, DDPG, TQC ou CrossQ: menos o valor que o crítico dá às "
            "suas ações.",
        ),
        "unit": "reward",
        "source": _OFF_POLICY,
        "trap": (
            "It falls when values are overestimated too.",
            "Também cai quando os valores são superestimados.",
        ),
    },
    "train/critic_loss": {
        "title": ("Critic loss", "Loss do crítico"),
        "definition": (
            "Mean temporal-difference error of the critics, squared.",
            "Erro de diferença temporal dos críticos, ao quadrado, em média.",
        ),
        "unit": "reward²",
        "source": _OFF_POLICY,
        "trap": (
            "Its scale is the square of the reward's; it need not fall.",
            "Sua escala é o quadrado da do reward; não precisa cair.",
        ),
    },
    "train/ent_coef": {
        "title": ("Entropy coefficient", "Coeficiente de entropia"),
        "definition": (
            "Weight of the entropy in force: learned by SAC and TQC, a setting of PPO that trainweek logs.",
            "Peso da entropia em vigor: aprendido por SAC e TQC, configuração do PPO que o trainweek "
            "registra.",
        ),
        "source": _OFF_POLICY,
        "trap": (
            "With PPO a setting, no result; raised on purpose when the reward stays flat. With SAC growth "
            "without end means that the target entropy can't be reached.",
            "No PPO uma configuração, não um resultado; aumentado de propósito se o reward fica achatado. No "
            "SAC, crescimento sem fim indica uma entropia alvo inalcançável.",
        ),
    },
    "train/ent_coef_loss": {
        "title": ("Loss of the entropy coefficient", "Loss do coeficiente de entropia"),
        "definition": (
            "What adapts the entropy coefficient; about 0 once the target entropy is met.",
            "O que adapta o coeficiente de entropia; perto de 0 quando a entropia alvo é atingida.",
        ),
        "source": _OFF_POLICY,
        "trap": ("Its height means nothing.", "Sua altura não significa nada."),
    },
    "train/policy_objective": {
        "title": ("TRPO objective", "Objetivo do TRPO"),
        "definition": (
            "Surrogate objective of TRPO's last update.",
            "Objetivo substituto da última atualização do TRPO.",
        ),
        "source": _TRPO,
        "trap": ("Small by design; it need not rise.", "Pequeno por construção; não precisa subir."),
    },
    "train/is_line_search_success": {
        "title": ("Line search succeeded", "Busca em linha bem-sucedida"),
        "definition": (
            "1 if TRPO found a step inside its trust region, 0 if the update was dropped.",
            "1 se o TRPO achou um passo na região de confiança, 0 se a atualização foi descartada.",
        ),
        "healthy": ("mostly 1", "quase sempre 1"),
        "source": _TRPO,
        "trap": ("0 for long: nothing is learned.", "0 por muito tempo: nada é aprendido."),
    },
    "train/delta_std": {
        "title": ("Spread of perturbations", "Dispersão das perturbações"),
        "definition": (
            "Standard deviation of ARS' parameter perturbations.",
            "Desvio-padrão das perturbações de parâmetros do ARS.",
        ),
        "source": _ARS,
        "trap": ("A setting, no result.", "Uma configuração, não um resultado."),
    },
    "train/step_size": {
        "title": ("Step size", "Tamanho do passo"),
        "definition": (
            "Learning rate of ARS divided by the spread of returns.",
            "Learning rate do ARS dividido pela dispersão dos retornos.",
        ),
        "source": _ARS,
        "trap": ("It moves against the returns' spread.", "Move-se contra a dispersão dos retornos."),
    },
    "rollout/return_std": {
        "title": ("Spread of returns", "Dispersão dos retornos"),
        "definition": (
            "Standard deviation of the returns of ARS' candidates.",
            "Desvio-padrão dos retornos dos candidatos do ARS.",
        ),
        "unit": "reward",
        "source": _ARS,
        "trap": ("0: no candidate differs.", "0: nenhum candidato difere."),
    },
    "losses/old_approx_kl": {
        "title": ("KL, first estimator", "KL, primeiro estimador"),
        "definition": (
            "CleanRL's mean(-log r): unbiased, noisy, of any sign.",
            "A média de -log r do CleanRL: sem viés, ruidosa, de qualquer sinal.",
        ),
        "unit": "nats",
        "source": _CLEANRL,
        "trap": ("Read losses/approx_kl instead.", "Leia losses/approx_kl em vez dela."),
    },
    "losses/td_loss": {
        "title": ("Temporal-difference loss", "Loss de diferença temporal"),
        "definition": (
            "Squared temporal-difference error of CleanRL's DQN.",
            "Erro de diferença temporal ao quadrado do DQN do CleanRL.",
        ),
        "unit": "reward²",
        "source": _CLEANRL,
        "trap": ("It need not fall.", "Não precisa cair."),
    },
    "losses/q_values": {
        "title": ("Action values", "Valores das ações"),
        "definition": (
            "Mean value that CleanRL's DQN gives to the actions that were taken.",
            "Valor médio que o DQN do CleanRL dá às ações tomadas.",
        ),
        "unit": "reward",
        "source": _CLEANRL,
        "trap": (
            "Far above the returns: overestimation.",
            "Muito acima dos retornos: superestimação.",
        ),
    },
    "losses/alpha": {
        "title": ("Entropy coefficient", "Coeficiente de entropia"),
        "definition": (
            "Weight of the entropy in CleanRL's SAC.",
            "Peso da entropia no SAC do CleanRL.",
        ),
        "healthy": ("falling, then level", "caindo, depois estável"),
        "source": _CLEANRL,
        "trap": ("Growth without end: see train/ent_coef.", "Crescimento sem fim: veja train/ent_coef."),
    },
    "input_info/advantage": {
        "title": ("Advantage", "Vantagem"),
        "definition": (
            "Mean normalised advantage of SB2's last minibatch.",
            "Vantagem normalizada média do último minibatch do SB2.",
        ),
        "source": _SB2,
        "trap": ("About 0 by design.", "Perto de 0 por construção."),
    },
    "input_info/discounted_rewards": {
        "title": ("Discounted rewards", "Rewards descontados"),
        "definition": (
            "Mean return of SB2's last minibatch.",
            "Retorno médio do último minibatch do SB2.",
        ),
        "unit": "reward",
        "source": _SB2,
        "trap": ("One minibatch: noise.", "Um único minibatch: ruído."),
    },
}  # fmt: skip
