"""Escalation: see dashboard/panels/escalation/page.py."""

from dashboard.page import current
from dashboard.panels.escalation import page

page.show(current())
