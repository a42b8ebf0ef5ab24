"""Colours and sizes of every figure: lines that stand out in the light and in the dark theme.

The colours of curves differ in lightness too, so that they differ for colour-blind readers.
"""

from __future__ import annotations

MAX_POINTS = 2000  # of a figure; more would not be visible
CARD_POINTS = 1000  # of one that is half as wide: two a pixel
BLUE, ORANGE, GREEN, RED, VIOLET, GRAY = (
    "#3f82bf", "#c68226", "#2f9e6c", "#d2525c", "#8b6fc4", "#83909d",
)  # fmt: skip
PALETTE = (BLUE, ORANGE, GREEN, VIOLET, RED, "#4b9fae", GRAY)
GRID = "rgba(131,144,157,0.22)"
