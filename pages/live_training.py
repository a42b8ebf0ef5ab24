"""Live training: see dashboard/panels/live_training.py."""

from dashboard.page import current
from dashboard.panels import live_training

live_training.show(current())
