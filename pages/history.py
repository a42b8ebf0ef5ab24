"""History: see dashboard/panels/history/page.py."""

from dashboard.page import current
from dashboard.panels.history import page

page.show(current())
