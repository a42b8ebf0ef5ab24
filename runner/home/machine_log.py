"""The machine log: what the runner observed of itself, its machine and its jobs, thinned with age.

One line of JSON at an interval in ``logs/machine.jsonl``. Pages of a past moment read from it what
is recorded nowhere else. The ledger doesn't bind it, so what people sign never rests on it.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from core.files import EVERYONE
from core.language import Message
from core.limited_files import MOST_RECORD, read_limited
from core.liveness import Pulse
from core.vocabulary import Liveness

if TYPE_CHECKING:
    from pathlib import Path

_DAY = timedelta(days=1)
# Up to this age, one line is kept in each step of this length; older ones are dropped.
KEPT = (
    (timedelta(hours=1), timedelta(0)),
    (2 * _DAY, timedelta(minutes=1)),
    (14 * _DAY, timedelta(minutes=5)),
    (730 * _DAY, timedelta(hours=1)),
)
MOST_BYTES = MOST_RECORD // 2  # of the file after thinning: the oldest lines go first
_MOST_READ = 2 * MOST_RECORD  # of a longer file, its end
_MOST_LINE, _MOST_PROGRESS = 64 * 1024, 8 * 1024
_GONE = 2.0  # intervals without a line after which a runner is taken to have ended
_SILENT = timedelta(seconds=10)  # the same for its heartbeats, which are more frequent
_LINE = re.compile(
    rb'\{"at":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3})Z","epoch":([0-9]{1,9}),.*\}'
)
_LIVENESS = re.compile(rb'"liveness":"([A-Z]+)"')


class _Stored(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)  # a newer version may say more


class JobThen(_Stored):
    """A live job at the moment of a line."""

    liveness: Liveness
    evidence: tuple[Message, ...] = ()
    aging: tuple[Message, ...] = ()
    silence: float | None = None
    limit: float | None = None
    frozen: Message | None = None
    progress: Mapping[str, Any] | None = None  # its progress.json

    @classmethod
    def of(cls, pulse: Pulse, progress: Mapping[str, Any] | None) -> JobThen:
        """What a line says of a job; of a long progress only what is no list."""
        if progress is not None and len(json.dumps(progress)) > _MOST_PROGRESS:
            progress = {
                name: value
                for name, value in progress.items()
                if isinstance(value, str | int | float)
            }
        return cls(
            liveness=pulse.liveness,
            evidence=pulse.evidence,
            aging=pulse.aging,
            silence=pulse.silence,
            limit=pulse.limit,
            frozen=pulse.frozen,
            progress=progress,
        )

    @property
    def pulse(self) -> Pulse:
        """The judgement of its liveness then."""
        return Pulse(
            self.liveness, self.evidence, self.silence, self.limit, self.frozen, self.aging
        )


class MachineLine(_Stored):
    """One line. Sizes in bytes, shares 0 to 1; None: it could not be read."""

    at: datetime  # real
    epoch: int  # of the runner that wrote it
    every: float = Field(gt=0, le=1e9)  # seconds between its lines
    before: AwareDatetime | None = None  # first line of a runner: last heartbeat of the one before
    host: str | None = None
    cores: int | None = None
    cpu: float | None = None
    memory_used: int | None = None
    memory_total: int | None = None
    disk_free: int | None = None
    disk_total: int | None = None
    model_bytes: int | None = None
    jobs: Mapping[str, JobThen] = Field(default_factory=dict)

    def as_bytes(self) -> bytes:
        """The line as it is in the file; its beginning is read without parsing the rest."""
        rest = self.model_dump_json(exclude={"at", "epoch"}, exclude_none=True)
        return b'{"at":"%sZ","epoch":%d,%s\n' % (_stamp(self.at), self.epoch, rest[1:].encode())


@dataclass(frozen=True)
class MachineThen:
    """What the log says of a moment.

    :ivar line: of the moment itself: what it says was so then; None: not recorded.
    :ivar alive: whether the runner of then was alive; None: not known.
    :ivar last: its last sign up to the moment, a line or a heartbeat.
    :ivar damaged: lines of the whole log that can't be read.
    """

    line: MachineLine | None = None
    alive: bool | None = None
    last: datetime | None = None
    damaged: int = 0


class MachineLog:
    """The file of one data directory. A line that can't be read is skipped and counted."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, line: MachineLine) -> None:
        """Append a line; no fsync: after a power loss the last ones may be missing.

        :raises OSError: not written.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, EVERYONE)
        try:
            size = os.fstat(descriptor).st_size
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            os.write(descriptor, (b"\n" if torn else b"") + line.as_bytes())
        finally:
            os.close(descriptor)

    def then(self, moment: datetime, epoch: int, heartbeat: datetime | None = None) -> MachineThen:
        """What is known of a moment.

        Between two signs of one runner it was alive if no more lines are missing than thinning
        takes; in a longer gap nothing is known. After its last sign it is not known for some
        seconds, and then it had ended.

        :param epoch: of the newest runner that had begun by then.
        :param heartbeat: its last one, if that is known otherwise.
        """
        own, damaged, newest = [], 0, b""
        for raw in self._lines()[0]:
            if (match := _matched(raw)) is None:
                damaged += 1
                continue
            newest = max(newest, match[1])
            if int(match[2]) == epoch:
                own.append((match[1], raw))
            elif int(match[2]) == epoch + 1 and b'"before":' in raw:
                heartbeat = getattr(_parsed(raw), "before", None) or heartbeat
        stamp = _stamp(moment)
        before = next(_readable(raw for at, raw in reversed(own) if at <= stamp), None)
        after = next(_readable(raw for at, raw in own if at > stamp), None)
        signs = [line.at for line in (before, after) if line is not None]
        signs += [] if heartbeat is None else [heartbeat]
        last = max((sign for sign in signs if sign <= moment), default=None)
        nearest = before or after
        fresh = timedelta(seconds=0 if nearest is None else _GONE * nearest.every)
        alive: bool | None = None
        if any(sign >= moment for sign in signs):
            if nearest is not None:
                fresh += _thinned_to(nearest.at, newest)
            alive = True if nearest is None or abs(moment - nearest.at) <= fresh else None
        elif last is not None and moment - last > (_SILENT if heartbeat else fresh):
            alive = False
        if before is None or alive is False or moment - before.at > fresh:
            before = None
        return MachineThen(before, alive, last, damaged)

    def thin(self, now: datetime) -> int:
        """Drop lines by their age, and those that can't be read; returns the number of the latter.

        :raises OSError: not written; the log is unchanged.
        """
        lines, cut = self._lines()
        good = [line for line in lines if _matched(line)]
        kept = thinned(good, now)
        if cut or len(kept) < len(lines):
            partial = self.path.with_suffix(".partial")
            partial.write_bytes(b"".join(line + b"\n" for line in kept))
            partial.replace(self.path)
        return len(lines) - len(good)

    def _lines(self) -> tuple[list[bytes], bool]:
        """The lines, and whether the file is so long that the first ones were left out."""
        try:
            content, cut = read_limited(self.path, _MOST_READ), False
        except OSError as error:
            if error.errno != errno.EFBIG:
                return [], False
            with self.path.open("rb") as file:
                file.seek(-_MOST_READ, os.SEEK_END)
                content, cut = file.read(_MOST_READ).partition(b"\n")[2], True
        return [line for line in content.split(b"\n") if line], cut


def thinned(lines: Sequence[bytes], now: datetime) -> list[bytes]:
    """The lines that stay: fewer with age, but always the edges.

    An edge is the first and the last line of a runner, and a change of a job's liveness.
    """
    states = [_state(line) for line in lines]
    kept: list[bytes] = []
    taken = None
    for number, line in enumerate(lines):
        match = _matched(line)
        if match is None or len(line) > _MOST_LINE:
            continue
        at = _time(match[1])
        step = _step(now - at)
        if step is None:
            continue
        place = None if not step else (step, at.timestamp() // step.total_seconds())
        edge = {*states[max(0, number - 1) : number + 2]} != {states[number]}
        if edge or place is None or place != taken:
            kept.append(line)
            taken = place
    size = sum(len(line) + 1 for line in kept)
    first = 0
    while size > MOST_BYTES:
        size -= len(kept[first]) + 1
        first += 1
    return kept[first:]


def _step(age: timedelta) -> timedelta | None:
    return next((step for most, step in KEPT if age <= most), None)


def _thinned_to(at: datetime, newest: bytes) -> timedelta:
    """How far apart lines of that time may be: the log is thinned when a line is written."""
    step = _step(_time(newest) - at)
    return KEPT[-1][1] if step is None else step


def _state(line: bytes) -> tuple[bytes, ...]:
    match = _LINE.fullmatch(line)
    return (match[2] if match else b"", *_LIVENESS.findall(line))


def _matched(line: bytes) -> re.Match[bytes] | None:
    """Time and epoch of a line; None for a damaged one."""
    match = _LINE.fullmatch(line)
    try:
        return match if match is None or _time(match[1]) else None
    except ValueError:
        return None


def _time(stamp: bytes) -> datetime:
    return datetime.fromisoformat(stamp.decode()).replace(tzinfo=UTC)


def _readable(lines: Any) -> Any:
    return (found for line in lines if (found := _parsed(line)) is not None)


def _parsed(line: bytes) -> MachineLine | None:
    try:
        return MachineLine.model_validate_json(line)
    except (ValidationError, ValueError):
        return None


def _stamp(moment: datetime) -> bytes:
    """Of a fixed length, so that times can be compared as text."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return text.encode()
