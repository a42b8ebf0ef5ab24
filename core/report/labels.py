"""Names of what a decision records, as reports and pages write them."""

from __future__ import annotations

from core.language import Message

AGENT = Message("Agent")
BASELINES = {
    "flat": Message("Out of the market"),
    "buy_and_hold": Message("Buy and hold"),
    "exposure_matched": Message("Buy and hold at the agent's mean exposure"),
    "sma": Message("SMA rule 24/168, at the agent's size"),
}
REGIMES = {
    "up, calm": Message("up, calm"),
    "up, usual": Message("up, normal"),
    "up, wild": Message("up, volatile"),
    "down, calm": Message("down, calm"),
    "down, usual": Message("down, normal"),
    "down, wild": Message("down, volatile"),
}
LOOKAHEAD_TESTS = {
    "prefix_invariance": Message("later bars changed"),
    "planted_oracle": Message("planted oracle"),
    "shuffled_returns": Message("shuffled returns"),
    "fills": Message("fills at the next open"),
    "statistics": Message("feature statistics"),
    "repeated_bars": Message("no repeated training bars"),
}
DIALS = {
    "fee_bps": Message("Fee per side, bps"),
    "slippage_bps": Message("Slippage per side, bps"),
    "start_offset_bars": Message("Start later, bars"),
    "closed_by_episodes": Message("Positions closed at the ends of N episodes"),
}
OVERLAP = {
    "none": Message("no"),
    "overlap": Message("YES"),
    "unknown": Message("unknown"),
}
FAILED_CHECKS = {
    "lookahead": Message("LOOK-AHEAD"),
    "repeats": Message("NOT REPRODUCIBLE"),
    "unseen": Message("OVERLAPS TRAINING"),
}
"""Failed checks by rule of the evidence, shown beside the verdict."""


def part_label(label: str, language: str) -> str:
    """A quarter as it is, a regime in a language."""
    return REGIMES[label].in_(language) if label in REGIMES else label
