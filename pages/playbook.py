"""Playbook: see dashboard/panels/playbook.py."""

from dashboard.page import current
from dashboard.panels import playbook

playbook.show(current())
