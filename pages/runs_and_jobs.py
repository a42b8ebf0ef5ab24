"""Runs and jobs: see dashboard/panels/runs_and_jobs.py."""

from dashboard.page import current
from dashboard.panels import runs_and_jobs

runs_and_jobs.show(current())
