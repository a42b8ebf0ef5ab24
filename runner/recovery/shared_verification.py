"""Verification of a record on a server: chain, tables and ledger file against one another."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import inspect, select

from core.errors import IntegrityError, SetupError
from core.language import Message, literal, plural
from core.paths import Home
from runner.files import BUSY_TIMEOUT_S
from runner.recovery.anchor import line_with, lost_anchor, published_hash
from runner.recovery.claims import Claims, LedgerProblem
from runner.recovery.verification import differences_from_backups, differing_rows, verify_ledger
from runner.recovery.verify_report import VerifyReport
from runner.store import Store, chain, schema
from runner.store.migrate import is_migrated
from runner.store.opening import shared_address
from runner.store.proofs import Proofs
from runner.store_address import shown_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

_BY_DUMP = Message(
    "Stop the runner. If the file is right, restore the database of before by its administrator's"
    " dump, or name an empty one: it is filled from the file."
)
_NEW_FILE = Message("If the database is right, move the file away; it is written anew.")
_LATER = Message("The next write on this machine adds them.")


def verify_record(
    home: Home, tables: bool = False, anchor: str | None = None, proofs_from: int = 1
) -> VerifyReport:
    """Verify the record of a data directory, wherever it is; see :func:`verify_ledger`.

    :raises ServerAway: its server can't be reached.
    """
    address = shared_address(home)
    if address is None:
        return verify_ledger(home, tables, anchor, proofs_from)
    return _verify_shared(home, address, tables, anchor, proofs_from)


def _verify_shared(
    home: Home, address: str, tables: bool, anchor: str | None, proofs_from: int
) -> VerifyReport:
    from runner.store.postgresql.server import server_errors

    wanted = None if anchor is None else published_hash(anchor)
    claims = Claims(Proofs(home).read_once(), proofs_from)
    with server_errors(address), _moment(home, address) as (connection, size):
        raws = _chain_of(connection)
        sums, problems = _verified(raws, claims)
        problems += _ledger_table(connection, sums)
        problems += _file(home, sums, size)
        problems += differences_from_backups(home, sums)
        found = None if wanted is None else line_with(sums, wanted)
        if wanted is not None and found is None:
            problems.append(lost_anchor(wanted))
        if tables and sums and all(problem.kind == "behind" for problem in problems):
            problems += _tables(home, connection, raws)
    problems += claims.problems()
    head = sums[-1] if sums else None
    whole = b"".join(raws[: len(sums)])
    prefix = hashlib.sha256(whole).hexdigest()
    place = home.relative(home.ledger)
    return VerifyReport(place, len(sums), tuple(problems), head, found, len(whole), prefix)


@contextmanager
def _moment(home: Home, address: str) -> Iterator[tuple[Connection, int]]:
    """The database of one moment, and the size that the file had then.

    The file is written after the commit. So writers are locked out, but only until both are known.

    :raises SetupError: the database has another schema.
    """
    from runner.store.postgresql.server import engine_of, locked

    engine = engine_of(address)
    with engine.connect() as connection, connection.begin():
        with locked(engine, BUSY_TIMEOUT_S):
            migrated = is_migrated(connection)  # the first question of a transaction is its moment
            size = home.ledger.stat().st_size if home.ledger.exists() else 0
        if not migrated:
            raise SetupError(
                Message(
                    "store_url: the database {address} has not the schema of this trainweek.",
                    address=shown_address(address),
                ),
                Message("Start the runner once: it makes or migrates it."),
            )
        yield connection, size


def _chain_of(connection: Connection) -> list[bytes]:
    from runner.store.postgresql.tables import ledger_lines

    if not inspect(connection).has_table(ledger_lines.name):
        return []
    query = select(ledger_lines.c.line).order_by(ledger_lines.c.seq)
    return [line.encode() + b"\n" for line in connection.scalars(query)]


def _verified(raws: list[bytes], claims: Claims) -> tuple[list[str], list[LedgerProblem]]:
    sums: list[str] = []
    try:
        for line in chain.read_lines(raws):
            sums.append(line.sha256)
            claims.read(line.fields)
    except IntegrityError as error:
        broken = Message("In the database: {problem}", problem=literal(error.what))
        return sums, [LedgerProblem("corrupt", broken, _BY_DUMP)]
    return sums, []


def _ledger_table(connection: Connection, sums: list[str]) -> list[LedgerProblem]:
    """The first line whose row says another hash than the chain."""
    table = schema.ledger
    rows = connection.execute(select(table.c.seq, table.c.sha256).order_by(table.c.seq))
    for seq, (row, own) in enumerate(zip_longest(rows, sums), start=1):
        if row is None or own is None or (row.seq, row.sha256) != (seq, own):
            differs = Message(
                "In the database, line {line:,} of the chain differs from the table {table}.",
                line=seq,
                table=table.name,
            )
            return [LedgerProblem("corrupt", differs, _BY_DUMP)]
    return []


def _file(home: Home, sums: list[str], size: int) -> list[LedgerProblem]:
    """The first difference of the file's first bytes from the chain in the database."""
    read = 0
    try:
        for line in chain.read(home.ledger):
            if line.end > size:
                break  # written since
            if read == len(sums):
                more = Message(
                    "The database has {lines:,} lines, {path} has more: the database was put back"
                    " to an earlier state, or belongs to another data directory.",
                    lines=len(sums),
                    path=home.relative(home.ledger),
                )
                return [LedgerProblem("corrupt", more, _BY_DUMP)]
            if line.sha256 != sums[read]:
                differs = Message(
                    "Line {line:,} of the file differs from the database.", line=read + 1
                )
                return [LedgerProblem("corrupt", differs, _NEW_FILE)]
            read += 1
    except IntegrityError as error:
        return [LedgerProblem("corrupt", literal(error.what), _NEW_FILE)]
    if read < len(sums):
        lacks = plural(
            "The file lacks the newest line of the database.",
            "The file lacks the newest {n:,} lines of the database.",
            len(sums) - read,
        )
        return [LedgerProblem("behind", lacks, _LATER)]
    return []


def _tables(home: Home, connection: Connection, raws: list[bytes]) -> list[LedgerProblem]:
    """The tables that differ from those rebuilt from the chain."""
    problems = []
    with TemporaryDirectory(prefix="trainweek-verify-") as scratch:
        rebuilt = Home(Path(scratch))
        rebuilt.ledger.parent.mkdir(parents=True)
        rebuilt.ledger.touch(mode=0o600)
        rebuilt.ledger.write_bytes(b"".join(raws))
        with Store(rebuilt, proofs=Proofs(home)).read() as other:
            for table in schema.metadata.sorted_tables:
                query = select(table).order_by(*table.primary_key)
                # Not in the order of the server's language: text is sorted here.
                mine, theirs = (
                    sorted(map(tuple, each.execute(query)), key=repr)
                    for each in (connection, other)
                )
                problems += differing_rows(table.name, mine, theirs, _BY_DUMP)
    return problems
