"""Playbook: see dashboard/panels/playbook/page.py."""

from dashboard.page import current
from dashboard.panels.playbook import page

page.show(current())
