"""Launch: see dashboard/panels/launch/page.py."""

from dashboard.page import current
from dashboard.panels.launch import page

page.show(current())
