"""Finds what is pressed on a page and too small for a finger."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

TARGET = 44  # px, of WCAG 2.5.5
# Links inside a sentence are exempt there, and so is what is drawn over a chart.
_SMALL = """(least) => {
  const found = [];
  const own = 'button, a[href], [role=radio], [role=tab], summary, input, textarea';
  for (const each of document.querySelectorAll(`[data-testid="stMain"] :is(${own})`)) {
    if (each.closest('p, li, td, .stEChartsChart') || each.type === 'hidden') continue;
    if (!each.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    const target = each.closest('[data-baseweb], label, .stSelectbox, .stMultiSelect, .stSlider') ?? each;
    const box = target.getBoundingClientRect();
    if (box.height > 1 && box.height < least - 0.5)
      found.push(`${each.tagName} ${Math.round(box.height)} px: ${(each.ariaLabel || each.innerText || '').slice(0, 40)}`);
  }
  return found;
}"""


def small_targets(page: Page) -> list[str]:
    """Each one that is lower than a finger needs, with its height and name."""
    return list(page.evaluate(_SMALL, TARGET))
