"""Escalation: see dashboard/panels/escalation.py."""

from dashboard.page import current
from dashboard.panels import escalation

escalation.show(current())
