"""Decision: see dashboard/panels/decision/page.py."""

from dashboard.page import current
from dashboard.panels.decision import page

page.show(current())
