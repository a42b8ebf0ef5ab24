"""The view "Is it skill?": significance after all trials, random policies, baselines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message, joined, literal, plural
from core.model_manifest import selected_on_validation
from core.model_selection import candidates
from core.reading import as_set
from core.report.sentences import OwnLine
from core.state_words import capitals
from core.trading.random_policies import better_than
from core.vocabulary import Verdict
from dashboard.components.figures_table import Row, figures_table, table
from dashboard.components.headings import part
from dashboard.components.plotly_chart import draw
from dashboard.components.states import icon
from dashboard.figures.gates import among_random
from dashboard.formatting import NONE, fixed, share, short
from dashboard.wording import plain
from dashboard.wording.decision import BASELINES, GRADE_RULES

if TYPE_CHECKING:
    from core.decision import RecordedDecision, SavedDecision
    from core.decision.skill import EvidenceRecord
    from core.trading.baselines import Baseline
    from core.trading.grade import Rule
    from dashboard.page import Page

_YES_OR_NO = ("lookahead", "repeats", "unseen", "sharpe_defined")
_SHARES = ("psr0", "psr1", "dsr", "dsr_measured", "recipe_psr0", "recipe")


def show(page: Page, saved: SavedDecision) -> None:
    """Draw significance, random policies, baselines, and the rules behind the evidence grade."""
    _significance(page, saved.decision)
    _random(page, saved.decision)
    baselines(page, saved)
    _rules(page, saved.decision)


def _significance(page: Page, decided: RecordedDecision) -> None:
    evidence, facts = decided.evidence, decided.facts
    have, need = evidence.have_days, evidence.min_trl_days
    rows: list[Row] = [
        ("PSR(0)", share(evidence.psr0), Message("P(true Sharpe > 0)")),
        ("PSR(1)", share(evidence.psr1), Message("P(true annual Sharpe > 1)")),
        ("DSR", share(evidence.dsr), _trials(evidence)),
        (
            Message("Minimum track record"),
            Message("no length is enough") if need is None and have else fixed(need, 0, "d"),
            Message("{days:.0f} d available", days=have),
        ),
        (
            Message("Sharpe from hourly / daily returns"),
            _both(evidence.sharpe_hourly, facts.sharpe_daily),
            _straddle(decided),
        ),
        (
            Message("Lag-1 autocorrelation of bars"),
            fixed(facts.lag1_autocorrelation, 4),
            _effective(evidence),
        ),
        (
            Message("Lag-1 autocorrelation of trade results"),
            fixed(facts.trades_lag1, 4),
            Message("above 0: wins and losses come in streaks"),
        ),
        (
            Message("Expected longest losing streak"),
            fixed(facts.expected_longest_losing_run, 1),
            _streak(evidence),
        ),
    ]
    figures_table(page, rows, "skill-figures")
    _candidates(page, evidence)
    _selection(page, decided)
    st.caption(
        page.say(
            "PSR and DSR come from a formula with the effective number of independent bars, and "
            "estimate the true Sharpe. A gate's P(pass) comes from resampling that keeps "
            "consecutive bars together, and estimates how often such a record passes. So "
            "the numbers differ; rely on the lower one."
        )
    )
    _intervals(page, decided)


def _intervals(page: Page, decided: RecordedDecision) -> None:
    """What the intervals are for, and how often such intervals hold."""
    say, made = page.say, decided.uncertainty
    if made is None:
        return
    if made.coverage is not None:
        meant = say(
            "The 95 % intervals of drawdown, Calmar and losing streak are for a new record of the "
            "same length, the others for the true value."
        )
        st.caption(f"{meant} {say('How often they hold: {coverage}.', coverage=made.coverage)}")
    elif made.trade_block is not None:
        st.caption(
            say(
                "The 95 % intervals of drawdown and losing streak are for a new record of the same "
                "length, the others for the true value."
            )
        )
    if made.trade_block is not None:
        st.caption(
            say(
                "Trades are resampled in blocks of {block:.1f} on average, so streaks stay together.",
                block=made.trade_block,
            )
        )


def _trials(evidence: EvidenceRecord) -> str:
    """The trials that the deflated Sharpe corrects for."""
    trials, best = evidence.n_trials, evidence.expected_best_sharpe
    parts = []
    if trials:
        parts.append(
            plural(
                "P(better than the best of {n:,} trial by luck)",
                "P(better than the best of {n:,} trials by luck)",
                trials.used,
            )
        )
        parts.append(Message("{counted:,} counted by the ledger", counted=trials.counted))
        if trials.of_week is not None:
            parts.append(Message("{of_week:,} in this week", of_week=trials.of_week))
    if best is not None:
        parts.append(Message("luck alone would reach {best:.2f}", best=best))
    return joined(parts, "; ") if parts else ""


def _candidates(page: Page, evidence: EvidenceRecord) -> None:
    """How the number of trials came about: each candidate that was scored."""
    counts = evidence.n_trials
    if counts is None or not counts.candidates:
        return
    say = page.say
    with st.expander(say.raw("Scored candidates ({n})", n=len(counts.candidates)), key="trials"):
        heads = [say("Week"), say("Candidate"), say("Backtest")]
        lines = [
            [
                f"`{each.week}`" if each.week else "–",
                plain(say.raw(each.name())),
                plain((each.data or "")[:12]) if each.model else say("validation only"),
            ]
            for each in counts.candidates
        ]
        table(heads, lines, "candidates")


def _selection(page: Page, decided: RecordedDecision) -> None:
    """The validations of the model's training run and never trading, the best first."""
    say, validation = page.say, decided.model.validation
    found, won = candidates(validation), selected_on_validation(validation)
    if won is None:
        return
    with st.expander(say.raw("Candidates on validation ({n})", n=len(found)), key="selection"):
        st.caption(say(won))
        heads = [say("Candidate"), say("Return %"), "Sharpe", ""]
        lines = [
            [
                say(each.name),
                say(short(each.return_pct)),
                say(short(each.sharpe)),
                say("this model") if each.step == decided.model.step else "",
            ]
            for each in found
        ]
        table(heads, lines, "on-validation")


def _both(hourly: float | None, daily: float | None) -> Message | None:
    if daily is None:
        return None
    return joined([fixed(hourly) or NONE, fixed(daily) or NONE], " / ")


def _straddle(decided: RecordedDecision) -> str:
    gate = decided.gate("sharpe")
    hourly, daily, limit = gate.value, decided.facts.sharpe_daily, gate.threshold
    if hourly is None or daily is None or (hourly >= limit) == (daily >= limit):
        return ""
    return Message("the limit {limit:g} is between the two", limit=limit)


def _effective(evidence: EvidenceRecord) -> str:
    """How many independent bars the record is worth."""
    if evidence.effective_bars is None:
        return ""
    return Message("worth {bars:,.0f} independent bars", bars=evidence.effective_bars)


def _streak(evidence: EvidenceRecord) -> str:
    chance = share(evidence.chance_of_longest_run)
    if chance is None:
        return ""
    return Message("within the limit by chance in {chance} of cases", chance=chance)


def _random(page: Page, decided: RecordedDecision) -> None:
    say, random = page.say, decided.baselines.random
    heading = Message("The agent among random policies")
    part(say(heading))
    if not random:
        st.caption(say("not measured"))
        return
    sharpe = decided.gate("sharpe").value
    marks = [] if sharpe is None else [(say.raw("agent"), sharpe, True)]
    hold = decided.baselines.buy_and_hold.sharpe
    if hold is not None:
        marks.append((say.raw(BASELINES["buy_and_hold"]), hold, False))
    figure = among_random(random.sharpe, marks, "Sharpe", say.raw("random policies below"))
    draw(page, figure, key="random", alt=heading)
    if random.percentile is None:
        st.markdown(f":orange[:material/warning: {say(random.not_compared or NONE)}]")
        return
    st.markdown(
        say(
            "Better than **{better}** of random policies with as many trades ({trades:,}, "
            "{hold:.0f} h each on average); **{go}** of them would be a GO.",
            better=better_than(random.percentile, random.n),
            trades=random.trades,
            hold=random.mean_hold_bars,
            go=share(random.share_go),
        )
    )


def baselines(page: Page, saved: SavedDecision) -> None:
    """The agent and strategies without an agent, on the same bars with the same costs."""
    say, decided = page.say, saved.decision
    rows: list[tuple[str, OwnLine | Baseline]] = [(f"**{say('agent')}**", OwnLine.of(decided))]
    rows += [(say(BASELINES[key]), line) for key, line in decided.baselines.lines().items()]
    lines = []
    for name, line in rows:
        values = (line.return_pct, line.sharpe, line.max_drawdown_pct, line.calmar)
        exposure = say(share(line.exposure) or NONE)
        lines.append([name, *(say(short(value)) for value in values), exposure])
    heads = [say("Baselines"), say("Return %"), "Sharpe", "Max DD %", "Calmar", say("Exposure")]
    table(heads, lines, "baselines")


def _rules(page: Page, decided: RecordedDecision) -> None:
    """Each rule of the evidence grade: what it requires, and what was measured."""
    say, rules = page.say, decided.evidence.rules
    if not rules:
        return
    part(say("Rules of the evidence grade"))
    st.caption(say("A grade requires its own rules and those of every lower grade."))
    lines = []
    for rule in rules:
        verdict = Verdict.PASS if rule.met else Verdict.FAIL
        if rule.value is None:
            verdict = Verdict.UNKNOWN
        name = say(GRADE_RULES.get(rule.id, literal(rule.id)))
        measured, required = _figures(rule)
        lines.append(
            [f"{icon(verdict)} {name}", say(capitals(rule.grade)), say(required), say(measured)]
        )
    heads = [say("Rule"), say("Grade"), say("Required"), say("Measured")]
    table(heads, lines, "rules", words=2)


def _figures(rule: Rule) -> tuple[Message, Message]:
    """The measured and the required value of a rule: yes or no, a share, a number."""
    value, limit = rule.value, rule.limit
    if rule.id in _YES_OR_NO:
        yes = Message("yes")
        return NONE if value is None else yes if value else Message("no"), yes
    if rule.id in _SHARES:
        # As for gates: a share below its limit must not be rounded up to it.
        value, limit = None if value is None else 100 * value, 100 * limit
    unit = "%" if rule.id in (*_SHARES, "random") else ""
    op = {">=": "≥", ">": ">"}[rule.op]
    return short(value, limit, unit), joined([op, as_set(limit, unit)])
