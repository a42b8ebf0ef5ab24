"""Recipe: see dashboard/panels/recipe/page.py."""

from dashboard.page import current
from dashboard.panels.recipe import page

page.show(current())
