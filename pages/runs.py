"""Runs: see dashboard/panels/runs/page.py."""

from dashboard.page import current
from dashboard.panels.runs import page

page.show(current())
