"""The rule of each scenario as text, with the numbers that the rule uses.

The numbers are read from the rules' own constants and from the playbook, so an
explanation always agrees with the rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.diagnosis import (
    reward_evidence,
    reward_level,
    reward_state,
    reward_swing,
    update_strength,
)
from core.diagnosis.scenarios import (
    critic_useless,
    data_issue,
    early_determinism,
    exploration_blowup,
    kl_explosion,
    overfitting,
    policy_dead,
    slowdown,
)
from core.diagnosis.trend import BLOCK_EPISODES, BLOCK_POINTS, SIGNIFICANCE, WANTED_BLOCKS
from core.language import Message
from core.liveness import GAPS, GRACE, MIN_SILENCE, PAUSE_GAPS, Limits
from core.telemetry.absence import PATIENCE

if TYPE_CHECKING:
    from core.playbook import Playbook


def explain(playbook: Playbook, scenario: str) -> Message:
    """The rule of a scenario.

    :raises KeyError: no such scenario.
    """
    every = (
        _of_reward(playbook)
        | _of_levels()
        | _of_process(playbook)
        | _of_updates(playbook)
        | _of_learning()
    )
    return every[scenario]


def _of_reward(playbook: Playbook) -> dict[str, Message]:
    normal = reward_evidence.normal_hours(playbook)
    return {
        "flat_reward": Message(
            "The reward is averaged in blocks of {block} episodes, because its own points are a "
            "moving average and nearly equal. Flat: no new best by {new_best:.0%} of its range (P5 "
            "to P95, or its total gain if that is larger) for {flat:g} h of week time, and no trend "
            "over at least {wanted} blocks (exact Kendall test, p < {p:g}). Three out of four "
            "healthy runs are flat late, so only two kinds raise an alarm. STUCK: less than {sd:g} "
            "standard deviations above its start, after the first {normal:g} h. REGRESSED: more "
            "than {regressed:.0%} of its range below its own best, whatever its trend. "
            "CONVERGED, within {converged:.0%} of the best, raises no alarm. It fires after {hold} "
            "consecutive hourly evaluations and clears after {keep} without it.",
            block=BLOCK_EPISODES,
            new_best=reward_state.NEW_BEST,
            flat=reward_evidence.flat_hours(playbook),
            wanted=WANTED_BLOCKS,
            p=SIGNIFICANCE,
            sd=reward_state.IMPROVED_SD,
            normal=normal,
            regressed=reward_state.REGRESSED_BEYOND,
            converged=reward_state.CONVERGED_WITHIN,
            hold=reward_evidence.HOLD_FOR,
            keep=reward_evidence.KEEP_FIRING,
        ),
        "not_converging": Message(
            "In the first {normal:g} h of week time a reward without direction is NORMAL: leave the "
            "run alone. Later it fires if the reward never rose {sd:g} standard deviations above "
            "its start and is not INCREASING, in {hold} consecutive hourly evaluations. It is not "
            "called normal while another scenario explains it.",
            normal=normal,
            sd=reward_state.IMPROVED_SD,
            hold=reward_evidence.HOLD_FOR,
        ),
    }


def _of_levels() -> dict[str, Message]:
    return {
        "overfitting": Message(
            "Judged at every validation, from {least} on. Fires where the newest {least} all have a "
            "Sharpe ratio below 0 while the training reward has risen above 0 beyond noise; with a "
            "true Sharpe of 0 that happens once in {chance:g}. Or where the validation level (median of "
            "{level}) has fallen from its best by more than {beyond:g} times the scatter of single "
            "validations while the training reward rose beyond noise. Where training loses too, it is "
            "not overfitting. It clears after {clear} validations without it.",
            least=overfitting.LEAST,
            chance=2**overfitting.LEAST,
            level=overfitting.LEVEL,
            beyond=overfitting.BEYOND,
            clear=overfitting.CLEARS_AFTER,
        ),
        "collapse": Message(
            "Judged at every point of the reward, without hours or blocks. The level is the median "
            "of the newest {now} points, the best and the beginning are medians of {best} points or "
            "more, and points that rest on fewer than {episodes} episodes are not used. Critical: "
            "{lost:.0%} of all that was gained is lost, or the level is below the beginning by more "
            "than {below:.0%} of the range, in {hold} consecutive points; in {deep} where the fall is "
            "twice what noise explains and at least {nearly:.0%} is lost. Noise: the extremes that "
            "the curve's own scatter would reach in a run of this length, and {swings:g} times the "
            "largest fall that the run won back before; within that it is a warning, once it has lasted "
            "{lasts:g} times as long. A fall below "
            "{material:.0%} of the reward's size counts only beyond {far:g} times the noise. It clears after {clear} points.",
            now=reward_level.NOW_POINTS,
            best=reward_level.BEST_POINTS,
            episodes=reward_level.MIN_EPISODES,
            lost=reward_level.LOST,
            below=reward_level.BELOW_START,
            hold=reward_level.HOLD,
            deep=reward_level.HOLD_DEEP,
            nearly=reward_level.LOST_NEARLY_ALL,
            swings=reward_swing.SWING,
            lasts=reward_swing.LASTS,
            material=reward_level.MATERIAL,
            far=reward_level.FAR,
            clear=reward_level.CLEARS_AFTER,
        ),
    }


def _of_process(playbook: Playbook) -> dict[str, Message]:
    return {
        "hung": Message(
            "Silence is measured against the run's own cadence. Warning: no event for {gaps:g} usual "
            "intervals, at least {least:g} min (real time; {grace:g} min while there is no cadence "
            "yet). Critical: no event for {hours:g} h of week time (the playbook's hung.hours) and "
            "for at least {pauses:g} usual intervals. A finished run is never hung. If training.log "
            "still grows, see logging_broken instead.",
            gaps=GAPS,
            least=MIN_SILENCE / 60,
            grace=GRACE / 60,
            hours=Limits.of(playbook).hours,
            pauses=PAUSE_GAPS,
        ),
        "no_metrics": Message(
            "No metric {grace:g} min after the start, or after {patience} iterations still no "
            "rollout/* (the env has no Monitor) or no train/*. train/* starts with the second "
            "iteration, rollout/* with the end of the first episode.",
            grace=GRACE / 60,
            patience=PATIENCE,
        ),
        "crash": Message(
            "What the process left: an exit code, a signal, a traceback. A failure of the trainer "
            "itself is critical. An unknown exit status is a warning. A failure of the machine is "
            "not a crash."
        ),
        "slowdown": Message(
            "Steps/s over the last {window} iterations, from steps and wall times, below "
            "{share:.0%} of what {window} iterations of this run usually reach, and most of them "
            "slow (a pause does not count), in {holds} consecutive evaluations. time/fps is a mean "
            "since the start and hides a slowdown.",
            window=slowdown.WINDOW,
            share=slowdown.SHARE,
            holds=slowdown.HOLD_FOR,
        ),
        "logging_broken": Message(
            "training.log is newer than the newest event by more than the stall threshold ({gaps:g} "
            "usual intervals, at least {least:g} min), or event files were deleted or can't be read.",
            gaps=GAPS,
            least=MIN_SILENCE / 60,
        ),
    }


def _of_updates(playbook: Playbook) -> dict[str, Message]:
    return {
        "kl_explosion": Message(
            "KL is judged on a log scale. Warning: above {high:g} and more than {z:g} robust "
            "deviations (median and MAD) above the previous {past} updates. Critical: {row} "
            "consecutive updates above {high:g}, one above {jump:g}, or a NaN or infinite value; a "
            "warning if the reward has risen since and is at its best. The alarm recovers after "
            "{recover} calm updates and clears after {clear}: below {calm:g}, or within {usual:g} "
            "robust deviations of the run's own median. Updates of a dead policy are not calm.{check}",
            high=kl_explosion.HIGH,
            z=kl_explosion.SPIKE_Z,
            past=kl_explosion.PAST,
            row=kl_explosion.HIGH_IN_A_ROW,
            jump=playbook.scenario_limit("kl_explosion", "threshold", kl_explosion.JUMP),
            recover=kl_explosion.CALM_TO_RECOVER,
            calm=kl_explosion.CALM,
            usual=kl_explosion.USUAL_Z,
            clear=kl_explosion.CALM_TO_CLEAR,
            check=_check_of_kl(playbook),
        ),
        "data_issue": Message(
            "NaN or infinite values (explained variance alone is harmless), steps that go back or "
            "jump by more than {leap:g} times the usual difference, two writers at once, damaged "
            "event files, a data check with errors, or NaN in the log. It fires for {recent} "
            "iterations and is reported for {reported}.",
            leap=data_issue.STEP_JUMP,
            recent=data_issue.RECENT,
            reported=data_issue.REMEMBERED,
        ),
        "policy_dead": Message(
            "KL below {dead:g} in {updates} consecutive updates, and the entropy is either below "
            "{collapsed:.0%} of its start (critical: collapsed) or unchanged within "
            "{unchanged:.1%} (warning: learns nothing). KL falls with the square of learning rate "
            "and clip range, so on a schedule the limit falls with them; below {rest:.0%} of their "
            "usual value updates are not evaluated. A jump of KL in the {within} updates before is "
            "named as the cause; after one, a median of {past} updates below {barely:.0%} of that before "
            "it is enough. A converged run is not dead, unless its first episodes earned more.",
            dead=kl_explosion.DEAD_KL,
            updates=policy_dead.UPDATES,
            rest=update_strength.AT_REST,
            within=update_strength.KILLED_WITHIN,
            past=kl_explosion.MIN_PAST,
            barely=policy_dead.BARELY,
            collapsed=policy_dead.COLLAPSED,
            unchanged=policy_dead.UNCHANGED,
        ),
    }


def _of_learning() -> dict[str, Message]:
    return {
        "critic_useless": Message(
            "Explained variance not above 0 in {blocks} block means of {size} updates, after the "
            "first {grace} updates: either constant at 0, or {negative:g} and below in the median, or "
            "for {long} blocks. While the run earns more than at its start (than before, if the critic "
            "did predict: {predicted:g} in the median), or the value loss falls below {halved:.0%} of "
            "its first updates, it is reported but raises no alarm. Or a value loss that can't belong to the reward: above {absurd:.0e} and "
            "{beyond:.0e} times the highest reward squared, or {growth:g} times its early value "
            "beyond the growth of the reward squared. Explained variance that is NaN is harmless.",
            blocks=WANTED_BLOCKS,
            size=BLOCK_POINTS,
            grace=critic_useless.GRACE,
            negative=critic_useless.NEGATIVE,
            predicted=critic_useless.PREDICTED,
            halved=critic_useless.HALVED,
            long=critic_useless.LONG,
            absurd=critic_useless.ABSURD_LOSS,
            beyond=critic_useless.BEYOND,
            growth=critic_useless.GROWTH,
        ),
        "exploration_blowup": Message(
            "train/std (Box actions) at least {wide:g} and {grew:g} times its start; or the entropy "
            "fell to {fell:.0%} of its maximum and is back within {back:.0%} of it. While the reward "
            "is at its best it raises no alarm, unless std is {absurd:g} times its start or the entropy "
            "at {random:.0%} of its maximum.",
            wide=exploration_blowup.WIDE,
            grew=exploration_blowup.GREW,
            fell=exploration_blowup.FELL,
            back=1 - exploration_blowup.BACK,
            absurd=exploration_blowup.ABSURD,
            random=exploration_blowup.RANDOM,
        ),
        "early_determinism": Message(
            "Entropy (Box actions: std) below {share:.0%} of its start in a run whose reward was "
            "never higher than at its start, beyond its noise; or within {early} updates in a run that "
            "is below its best. Without a reward it fires only if that took less than {early} updates. A policy that has learned may become deterministic.",
            share=policy_dead.COLLAPSED,
            early=early_determinism.EARLY,
        ),
    }


def _check_of_kl(playbook: Playbook) -> str | Message:
    limit = kl_explosion.checked_limit(playbook)
    if limit is None:
        return ""
    return Message(
        " The check's limit of {limit:g} raises no alarm: {healthy:.0%} of healthy public runs have "
        "updates above {counted:g}.",
        limit=limit,
        healthy=kl_explosion.CROSSED_BY_HEALTHY,
        counted=kl_explosion.COUNTED_AT,
    )
