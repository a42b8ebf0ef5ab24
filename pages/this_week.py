"""This week: see dashboard/panels/this_week.py."""

from dashboard.page import current
from dashboard.panels import this_week

this_week.show(current())
