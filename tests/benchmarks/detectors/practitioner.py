"""A practitioner's word on each public run of the shared event files.

Written by looking at the curves of each run (reward, KL, explained variance, value loss,
entropy, std, learning rate) at nine steps and their extremes. It is no blind judgement: the
verdicts were known, and limits of some rules were chosen on public runs like these.
``expected``: the scenarios one of which a diagnosis should name; none: it should be silent.
``may``: scenarios that are no false alarm there.
"""

from __future__ import annotations

from dataclasses import dataclass

CRITIC, KL, NO_REWARD = "critic_useless", "kl_explosion", "no_metrics"
STUCK = ("flat_reward", "not_converging")


@dataclass(frozen=True)
class Opinion:
    """The label and its reason. ``folder``: how the folder's path begins and ends."""

    begins: str
    ends: str
    label: str
    why: str
    expected: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


OPINIONS = (
    Opinion("5chm33", "execution1/train", "not RL", "Keras: epoch_loss and epoch_lr alone", (NO_REWARD,)),
    Opinion("5chm33", "SAC_0", "stuck", "SAC, 537 to 9,681 steps: -4.31 to -4.65, evaluation always -4.667", STUCK),
    Opinion("5chm33", "SAC_18", "stuck", "11 files of one folder: episodes of one step, always -0.005", (*STUCK, "data_issue")),
    Opinion("HumanCompatibleAI", "5434379180/log", "no data", "no scalar", (NO_REWARD,)),
    Opinion("HumanCompatibleAI", "hp_sweep_results/log", "no data", "no scalar", (NO_REWARD,)),
    Opinion("HumanCompatibleAI", "hp_sweep_logs/log", "no data", "no scalar", (NO_REWARD,)),
    Opinion("HumanCompatibleAI", "cartpole_0/rl/tb", "learning", "SB2: 20 to 491 of 500, explained variance 0.97"),
    Opinion("HumanCompatibleAI", "pendulum_0/rl/tb", "learning", "SB2: -1290 to -1060, slowly; KL 0.002 to 0.006"),
    Opinion("HumanCompatibleAI", "cartpole_0/n_expert_demos_1", "not RL", "GAIL's means: discriminator and generator in 10 rounds, no run of PPO", (), (NO_REWARD,)),
    Opinion("HumanCompatibleAI", "pendulum_0/n_expert_demos_1", "not RL", "GAIL's means: discriminator and generator in 10 rounds, no run of PPO", (), (NO_REWARD,)),
    Opinion("HumanCompatibleAI", "raw/disc", "not RL", "GAIL's discriminator: a classifier, no reward", (NO_REWARD,)),
    Opinion("HumanCompatibleAI", "raw/gen", "no data", "4 updates of GAIL's generator, one reward", (), (NO_REWARD,)),
    Opinion("SpicyKiks", "PPO_1", "no data", "one value: time/fps", (NO_REWARD,)),
    Opinion("gcordova17", "_1", "no data", "no reward logged (no Monitor); explained variance 0 to single precision in all updates", (NO_REWARD,), (CRITIC,)),
    Opinion("linyiLYi+snake-ai", "PPO_MLP", "learning", "-1 to 17.6, explained variance 0.72, learning rate and KL to 0 by schedule"),
    Opinion("linyiLYi+snake-ai", "PPO_CNN", "learning", "-12 to 13.1, explained variance 0.65, learning rate and KL to 0 by schedule"),
    Opinion("linyiLYi+snake-ai", "PPO_CNN_MPS_AUGMENT", "learning", "-12 to 13.9, explained variance 0.68, learning rate and KL to 0 by schedule"),
    Opinion("linyiLYi+street-fighter-ai/02e39f0a52", "PPO_10", "collapsed", "-682 to -1475 while KL rises to 0.84 and entropy falls from 8.3 to 2.3", (KL, "collapse"), (CRITIC,)),
    Opinion("linyiLYi+street-fighter-ai/02e39f0a52", "PPO_14", "stuck", "-252, at best -223, back at -245 after 84 updates; KL 0.03 to 0.1", STUCK, (KL,)),
    Opinion("linyiLYi+street-fighter-ai/02e39f0a52", "PPO_18", "learning", "-184 to 12.6; explained variance around 0 all the while", (), (CRITIC,)),
    Opinion("linyiLYi+street-fighter-ai/02e39f0a52", "PPO_24", "no data", "one episode statistic, no update"),
    Opinion("linyiLYi+street-fighter-ai/02e39f0a52", "PPO_4", "policy dead", "KL 16.8 at step 5,868, then 1e-10; entropy 8.3 to 2e-5; reward at its floor of -31,100", ("policy_dead",), (KL, "early_determinism", "collapse", *STUCK)),
    Opinion("linyiLYi+street-fighter-ai/02e39f0a52", "PPO_5", "policy dead", "KL 30 to 72, entropy 3.6 to 4e-7 in 18 updates; -25,600 to -31,100", ("policy_dead", KL), ("early_determinism", "collapse", CRITIC, *STUCK)),
    Opinion("linyiLYi+street-fighter-ai/4cc6896886/000", "PPO_29", "unstable", "-337 to -71, then between -88 and -203; KL 0.05 to 1, up to 8.3, explained variance to 0", (KL,), ("collapse", CRITIC, "exploration_blowup", *STUCK)),
    Opinion("linyiLYi+street-fighter-ai/4cc6896886/000", "PPO_30", "stuck", "-90 to -123, for a while -58; KL creeps from 0.02 to 0.65, still random (entropy 7.6 of 8.3)", (KL, *STUCK), ("collapse",)),
    Opinion("linyiLYi+street-fighter-ai/4cc6896886/004", "PPO_15", "unstable", "0.42 to 0.15 with KL 1 to 15.7 and explained variance below -1 from the first update on", (KL,), ("collapse", CRITIC, *STUCK)),
    Opinion("linyiLYi+street-fighter-ai/4cc6896886/004", "PPO_11", "unstable", "0.22 to 0.41 and back to 0.22; KL 0.2 to 1.6, explained variance below 0", (KL, "collapse"), (CRITIC, *STUCK)),
    Opinion("linyiLYi+street-fighter-ai/4cc6896886/004", "PPO_19", "no data", "3 updates"),
    Opinion("linyiLYi+street-fighter-ai/4cc6896886/004", "PPO_1", "policy dead", "random since step 1.5 million: entropy 8.31 of 8.31, KL 1e-5, explained variance 0; reward as random play gives it", ("policy_dead", "exploration_blowup"), (CRITIC, "collapse", KL, *STUCK)),
    Opinion("linyiLYi+street-fighter-ai/4cc6896886/004", "PPO_20", "critic useless", "0.50 (first episodes) to 0.2 flat for 5 million steps; explained variance below 0", (CRITIC, *STUCK), ("collapse",)),
    Opinion("linyiLYi+street-fighter-ai/4cc6896886/006", "PPO_1", "stuck", "0.28 from 2 million steps on; schedule to 0; explained variance around 0 to the end", (CRITIC, *STUCK)),
    Opinion("linyiLYi+street-fighter-ai/4cc6896886/006", "PPO_2", "no data", "one value: time/fps", (NO_REWARD,)),
    Opinion("linyiLYi+street-fighter-ai/4cc6896886/006", "PPO_4", "stuck", "0.03 to 0.07 and back in 1.26 million steps, a continued run", (*STUCK, CRITIC)),
    Opinion("linyiLYi+street-fighter-ai/570d5bbe5c", "PPO_12", "unstable", "0.02 to 0.48 without a trend; KL 0.13 to 98, explained variance below -0.3, entropy 6.7 to 0.4", (KL,), ("collapse", CRITIC, *STUCK)),
    Opinion("linyiLYi+street-fighter-ai/70cd36e9f2", "PPO_1", "learning", "-0.06 to 0.85, explained variance 0.99; KL up to 0.17 while it learned fastest", (), ()),
)  # fmt: skip


def opinion(folder: str) -> Opinion | None:
    """The one for a folder's path below the root; None: of no such run."""
    return next(
        (
            said
            for said in OPINIONS
            if folder.startswith(said.begins) and folder.endswith(said.ends)
        ),
        None,
    )
