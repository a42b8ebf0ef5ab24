"""Runs and jobs: see dashboard/panels/runs_and_jobs/page.py."""

from dashboard.page import current
from dashboard.panels.runs_and_jobs import page

page.show(current())
