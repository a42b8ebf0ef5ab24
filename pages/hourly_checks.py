"""Hourly checks: see dashboard/panels/hourly_checks.py."""

from dashboard.page import current
from dashboard.panels import hourly_checks

hourly_checks.show(current())
