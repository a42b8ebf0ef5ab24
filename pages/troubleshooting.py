"""Troubleshooting: see dashboard/panels/troubleshooting.py."""

from dashboard.page import current
from dashboard.panels import troubleshooting

troubleshooting.show(current())
