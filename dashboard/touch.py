"""Styles for fingers, small screens and dark buttons: what Streamlit's theme can't say.

They use keys of our own and the names that Streamlit gives its elements for tests; without them the
pages work the same, with smaller targets.
"""

from __future__ import annotations

import streamlit as st

# Streamlit writes white on a primary button, whose dark theme's colour is pale.
_CSS = """<style>
[data-testid="stBaseButton-primary"]:not(:disabled),
[data-testid="stBaseButton-primaryFormSubmit"]:not(:disabled) { color: light-dark(#ffffff, #0e1721); }
[class*="st-key-why-not"] { display: none; }  /* a mouse reads it in the tooltip */
:is([class*="st-key-links-"]:not(.st-key-links-overdue), [class*="st-key-tiles-"]) [data-testid="stMarkdownContainer"] { margin: 0; }
[class*="st-key-links-"] ul { margin: 0; padding: 0; list-style: none; }
[class*="st-key-links-"] li { display: flex; align-items: center; gap: 1rem; margin: 0; padding: 0; }
[class*="st-key-links-"] li p { margin: 0; }
[class*="st-key-links-"] li p:first-child { flex: 1; }
[class*="st-key-links-"] a {
  display: inline-block; padding: 0.2rem 0.5rem; border-radius: 0.4rem; text-decoration: none;
}
[class*="st-key-links-"] a:hover { background: light-dark(#f3f5f8, #19222c); }
.st-key-links-overdue a { padding: 0; }  /* a badge among badges */
.st-key-links-timeline li { align-items: baseline; }
.st-key-links-timeline li p:first-child { flex: 0 0 13%; }
.st-key-links-timeline li p:last-child { display: flex; flex-wrap: wrap; gap: 0 0.25rem; font-size: 0.875rem; }
.st-key-links-timeline a { color: inherit; }
[class*="st-key-tiles-"] ul {
  display: grid; gap: 1rem; margin: 0; padding: 0; list-style: none;
  grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
}
[class*="st-key-tiles-"] li {
  border: 1px solid light-dark(#dce2e9, #2a3643); border-radius: 0.4rem; margin: 0; min-width: 0;
  padding: calc(1rem - 1px); font-size: 0.875rem; display: flex; flex-direction: column; gap: 0.25rem;
}
[class*="st-key-tiles-"] li p { margin: 0; font-size: 0.875rem; line-height: 1.4; }
[class*="st-key-tiles-"] li p:nth-of-type(2) { line-height: 1.2; }
[class*="st-key-tiles-"] li p:nth-of-type(2) strong { font-size: 1.5rem; }
[class*="st-key-tiles-"] li img { display: block; width: 100%; max-width: none; }
.st-key-tiles-gates ul { grid-template-columns: repeat(auto-fit, minmax(max(160px, 30%), 1fr)); }
.st-key-tiles-run li img { height: 28px; }
.st-key-tiles-run .stMarkdownBadge { border-radius: 1rem; font-weight: 400; padding: 0.125rem 0.4rem; margin: 0; }
@media (pointer: coarse), (max-width: 640px) {
  [class*="st-key-why-not"] { display: flex; }
  .stButton button, .stPopover button, .stDownloadButton button, .stFormSubmitButton button,
  .stLinkButton a, .stPageLink a, .stSelectbox [data-baseweb="select"] > div,
  .stTextInput [data-baseweb="input"], .stNumberInput [data-baseweb="input"],
  .stDateInput [data-baseweb="input"], .stTimeInput [data-baseweb="select"] > div,
  .stButtonGroup button, .stTabs [role="tab"], .stExpander summary,
  .stCheckbox label, .stRadio label, .stSelectbox input, .stTextInput input, .stNumberInput input,
  .stMultiSelect input, .stNumberInput button, .stDateTimeInput input, .stDateTimeInput button,
  .stSlider input, .stSelectbox button, .stMultiSelect button,
  [data-testid="stSidebarNavLink"], [class*="st-key-links-"] a {
    min-height: 44px;
  }
  .stButton button, .stPopover button, .stButtonGroup button, .stPageLink a { min-width: 44px; }
  [data-testid="stSidebarCollapseButton"] button, [data-testid="stExpandSidebarButton"],
  [data-testid="stMainMenuButton"], [data-testid="stTooltipHoverTarget"] > button,
  .stTooltipIcon button { min-width: 44px; min-height: 44px; }
}
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 3rem 0.8rem 2rem; }
  [data-testid="stMetricLabel"] .stMarkdownEllipsis,
  [data-testid="stMetricLabel"] .stMarkdownEllipsis p { overflow: visible; white-space: normal; }
  .st-key-keys-help, .st-key-frame [data-testid="stTooltipIcon"], .st-key-frame .stTooltipIcon,
  .st-key-frame-who { display: none; }  /* the sidebar says who */
  .st-key-links-timeline li { display: block; }
  [class*="st-key-links-"] li a { padding-block: 0.7rem; }
  .stTable td { min-width: 6rem; }  /* a wide table scrolls sideways; its words stay whole */
  :has(> .st-key-next-due) { order: -1; }  /* what is to be ticked stands before long lists */
  .st-key-slot [role="radiogroup"], .st-key-day [role="radiogroup"] {
    flex-wrap: nowrap; overflow-x: auto;
  }
  .st-key-slot button, .st-key-day button { flex: 0 0 auto; max-width: none; }
  .st-key-frame-alerts .stAlert p { font-size: 0.85rem; line-height: 1.25; }
  .st-key-frame-alerts [data-testid="stAlertContainer"] { padding: 0.4rem 0.6rem; min-height: 0; }
}
</style>"""


def draw() -> None:
    """Once in each run; nothing is seen of it."""
    st.html(_CSS)
