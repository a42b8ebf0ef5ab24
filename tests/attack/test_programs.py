"""The interface for programs, and paths that lead elsewhere: raw HTTP requests."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from core.token_scopes import Scope
from core.vocabulary import Role
from runner.home.tokens import Tokens
from tests.attack import acts
from tests.attack.browserless import PATIENCE_S, http, signed_in
from tests.attack.place import NAMES, SUBS, served_copy
from tests.attack.protocol import tab
from tests.attack.sweep import Watch
from tests.attack.test_tokens import BY_TOKEN
from tests.expected import present

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.browser.provider import Provider, SignInSite

    Seen = Callable[[object], None]

SECRETS = ("root:", "client_secret", "people:", "SQLite format", "BEGIN ", "a secret of the test")


@pytest.fixture
def mine(home: Path, provider: Provider, tmp_path: Path) -> Iterator[SignInSite]:
    """A site of this test alone: the acts change it."""
    made = served_copy(home, tmp_path / "home", provider)
    yield made
    made.close()


def token(site: SignInSite, role: Role, *scopes: Scope, hours: int = 1) -> str:
    now, name = datetime.now(UTC), NAMES[role]
    claims = {"sub": SUBS[role], "email": name, "email_verified": True}
    if hours < 0:
        now += timedelta(hours=2 * hours)
    until = now + timedelta(hours=abs(hours))
    return Tokens(site.home).make(name, claims, "nightly", scopes, until, now)[0]


def requests(site: SignInSite) -> dict[str, dict[str, Any]]:
    """One of each act that there is."""
    week = present(site.client.active_week())
    incidents = site.client.incidents(week.id)
    (job,) = site.client.jobs()[:1]
    blocking = next(each.id for each in incidents if each.blocks_start)
    return {
        f"weeks/{week.id}/notes": {"slot": "hourly_1", "text": "by a program"},
        f"weeks/{week.id}/incidents": {"procedure": "hung", "summary": "by a program"},
        f"incidents/{blocking}/close": {"reason": "by a program"},
        "jobs": {"kind": "preflight"},
        "jobs?": {"kind": "revalidate"},
        "jobs??": {"kind": "train", "params": {"override_reason": "by hand"}},
        f"jobs/{job.id}/stop": {},
    }


def post_all(site: SignInSite, **given: Any) -> list[int]:
    """The answers to every act."""
    with httpx.Client(base_url=site.url, timeout=PATIENCE_S, trust_env=False, **given) as program:
        return [
            program.post(f"/api/v1/{path.rstrip('?')}", json=body).status_code
            for path, body in requests(site).items()
        ]


@pytest.mark.attempt("every act of the API by nobody, a cookie, or a token that is none", "0 acts")
def test_the_api_acts_for_nobody_whom_no_token_names(site: SignInSite, seen: Seen) -> None:
    cookies, watch = signed_in(site, "lea"), Watch(site.client)
    spent = token(site, Role.LEAD, *Scope, hours=-1)
    revoked = token(site, Role.LEAD, *Scope)
    with sqlite3.connect(site.home.tokens) as tokens:
        tokens.execute(
            "update tokens set revoked = 1 where expires > ?", (datetime.now(UTC).timestamp(),)
        )
    tried: dict[str, dict[str, Any]] = {
        "nobody": {},
        "a lead's cookie": {"cookies": cookies},
        "a cookie and the page's origin": {"cookies": cookies, "headers": {"Origin": site.url}},
        "unknown": {"headers": {"Authorization": "Bearer trainweek_" + "x" * 43}},
        "no scheme": {"headers": {"Authorization": revoked}},
        "Basic": {"headers": {"Authorization": f"Basic {revoked}"}},
        "expired": {"headers": {"Authorization": f"Bearer {spent}"}},
        "revoked": {"headers": {"Authorization": f"Bearer {revoked}"}},
        "in the address": {"params": {"token": revoked}},
        "a proxy's name": {"headers": {"X-Forwarded-User": NAMES[Role.LEAD]}},
    }
    answers = {how: set(post_all(site, **given)) for how, given in tried.items()}
    seen(f"{sum(watch.rows().values())} acts; {answers}")
    assert not watch.rows()
    assert set().union(*answers.values()) <= {401, 403}


@pytest.mark.whole
@pytest.mark.attempt(
    "every act of the API with a token of all scopes", "the role's acts, and no other"
)
@pytest.mark.parametrize("role", list(Role))
def test_each_role_does_by_the_api_what_the_table_says(
    role: Role, mine: SignInSite, seen: Seen
) -> None:
    watch = Watch(mine.client)
    given = {"Authorization": f"Bearer {token(mine, role, *Scope)}"}
    answers = post_all(mine, headers=given)
    rows = watch.rows()
    seen(f"{answers}; {dict(rows)}")
    assert set(rows) == acts.MAY[role] & BY_TOKEN - {acts.PLAN}  # of weeks it has no act
    assert not [code for code in answers if code >= 500]


PATHS = (
    "/media/../../access.yaml",
    "/media/..%2f..%2faccess.yaml",
    "/media/%2e%2e/%2e%2e/login.toml",
    "/app/static/../../login.toml",
    "/static/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/component/x/..%2f..%2f..%2fetc%2fpasswd",
    "/_stcore/upload_file/..%2f..%2fx/y",
    "/..%5c..%5caccess.yaml",
    "//etc/passwd",
    "/api/v1/weeks/..%2f..%2f..%2faccess.yaml",
    "/api/v1/weeks/2026-02-23/runs/..%2f..%2f..%2faccess.yaml/tags",
    "/api/v1/weeks/2026-02-23/runs/%2fetc%2fpasswd/series?tag=x",
    "/api/v1/weeks/2026-02-23/runs/..%00/tags",
)
QUERIES = (
    "week=../../access.yaml",
    "week=%00",
    "week=../..&language=../../x",
    "run=../../../../etc/passwd&runs=/etc/passwd",
    "decision=../../..&left=/etc/passwd&right=..%2f..",
    "file=/etc/passwd&name=../../login.toml&path=logs/../access.yaml",
    "view=%3Cscript%3E&kind=..%2f&part=%1b%5b31m",
    "language=" + "x" * 5000,
)


@pytest.mark.attempt(
    "addresses that lead out of the data directory, by a signed-in viewer", "nothing of it"
)
def test_no_address_leads_out_of_the_data_directory(site: SignInSite, seen: Seen) -> None:
    codes: list[int] = []
    with http(site, **signed_in(site, "vic")) as browser:
        for path in PATHS:
            answer = browser.get(path)
            codes.append(answer.status_code)
            assert not [secret for secret in SECRETS if secret in answer.text], path
    seen(codes)
    assert not [code for code in codes if code >= 500]


@pytest.mark.whole
@pytest.mark.attempt(
    "?week=../.., ?run=/etc/passwd and others on every page", "nothing of it; no page fails"
)
def test_no_query_leads_out_of_the_data_directory(site: SignInSite, seen: Seen) -> None:
    pages = ("this_week", "runs", "history", "decision", "jobs", "playbook", "live_training")
    runs = 0
    with tab(site.url, signed_in(site, "vic")) as mine:
        for page in pages:
            for query in QUERIES:
                mine.run(page, query=query)
                said = " ".join(mine.texts)
                runs += 1
                assert not [secret for secret in SECRETS if secret in said], (page, query)
                assert "dashboard.log" not in said, (page, query)
    seen(f"{runs} pages")
