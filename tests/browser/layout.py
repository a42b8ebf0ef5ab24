"""Finds what a page cuts off, squeezes, or draws over something else.

Measured in the browser, text by text: a text is cut when a box that hides its overflow is smaller
than the text, and squeezed when one of its words is broken over two lines.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATIENCE_S = 5.0  # charts follow a new size a moment later
PHONE = 640  # px: Streamlit stacks columns below it; wider windows show whole tables

# Logs and code scroll in a box of their own; so do the pages of the menu, and rows of tabs.
_FIND = """(phone) => {
  const own = 'pre, code, script, style, [data-testid="stSidebar"], [data-testid="stHeader"],'
    + ' [data-testid="stJson"], [data-testid="stIconMaterial"], [data-testid="stDataFrame"],'
    + ' .modebar, .hoverlayer';
  const found = new Set();
  const main = document.querySelector('[data-testid="stMain"]');
  const say = text => JSON.stringify(text.trim().replace(/\\s+/g, ' ').slice(0, 60));
  if (main.scrollWidth > main.clientWidth) found.add(`the page scrolls sideways`);

  const hides = style => ['hidden', 'clip'].includes(style.overflowX);
  const scrolls = style => ['auto', 'scroll'].includes(style.overflowX);
  const texts = [];
  const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.textContent.trim() || !element || element.closest(own)) continue;
    const style = getComputedStyle(element);
    if (style.visibility === 'hidden' || !element.checkVisibility({opacityProperty: true})) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width < 1 || box.height < 1) continue;
    // Screen readers' own texts are a pixel wide.
    let hidden = false;
    for (let up = element; up !== main; up = up.parentElement)
      if (up.clientWidth === 1 && up.clientHeight === 1) hidden = true;
    if (hidden) continue;

    for (let up = element; up !== main; up = up.parentElement) {
      const css = getComputedStyle(up), edge = up.getBoundingClientRect();
      const over = Math.max(box.right - edge.right, edge.left - box.left);
      if (over > 1.5 && (hides(css) || css.textOverflow === 'ellipsis' || (scrolls(css) && !phone))) {
        found.add(`${hides(css) ? 'cut' : 'scrolls'} by ${Math.round(over)} px: ${say(node.textContent)}`);
        break;
      }
      if (css.overflowY === 'hidden' && !scrolls(css) && box.bottom - edge.bottom > 3 && up.clientHeight) {
        found.add(`cut below: ${say(node.textContent)}`);
        break;
      }
      if (scrolls(css)) break;  // on a phone a table may scroll
    }
    if (box.right > innerWidth + 1 && !scrolled(element)) found.add(`beyond the window: ${say(node.textContent)}`);

    for (const word of node.textContent.matchAll(/\\p{L}{2,18}/gu)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].filter(r => r.width > 0.5).map(r => Math.round(r.top)));
      const whole = node.textContent.slice(0, word.index).match(/\\S*$/)[0]
        + node.textContent.slice(word.index).match(/^\\S*/)[0];
      if (lines.size > 1 && whole.length <= 24) found.add(`broken word ${say(word[0])} in ${say(node.textContent)}`);
    }
    range.selectNodeContents(node);
    for (const part of range.getClientRects())
      if (part.width > 1 && part.height > 1 && seen(part, element)) texts.push([part, node.textContent, element]);
  }
  function seen(part, element) {  // not scrolled out of its box
    for (let up = element; up !== main; up = up.parentElement) {
      const edge = up.getBoundingClientRect();
      if (getComputedStyle(up).overflowY !== 'visible' && (part.top < edge.top - 2 || part.bottom > edge.bottom + 2))
        return false;
    }
    return true;
  }
  function scrolled(element) {
    for (let up = element; up !== main; up = up.parentElement)
      if (scrolls(getComputedStyle(up)) && up.scrollWidth > up.clientWidth) return true;
    return false;
  }
  texts.sort((a, b) => a[0].top - b[0].top);
  for (let one = 0; one < texts.length; one++)
    for (let two = one + 1; two < texts.length && texts[two][0].top < texts[one][0].bottom; two++) {
      const [a, first, in_] = texts[one], [b, second, other] = texts[two];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      const least = Math.min(a.height, b.height);
      if (wide > 2 && high > least * 0.4 && in_ !== other) found.add(`${say(first)} over ${say(second)}`);
    }
  for (const box of main.querySelectorAll('*')) {
    if (phone || box.closest(own)) continue;
    if (scrolls(getComputedStyle(box)) && box.scrollWidth > box.clientWidth + 1)
      found.add(`scrolls sideways by ${box.scrollWidth - box.clientWidth} px: ${say(box.innerText)}`);
  }
  return [...found];
}"""


def faults(page: Page) -> list[str]:
    """What the page cuts, squeezes or overprints in its window; each with its text."""
    width = (page.viewport_size or {"width": 0})["width"]
    return list(page.evaluate(_FIND, width < PHONE))


def lasting_faults(page: Page) -> list[str]:
    """What is still wrong when the page has had its time to follow the window's size."""
    deadline = time.monotonic() + PATIENCE_S
    while found := faults(page):
        if time.monotonic() > deadline:
            return found
        page.wait_for_timeout(250)
    return []
