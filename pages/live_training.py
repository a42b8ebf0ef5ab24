"""Live training: see dashboard/panels/live_training/page.py."""

from dashboard.page import current
from dashboard.panels.live_training import page

page.show(current())
