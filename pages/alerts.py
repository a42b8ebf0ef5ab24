"""Alerts: see dashboard/panels/alerts/page.py."""

from dashboard.page import current
from dashboard.panels.alerts import page

page.show(current())
