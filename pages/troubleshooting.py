"""Troubleshooting: see dashboard/panels/troubleshooting/page.py."""

from dashboard.page import current
from dashboard.panels.troubleshooting import page

page.show(current())
