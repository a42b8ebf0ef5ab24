"""What an earlier version let a program on the same machine do, tried again."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest

from core.canonical_json import canonical
from core.vocabulary import Role
from runner.store import chain
from tests.attack.browserless import by_link, http, signed_in
from tests.attack.place import NAMES
from tests.attack.protocol import press, tab
from tests.attack.sweep import Watch, drawn, filled
from tests.attack.test_doors import claims, refused
from tests.browser.place import COMMAND, free_port
from tests.runner.cli.terminal import trainweek

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.place import Site
    from tests.browser.provider import SignInSite

    Seen = Callable[[object], None]


def served(home: Path, command: str = "dashboard") -> subprocess.CompletedProcess[str]:
    """The end of a program that should not serve."""
    words = [*COMMAND, command, "--port", str(free_port()), "--home", str(home)]
    return subprocess.run(words, capture_output=True, text=True, timeout=100)


@pytest.mark.attempt("login.toml made unreadable while the pages are served", "still a sign-in")
def test_a_broken_login_opens_nothing(site: SignInSite, seen: Seen) -> None:
    good = site.home.login.read_bytes()
    try:
        site.home.login.write_text("[auth]\nana@example.org = 1\n", encoding="utf-8")
        with http(site, **claims(site, Role.CTO)) as browser:
            page = browser.get("/", headers={"accept": "text/html"})
        answer = refused(site.url, claims(site, Role.CTO))
    finally:
        site.home.login.write_bytes(good)
    seen(f"{page.status_code} to {page.headers.get('location')}; WebSocket {answer}")
    assert (page.status_code, page.headers["location"][:8]) == (302, "/sign-in")


@pytest.mark.whole
@pytest.mark.attempt("a start with a login that does not parse, or that others may read", "refused")
@pytest.mark.parametrize("how", ["not TOML", "mode 644", "no list of people"])
def test_nothing_is_served_in_doubt(how: str, copy: Path, seen: Seen) -> None:
    login = copy / "login.toml"
    fields = {"redirect_uri": "http://localhost:1/oauth2callback", "client_id": "a"}
    fields |= {"client_secret": "b", "server_metadata_url": "https://login.example/x"}
    text = "[auth]\n" + "".join(f'{name} = "{value}"\n' for name, value in fields.items())
    login.write_text("[auth]\na@b.c = x" if how == "not TOML" else text, encoding="utf-8")
    login.chmod(0o644 if how == "mode 644" else 0o600)
    done = served(copy)
    seen(f"exit {done.returncode}: {done.stderr.splitlines()[0][:90]}")
    assert done.returncode not in (0, None)


@pytest.mark.attempt("an address that is not verified, in capitals, or missing", "not let in")
def test_only_a_verified_address_counts(site: SignInSite, seen: Seen) -> None:
    known = NAMES[Role.CTO]
    people: dict[str, dict[str, object]] = {
        "una": {"email": known, "email_verified": False},
        "uma": {"email": known, "email_verified": "true"},
        "noa": {},
    }
    for sub, said in people.items():
        site.provider.knows(sub, **said)
    inside = [sub for sub in people if f"trainweek_session_{site.port}" in signed_in(site, sub)]
    site.provider.knows("loud", email=known.upper(), email_verified=True)
    with tab(site.url, signed_in(site, "loud")) as hers:
        hers.run("this_week")
        control = known in " ".join(hers.texts)
    seen(f"let in: {inside or 'nobody'}; the same address in capitals: {control}")
    assert not inside
    assert control


@pytest.mark.attempt("Streamlit's own cookie of a signed-in CTO, and a proxy's headers", "refused")
def test_what_streamlit_or_a_proxy_might_believe_opens_nothing(
    site: SignInSite, seen: Seen
) -> None:
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    value = json.dumps({"origin": site.url, "is_logged_in": True, "email": NAMES[Role.CTO]})
    forged = create_signed_value("a secret of the test", "_streamlit_user", value).decode()
    answer = refused(site.url, {"_streamlit_user": forged})
    names = ("X-Forwarded-User", "X-Forwarded-Email", "Remote-User", "X-Auth-Request-Email")
    with http(site) as browser:
        codes = {n: browser.get("/", headers={n: NAMES[Role.CTO]}).status_code for n in names}
    seen(f"WebSocket {answer}; {codes}")
    assert set(codes.values()) == {401}


@pytest.mark.attempt("without a login: sign as a claimed CTO, then ask the gate", "gate fails")
def test_a_signature_that_nobody_proved_passes_no_gate(open_site: Site, seen: Seen) -> None:
    """The control of this way in, too: whoever opened the link may sign, and it is marked."""
    watch = Watch(open_site.client)
    with tab(open_site.url, by_link(open_site) | claims(open_site, Role.CTO)) as mine:
        known = drawn(mine, "decision")
        (button,) = [w for w in known if w.key.startswith("sign:button")]
        mine.run("decision", [*filled(known), press(button.id)])
    (signature,) = [line for line in watch.lines() if line.kind == "signature"]
    recorded = json.loads(open_site.home.ledger.read_text("utf-8").splitlines()[signature.seq - 1])
    strict = trainweek("decision", "gate", home=open_site.home.root)
    seen(f"signed, verified: {recorded['verified']}; gate exit {strict.returncode}")
    assert recorded["seq"] == signature.seq
    assert recorded["verified"] is False
    assert strict.returncode != 0
    assert json.loads(strict.stdout)["pass"] is False


@pytest.mark.attempt("another program appends a line verified: true with a right chain", "named")
def test_a_forged_line_is_named(copy: Path, seen: Seen) -> None:
    ledger = copy / "reports" / "ledger" / "audit.jsonl"
    lines = [json.loads(line) for line in ledger.read_text("utf-8").splitlines()]
    note = next(line for line in lines if line["kind"] == "incident")
    last = lines[-1]
    forged = {**note, "seq": last["seq"] + 1, "prev": last["sha256"], "key": None}
    forged |= {"verified": True, "by": "carla@example.org"}
    with ledger.open("a", encoding="utf-8") as file:
        file.write(canonical(chain.seal(forged)) + "\n")
    done = trainweek("ledger", "verify", home=copy)
    seen(f"exit {done.returncode}: {(done.stdout + done.stderr).splitlines()[0][:120]}")
    assert done.returncode == 1
    assert str(forged["seq"]) in done.stdout + done.stderr


@pytest.mark.attempt("two lines in the middle exchanged, then a write", "the write is refused")
def test_a_write_after_a_broken_chain_is_refused(copy: Path, seen: Seen) -> None:
    ledger = copy / "reports" / "ledger" / "audit.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    middle = len(lines) // 2
    lines[middle], lines[middle + 1] = lines[middle + 1], lines[middle]
    ledger.write_bytes(b"".join(lines))
    verified = trainweek("ledger", "verify", home=copy)
    written = trainweek("jobs", "submit", "preflight", home=copy, role="engineer")
    seen(f"verify exit {verified.returncode}; write exit {written.returncode}")
    assert verified.returncode == 1
    assert written.returncode != 0
    assert ledger.read_bytes() == b"".join(lines)


@pytest.mark.attempt("ledger and database deleted; a home's name mistyped", "exit 3, never intact")
def test_a_record_that_is_gone_is_not_intact(copy: Path, tmp_path: Path, seen: Seen) -> None:
    (copy / "reports" / "ledger" / "audit.jsonl").unlink()
    for left in (copy / "logs" / "state").glob("trainweek.db*"):
        left.unlink()
    shutil.rmtree(copy / "logs" / "state" / "backups", ignore_errors=True)
    gone = trainweek("ledger", "verify", home=copy)
    mistyped = trainweek("ledger", "verify", "--home", tmp_path / "hmoe")
    seen(f"exit {gone.returncode} and {mistyped.returncode}")
    assert gone.returncode in (1, 3)
    assert mistyped.returncode not in (0, 1)
    assert "intact" not in gone.stdout + mistyped.stdout


@pytest.mark.attempt("a capsule that is /dev/zero", "refused")
def test_a_file_without_end_is_refused(copy: Path, seen: Seen) -> None:
    """Archives that swell: ``tests/core/test_limited_files.py``."""
    capsule = trainweek("decision", "verify", "/dev/zero", home=copy)
    seen(f"exit {capsule.returncode}: {capsule.stderr.splitlines()[0][:90]}")
    assert capsule.returncode not in (0, None)
    assert "Traceback" not in capsule.stderr


@pytest.mark.attempt("secrets that a new home writes are open to others", "owner only")
def test_what_is_secret_is_its_owners_alone(site: SignInSite, seen: Seen) -> None:
    home = site.home
    signed_in(site, "lea")
    private = (home.login, home.access, home.sessions, home.database, home.ledger)
    modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in private}
    seen(modes)
    assert set(modes.values()) == {"0o600"}


@pytest.mark.attempt("the page and its icon ask a foreign host", "no address of another host")
def test_no_part_of_a_page_comes_from_elsewhere(site: SignInSite, seen: Seen) -> None:
    with tab(site.url, signed_in(site, "lea")) as hers:
        hers.run("this_week")
        icons = hers.icons
    seen(f"{len(icons)} icons, drawn in the page")
    assert icons
    assert not [icon for icon in icons if "://" in icon.replace("http://www.w3.org/", "")]


@pytest.mark.attempt("the database alone says that a condition was closed; the gate", "it fails")
def test_the_database_alone_opens_no_gate(copy: Path, seen: Seen) -> None:
    """More of these: ``tests/runner/client/signatures/test_proved_records.py``."""
    database = copy / "logs" / "state" / "trainweek.db"
    with sqlite3.connect(database) as tables:
        (signed,) = tables.execute(
            "select revalidation_sha256 from signatures order by id limit 1"
        ).fetchone()
        for number in range(2):
            tables.execute(
                "insert into conditions_closed (id, week_id, signature_id, number, note, by, role,"
                " verified, at, at_week) select id + ?, week_id, id, ?, 'met', by, role, 1, at,"
                " at_week from signatures where revalidation_sha256 = ?",
                (number, number, signed),
            )
    done = trainweek("decision", "gate", "--sha256", signed, home=copy)
    seen(f"exit {done.returncode}: {json.loads(done.stdout)['reason'][:110]}")
    assert done.returncode != 0
    assert "no login proved the name" in json.loads(done.stdout)["reason"]


@pytest.mark.attempt(
    "a zip of candles of 0.2 MB that unpacks to 200 MB; one of 20,000 files", "refused"
)
@pytest.mark.parametrize("how", ["swells", "many"])
def test_an_archive_that_swells_is_refused(how: str, tmp_path: Path, seen: Seen) -> None:
    """Models of this kind, in the process that loads them: ``test_model_archive.py``."""
    path = tmp_path / "data" / "OGNUSDT-1h-2026-01.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if how == "swells":
            archive.writestr("OGNUSDT-1h-2026-01.csv", bytes(200_000_000))
        else:
            for number in range(20_000):
                archive.writestr(f"{number}.csv", b"")
    began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = trainweek("data", "check", "--train-data-dir", path.parent)
    said = done.stdout + done.stderr
    seen(
        f"{how}: {path.stat().st_size / 1e6:.1f} MB, exit {done.returncode}; {said.splitlines()[0][:90]}"
    )
    assert done.returncode == 1
    assert ("unpack to 200 MB" in said) or ("files inside" in said)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss - began < 150_000, "kB"


@pytest.mark.attempt(
    "a capsule that is a pipe, a link to /dev/zero, or nested 100,000 deep", "refused"
)
@pytest.mark.parametrize("how", ["pipe", "link", "deep"])
def test_a_capsule_that_is_none_is_refused(
    how: str, copy: Path, tmp_path: Path, seen: Seen
) -> None:
    path = tmp_path / "x.capsule.json"
    if how == "pipe":
        os.mkfifo(path)
    elif how == "link":
        path.symlink_to("/dev/zero")
    else:
        path.write_text("[" * 100_000 + "]" * 100_000, encoding="utf-8")
    done = trainweek("decision", "verify", path, home=copy)
    said = done.stdout + done.stderr
    seen(f"{how}: exit {done.returncode}: {said.splitlines()[0][-70:]}")
    assert done.returncode == (1 if how == "deep" else 2)  # it is read, and is no capsule
    assert "Traceback" not in said
