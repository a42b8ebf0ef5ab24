"""Daily checkin: see dashboard/panels/daily_checkin/page.py."""

from dashboard.page import current
from dashboard.panels.daily_checkin import page

page.show(current())
