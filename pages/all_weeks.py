"""All weeks: see dashboard/panels/all_weeks/page.py."""

from dashboard.page import current
from dashboard.panels.all_weeks import page

page.show(current())
