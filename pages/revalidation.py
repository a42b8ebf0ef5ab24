"""Revalidation: see dashboard/panels/revalidation.py."""

from dashboard.page import current
from dashboard.panels import revalidation

revalidation.show(current())
