"""Launch: see dashboard/panels/launch.py."""

from dashboard.page import current
from dashboard.panels import launch

launch.show(current())
