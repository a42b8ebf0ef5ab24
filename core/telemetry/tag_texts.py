"""Texts on the tags of SB3's PPO, English and Brazilian Portuguese side by side.

Ranges marked *observed* are medians of 376 public PPO runs with 20 points or more.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

Pair = tuple[str, str]


class Row(TypedDict):
    """One tag. A plain string is the same in both languages."""

    title: Pair
    definition: Pair
    unit: NotRequired[Pair | str]
    healthy: NotRequired[Pair]
    source: NotRequired[Pair | str]
    trap: NotRequired[Pair]


OBSERVED = ("observed in 376 public PPO runs", "observado em 376 execuções públicas de PPO")
SB3 = "stable-baselines3: docs/common/logger.md, ppo.py"
_EVAL = "stable-baselines3: EvalCallback"
_STEPS = ("steps", "passos")
_SETTING = ("A setting, no result.", "Uma configuração, não um resultado.")

PPO: dict[str, Row] = {
    "rollout/ep_rew_mean": {
        "title": ("Episode reward", "Reward por episódio"),
        "definition": (
            "Mean total reward of the last 100 finished episodes.",
            "Reward total médio dos últimos 100 episódios concluídos.",
        ),
        "unit": "reward",
        "healthy": (
            "rising, then level; its height depends on the task",
            "subindo, depois estável; a altura depende da tarefa",
        ),
        "trap": (
            "A moving average: neighbouring points are nearly equal (lag-1 autocorrelation 0.99), so "
            "short rises mean little. It exists only if the env has a Monitor. CleanRL writes single "
            "episodes instead.",
            "Média móvel: pontos vizinhos são quase iguais (autocorrelação 0,99), então altas curtas "
            "dizem pouco. Só existe se o env tem um Monitor. O CleanRL grava episódios isolados.",
        ),
    },
    "rollout/ep_len_mean": {
        "title": ("Episode length", "Duração do episódio"),
        "definition": (
            "Mean number of steps of the last 100 finished episodes.",
            "Número médio de passos dos últimos 100 episódios concluídos.",
        ),
        "unit": _STEPS,
        "trap": (
            "It exists only if the env has a Monitor. Longer is not better in every task.",
            "Só existe se o env tem um Monitor. Mais longo nem sempre é melhor.",
        ),
    },
    "rollout/success_rate": {
        "title": ("Success rate", "Taxa de sucesso"),
        "definition": (
            "Share of the last 100 episodes that ended with is_success.",
            "Parcela dos últimos 100 episódios que terminou com is_success.",
        ),
        "unit": ("share, 0 to 1", "fração, 0 a 1"),
        "healthy": ("rising towards 1", "subindo rumo a 1"),
        "trap": (
            "Only environments that report is_success have it.",
            "Só existe em ambientes que informam is_success.",
        ),
    },
    "time/fps": {
        "title": ("Mean speed since the start", "Velocidade média desde o início"),
        "definition": (
            "Steps divided by seconds since learn() was called, cut to a whole number.",
            "Passos divididos pelos segundos desde a chamada de learn(), sem decimais.",
        ),
        "unit": ("steps/s", "passos/s"),
        "healthy": (
            "at least 1000 in 41 % of the runs: it depends on the environment",
            "ao menos 1000 em 41 % das execuções: depende do ambiente",
        ),
        "source": OBSERVED,
        "trap": (
            "Cumulative since the start: it hides slowdowns, never falls on a hang, and its first point "
            "is too high as it holds no update. Read steps/s from steps and wall times.",
            "Acumulada desde o início: esconde lentidões, nunca cai num travamento, e o primeiro ponto é "
            "alto demais, pois não inclui atualização. Leia passos/s por passos e tempo real.",
        ),
    },
    "train/approx_kl": {
        "title": ("KL divergence", "Divergência KL"),
        "definition": (
            "How far the last update moved the policy: mean((r - 1) - log r) over the minibatches of "
            "the last epoch.",
            "Quanto a última atualização moveu a política: média de (r - 1) - log r nos minibatches da "
            "última época.",
        ),
        "unit": "nats",
        "healthy": (
            "below 0.03; half of the runs have a median between 0.005 and 0.013",
            "abaixo de 0,03; metade das execuções tem mediana entre 0,005 e 0,013",
        ),
        "source": OBSERVED,
        "trap": (
            "97 % of healthy runs cross 0.01 at least once. A KL of zero is not health: the policy may "
            "be dead. Before SB3 1.1 it could be negative. With target_kl it may reach 1.5 times that.",
            "97 % das execuções saudáveis cruzam 0,01 ao menos uma vez. KL zero não é saúde: a política "
            "pode estar morta. Antes do SB3 1.1 podia ser negativa. Com target_kl pode chegar a 1,5 vez "
            "esse valor.",
        ),
    },
    "train/clip_fraction": {
        "title": ("Clipped share", "Parcela cortada"),
        "definition": (
            "Share of samples whose probability ratio was clipped, over all epochs.",
            "Parcela das amostras cuja razão de probabilidade foi cortada, em todas as épocas.",
        ),
        "unit": ("share, 0 to 1", "fração, 0 a 1"),
        "healthy": (
            "0.04 to 0.11 in half of the runs; above 0.4 for long is too much",
            "0,04 a 0,11 em metade das execuções; acima de 0,4 por muito tempo é demais",
        ),
        "source": OBSERVED,
        "trap": (
            "Zero means that updates hardly move the policy, which may be too little.",
            "Zero quer dizer que as atualizações quase não movem a política, o que pode ser pouco.",
        ),
    },
    "train/clip_range": {
        "title": ("Clip range", "Faixa de corte"),
        "definition": ("The clip range in force.", "A faixa de corte em vigor."),
        "trap": _SETTING,
    },
    "train/clip_range_vf": {
        "title": ("Clip range of the value function", "Faixa de corte da função valor"),
        "definition": (
            "The clip range of the value function in force.",
            "A faixa de corte em vigor da função valor.",
        ),
        "trap": _SETTING,
    },
    "train/entropy_loss": {
        "title": ("Entropy (negative)", "Entropia (negativa)"),
        "definition": (
            "Minus the mean entropy of the policy. For n discrete actions it lies between -ln(n), "
            "random, and 0, collapsed.",
            "Menos a entropia média da política. Com n ações discretas fica entre -ln(n), aleatória, e "
            "0, colapsada.",
        ),
        "unit": "nats",
        "healthy": (
            "rising slowly towards 0, without reaching it; 24 of 343 runs end below 2 % of their first",
            "subindo devagar rumo a 0, sem chegar lá; 24 de 343 execuções acabam abaixo de 2 % da inicial",
        ),
        "source": OBSERVED,
        "trap": (
            "CleanRL logs the entropy itself, with the other sign. Continuous actions have entropies of "
            "any sign.",
            "O CleanRL registra a própria entropia, com o sinal oposto. Ações contínuas têm entropias de "
            "qualquer sinal.",
        ),
    },
    "train/explained_variance": {
        "title": ("Explained variance", "Variância explicada"),
        "definition": (
            "How well the critic predicts returns: 1 is perfect, 0 useless, negative worse than useless.",
            "Quão bem o crítico prevê os retornos: 1 é perfeito, 0 inútil, negativo pior que inútil.",
        ),
        "healthy": (
            "late medians 0.3; -0.05 to 0.95 in nine of ten runs",
            "mediana no fim 0,3; -0,05 a 0,95 em nove de dez execuções",
        ),
        "source": OBSERVED,
        "trap": (
            "NaN when all returns of a rollout are equal, which is harmless by itself.",
            "NaN quando todos os retornos de um rollout são iguais, o que sozinho é inofensivo.",
        ),
    },
    "train/policy_gradient_loss": {
        "title": ("Policy loss", "Loss da política"),
        "definition": (
            "Mean clipped surrogate loss over all epochs.",
            "Média da loss substituta cortada em todas as épocas.",
        ),
        "healthy": (
            "between -1 and 1 in 99 % of the runs",
            "entre -1 e 1 em 99 % das execuções",
        ),
        "source": OBSERVED,
        "trap": (
            "SB3's documentation: its value does not have much meaning. It need not fall.",
            "Documentação do SB3: seu valor não significa muito. Não precisa cair.",
        ),
    },
    "train/value_loss": {
        "title": ("Value loss", "Loss do valor"),
        "definition": (
            "Mean squared error of the critic on returns.",
            "Erro quadrático médio do crítico nos retornos.",
        ),
        "unit": "reward²",
        "healthy": (
            "falls in 48 % of the runs: no range means anything",
            "cai em 48 % das execuções: nenhuma faixa diz algo",
        ),
        "source": OBSERVED,
        "trap": (
            "Its scale is the square of the reward's, and it rises when rewards rise. Judge the critic "
            "by explained variance.",
            "Sua escala é o quadrado da do reward, e sobe quando o reward sobe. Julgue o crítico pela "
            "variância explicada.",
        ),
    },
    "train/loss": {
        "title": ("Total loss", "Loss total"),
        "definition": ("Loss of the last minibatch alone.", "Loss só do último minibatch."),
        "healthy": ("falls in half of the healthy runs", "cai em metade das execuções saudáveis"),
        "source": OBSERVED,
        "trap": ("One minibatch: noise.", "Um único minibatch: ruído."),
    },
    "train/std": {
        "title": ("Action spread", "Dispersão das ações"),
        "definition": (
            "Standard deviation of continuous actions.",
            "Desvio-padrão das ações contínuas.",
        ),
        "healthy": ("falling slowly", "caindo devagar"),
        "trap": (
            "Growth without end means that exploration blows up. Discrete actions have none.",
            "Crescimento sem fim indica exploração explosiva. Ações discretas não a têm.",
        ),
    },
    "train/learning_rate": {
        "title": ("Learning rate", "Learning rate"),
        "definition": ("The learning rate in force.", "O learning rate em vigor."),
        "trap": (
            "A setting, no result; look at it when KL jumps.",
            "Uma configuração, não um resultado; olhe-o quando a KL salta.",
        ),
    },
    "eval/mean_reward": {
        "title": ("Evaluation reward", "Reward de avaliação"),
        "definition": (
            "Mean reward of evaluation episodes, with the deterministic policy unless set otherwise.",
            "Reward médio dos episódios de avaliação, com a política determinística salvo configuração.",
        ),
        "unit": "reward",
        "healthy": ("rising, then level", "subindo, depois estável"),
        "source": _EVAL,
        "trap": (
            "Few episodes an evaluation: noisy. Still the best sign of convergence.",
            "Poucos episódios por avaliação: ruidoso. Ainda assim o melhor sinal de convergência.",
        ),
    },
    "eval/mean_ep_length": {
        "title": ("Evaluation length", "Duração da avaliação"),
        "definition": ("Mean steps of evaluation episodes.", "Passos médios dos episódios de avaliação."),
        "unit": _STEPS,
        "source": _EVAL,
        "trap": ("Few episodes an evaluation: noisy.", "Poucos episódios por avaliação: ruidoso."),
    },
    "eval/success_rate": {
        "title": ("Evaluation success", "Sucesso na avaliação"),
        "definition": (
            "Share of evaluation episodes that ended with is_success.",
            "Parcela dos episódios de avaliação que terminou com is_success.",
        ),
        "unit": ("share, 0 to 1", "fração, 0 a 1"),
        "healthy": ("rising towards 1", "subindo rumo a 1"),
        "source": _EVAL,
        "trap": ("Few episodes an evaluation: noisy.", "Poucos episódios por avaliação: ruidoso."),
    },
    "eval/sharpe": {
        "title": ("Validation Sharpe", "Sharpe de validação"),
        "definition": (
            "Annualised Sharpe ratio of one pass over the validation slice, which is neither trained "
            "nor backtested on.",
            "Índice de Sharpe anualizado de uma passada na fatia de validação, que não é usada em "
            "treino nem em backtest.",
        ),
        "healthy": ("above 0", "acima de 0"),
        "source": ("the playbook's daily check", "o check diário do playbook"),
        "trap": (
            "The best of many evaluations is an optimistic number.",
            "O melhor de muitas avaliações é um número otimista.",
        ),
    },
}  # fmt: skip
