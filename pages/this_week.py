"""This week: see dashboard/panels/this_week/page.py."""

from dashboard.page import current
from dashboard.panels.this_week import page

page.show(current())
