"""Jobs: see dashboard/panels/jobs/page.py."""

from dashboard.page import current
from dashboard.panels.jobs import page

page.show(current())
