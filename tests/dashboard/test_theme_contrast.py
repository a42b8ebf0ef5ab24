"""Every text colour of the theme has a contrast of 4.5:1 on what it is written on (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from core.paths import CHECKOUT
from dashboard.figures.palette import BLUE, GREEN, ORANGE, PALETTE, RED, VIOLET

LEAST, LEAST_OF_LINES = 4.5, 3.0
CAPTION = 0.6  # Streamlit draws captions with this share of the text colour
TINT = 0.1  # and a chosen segment with this share of the primary colour behind its text
COLOURS = ("green", "orange", "red", "blue", "violet", "gray")
THEME = tomllib.loads((CHECKOUT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))[
    "theme"
]
SCHEMES = ("light", "dark")


def channels(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))


def over(colour: str, ground: str, share: float) -> str:
    mixed = (
        share * own + (1 - share) * under
        for own, under in zip(channels(colour), channels(ground), strict=True)
    )
    return "#" + "".join(f"{round(255 * each):02x}" for each in mixed)


def luminance(colour: str) -> float:
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4
        for each in channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def grounds(theme: dict[str, Any]) -> list[str]:
    sidebar = theme["sidebar"]
    return [
        theme["backgroundColor"], theme["secondaryBackgroundColor"],
        sidebar["backgroundColor"],
    ]  # fmt: skip


def test_the_formula_gives_the_known_ratios() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_text_can_be_read_on_each_ground(scheme: str) -> None:
    theme, low = THEME[scheme], []
    for ground in grounds(theme):
        texts = {
            "text": theme["textColor"],
            "caption": over(theme["textColor"], ground, CAPTION),
            "link": theme["linkColor"],
            "chosen": theme["primaryColor"],
        }
        texts |= {name: theme[f"{name}TextColor"] for name in COLOURS}
        for name, colour in texts.items():
            behind = over(colour, ground, TINT) if name == "chosen" else ground
            if (ratio := contrast(colour, behind)) < LEAST:
                low.append(f"{name} {colour} on {behind}: {ratio:.2f}")
    for name in COLOURS:  # badges and alerts
        colour, ground = theme[f"{name}TextColor"], theme[f"{name}BackgroundColor"]
        if (ratio := contrast(colour, ground)) < LEAST:
            low.append(f"{name} badge: {ratio:.2f}")
    code = contrast(theme["codeTextColor"], theme["codeBackgroundColor"])
    assert code >= LEAST
    assert low == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_primary_button_can_be_read(scheme: str) -> None:
    primary = THEME[scheme]["primaryColor"]
    on_it = "#000000" if luminance(primary) > 0.5 else "#ffffff"  # as Streamlit chooses
    assert contrast(on_it, primary) >= LEAST


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("colour", sorted({*PALETTE, BLUE, ORANGE, GREEN, RED, VIOLET}))
def test_each_curve_stands_out_from_the_ground(scheme: str, colour: str) -> None:
    # Lines are graphics: 3:1 (WCAG 2.2, 1.4.11).
    assert contrast(colour, THEME[scheme]["backgroundColor"]) >= LEAST_OF_LINES
