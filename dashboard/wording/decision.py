"""Words for ids in a decision and its signature."""

from __future__ import annotations

from core.language import Message
from core.vocabulary import SignatureAct, SignatureState

VIEWS: dict[str, Message] = {
    "equity": Message("Equity"),
    "skill": Message("Is it skill?"),
    "earning": Message("How it earns"),
    "breaks": Message("Where it breaks"),
    "forecast": Message("Forecast"),
    "trust": Message("Can I trust it?"),
    "change": Message("What changed"),
    "document": Message("Document"),
}
INPUTS: dict[str, Message] = {
    "model": Message("model"),
    "data": Message("data"),
    "playbook": Message("playbook"),
    "code": Message("code"),
}
GRADE_RULES: dict[str, Message] = {
    "lookahead": Message("No look-ahead"),
    "repeats": Message("Reproducible byte for byte"),
    "unseen": Message("Backtest data unseen in training"),
    "sharpe_defined": Message("Sharpe is defined"),
    "trades": Message("Closed trades"),
    "days": Message("Days of backtest"),
    "psr0": Message("PSR(0)"),
    "psr1": Message("PSR(1)"),
    "dsr": Message("DSR over all trials"),
    "recipe_psr0": Message("P(Sharpe > 0) by what the recipe gives"),
    "dsr_measured": Message("DSR with the variance of the sweep's tries"),
    "recipe": Message("Share of the recipe's tries that are as good"),
    "random": Message("Better than random policies"),
    "excess_sharpe": Message("Sharpe above the market's at the same exposure"),
}
BASELINES: dict[str, Message] = {
    "flat": Message("out of the market"),
    "buy_and_hold": Message("buy and hold"),
    "exposure_matched": Message("market at the agent's mean exposure"),
    "sma": Message("moving-average rule"),
}
REGIMES: dict[str, Message] = {
    "up, calm": Message("up, calm"),
    "up, usual": Message("up, normal"),
    "up, wild": Message("up, volatile"),
    "down, calm": Message("down, calm"),
    "down, usual": Message("down, normal"),
    "down, wild": Message("down, volatile"),
}
SUMMARY_EPISODES: dict[str, Message] = {
    "ALL": Message("all"),
    "WORST": Message("worst of each"),
}
LOOKAHEAD_TESTS: dict[str, Message] = {
    "prefix_invariance": Message(
        "No look-ahead: decisions depend on the past alone (prefix invariance)"
    ),
    "planted_oracle": Message("The look-ahead test detects a planted oracle"),
    "shuffled_returns": Message("No look-ahead: no profit on shuffled returns"),
    "fills": Message("No look-ahead: fills at the open after the decision"),
    "statistics": Message("No look-ahead: feature statistics are not of the backtest"),
    "repeated_bars": Message("No look-ahead: no training bars repeated in the backtest"),
}
OVERLAP = Message("Training and backtest data do not overlap")
ACTS: dict[SignatureAct, Message] = {
    SignatureAct.APPROVE: Message("Approve"),
    SignatureAct.APPROVE_WITH_CONDITIONS: Message("Approve with conditions"),
    SignatureAct.REJECT: Message("Reject"),
}
BROKEN: dict[SignatureState, Message] = {
    SignatureState.VOID: Message("VOID: what was signed has changed"),
    SignatureState.EXPIRED: Message("EXPIRED: the signature is too old"),
    SignatureState.ALTERED: Message("ALTERED: the signature's record can't be trusted"),
}
REMEDIES: dict[SignatureState, Message] = {
    SignatureState.VOID: Message(
        "Restore the signed files, or revalidate and sign the new decision."
    ),
    SignatureState.EXPIRED: Message("Revalidate, then ask the CTO to sign again."),
    SignatureState.ALTERED: Message(
        "Keep the files, verify the ledger, then ask the CTO to sign again."
    ),
}
