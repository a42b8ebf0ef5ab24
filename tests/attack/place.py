"""A home in which each act of the table can be done, and dashboards that serve copies of it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.vocabulary import JobKind, Role, SignatureAct
from tests.browser.place import Site
from tests.browser.provider import Provider, SignInSite
from tests.expected import job_of, recorded
from tests.runner.place import LEAD
from tests.runner.signed_place import CONDITIONS, SignedPlace

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = {"vic": Role.VIEWER, "eva": Role.ENGINEER, "lea": Role.LEAD, "carla": Role.CTO}
NAMES = {role: f"{sub}@example.org" for sub, role in PEOPLE.items()}
SUBS = {role: sub for sub, role in PEOPLE.items()}


def build(root: Path) -> Path:
    """Open conditions, a NO-GO that waits for its signature and its second person, a blocking
    incident, a job that waits, and a second week; returns the home.
    """
    place = SignedPlace(root / "home")
    signed = place.revalidate("GO")
    recorded(place.sign(signed, SignatureAct.APPROVE_WITH_CONDITIONS, CONDITIONS))
    refused = place.revalidate("NO-GO", seed=2)
    recorded(place.client().request_countersignature(place.week.id, refused, "Half the size."))
    lead = place.client(LEAD)
    recorded(lead.open_incident(place.week.id, "crash", "It died."))
    job_of(lead.submit(JobKind.DATA_CHECK))
    later = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
    recorded(lead.create_week(later, planned=True))
    place.clear()
    return place.home.root


def served_copy(home: Path, root: Path, provider: Provider) -> SignInSite:
    """A dashboard with a login on a copy of the home, with a person of each role."""
    shutil.copytree(home, root)
    site = SignInSite(root, provider)
    site.lists(**PEOPLE)
    site.serve()
    return site


def served_by_link(home: Path, root: Path) -> Site:
    """A dashboard without a login on a copy of the home."""
    shutil.copytree(home, root)
    site = Site(root)
    site.serve()
    return site
