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
.st-key-overdue .stPageLink a { margin: 0; padding: 0; }  /* a badge among badges */
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
  [data-testid="stSidebarNavLink"] {
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
  .stTable td { min-width: 6rem; }  /* a wide table scrolls sideways; its words stay whole */
  .st-key-timeline .stPageLink * { white-space: normal; overflow: visible; }
  :has(> .st-key-next-due) { order: -1; }  /* what is to be ticked stands before long lists */
  [class*="st-key-wrong-"]:not(.st-key-wrong-now) { flex-wrap: nowrap; }
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
