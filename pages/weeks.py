"""Weeks: see dashboard/panels/weeks/page.py."""

from dashboard.page import current
from dashboard.panels.weeks import page

page.show(current())
