"""Revalidation: see dashboard/panels/revalidation/page.py."""

from dashboard.page import current
from dashboard.panels.revalidation import page

page.show(current())
