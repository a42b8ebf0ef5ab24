"""Decision: see dashboard/panels/decision.py."""

from dashboard.page import current
from dashboard.panels import decision

decision.show(current())
