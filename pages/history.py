"""History: see dashboard/panels/history.py."""

from dashboard.page import current
from dashboard.panels import history

history.show(current())
