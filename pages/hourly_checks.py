"""Hourly checks: see dashboard/panels/hourly_checks/page.py."""

from dashboard.page import current
from dashboard.panels.hourly_checks import page

page.show(current())
