"""Daily checkin: see dashboard/panels/daily_checkin.py."""

from dashboard.page import current
from dashboard.panels import daily_checkin

daily_checkin.show(current())
