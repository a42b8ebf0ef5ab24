"""On call: see dashboard/panels/on_call/page.py."""

from dashboard.page import current
from dashboard.panels.on_call import page

page.show(current())
