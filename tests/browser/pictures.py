"""The pictures of README and docs/, taken of a demo week: ``make pictures``."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import expect

from core.paths import CHECKOUT
from core.vocabulary import Role
from tests.browser.chromium import browsing
from tests.browser.place import COMMAND, Site, let_in
from tests.browser.screen import SIZES, Screen, remember

PICTURES = CHECKOUT / "docs" / "pictures"
PAGES = ("this_week", "launch", "hourly_checks", "live_training", "decision")
STEPS = 100_000  # enough for the curves to have a shape


def take(site: Site) -> None:
    """Each page in a desktop window, light; the decision as the CTO sees it."""
    PICTURES.mkdir(exist_ok=True)
    width, height = SIZES["desktop"]
    with browsing() as browser:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="light", locale="en-US"
        )
        let_in(context, site.home, site.url)
        remember(context, site.url, Role.LEAD)
        screen = Screen(context.new_page(), site.url)
        for stem in PAGES:
            screen.go(stem)
            if stem == "decision":
                screen.act_as(Role.CTO, "Carla")
            screen.assert_whole()
            # Charts are loaded and drawn after the page has settled.
            expect(screen.page.get_by_test_id("stSkeleton")).to_have_count(0)
            screen.page.wait_for_timeout(2000)
            screen.page.screenshot(path=PICTURES / f"{stem}.png")
            print(PICTURES / f"{stem}.png")


def main() -> None:
    """Play a week, then take the pictures."""
    with TemporaryDirectory() as folder:
        root = Path(folder) / "home"
        demo = [*COMMAND, "demo", "--headless", "--steps", str(STEPS), "--home", str(root)]
        subprocess.run(demo, check=True)
        site = Site(root)
        try:
            site.start_runner()
            site.serve()
            take(site)
        finally:
            site.close()


if __name__ == "__main__":
    main()
