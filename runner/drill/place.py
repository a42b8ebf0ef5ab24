"""The data directory of a drill: made below the team's, marked, and left behind when it has ended."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from core.alerts.alerts_file import AlertsFile, Channel
from core.drill import DrillKind, DrillMark
from core.drill_paths import drill_home, drills_folder, is_drill, mark_file
from core.errors import ConflictError, InputError, SetupError
from core.files import write_bytes, write_json, write_problem
from core.language import Language, Message
from core.limited_files import MOST_RECORD, json_of, read_limited
from core.paths import Home
from runner.alerts.channels import read_alerts
from runner.alerts.kept_messages import KEPT
from runner.home.launch import stop_all
from runner.home.left_dashboard import end_dashboards

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

# Shorter than in a real week: a drill must not take ten minutes to be noticed.
SETTINGS = {
    "stalled_s": 60.0,
    "liveness_s": 2.0,
    "alerts_s": 2.0,
    "command_train": [sys.executable, "-m", "runner.jobs.drilled_train_ppo"],
}
_END = Message("End it first: trainweek drill end")


def prepare(
    real: Home,
    kind: DrillKind,
    by: str,
    now: datetime,
    port: int | None,
    send: bool,
    language: Language,
) -> tuple[Home, DrillMark]:
    """Make the data directory of a new drill, with its settings and its channels.

    :param port: of its pages; None: it has none.
    :param send: messages go to the team's channels; else they are only written down.
    :raises ConflictError: another drill is in progress.
    :raises InputError: the data directory is itself a drill's.
    :raises SetupError: it can't be written, or there is no channel to send to.
    """
    if is_drill(real):
        raise InputError(
            Message("{path} is itself the data directory of a drill.", path=str(real.root)),
            Message("Give the team's own data directory with --home."),
        )
    for _, other in _in_progress(real):
        raise ConflictError(
            Message(
                "The drill {id} is in progress, started by {by} at {time:%Y-%m-%d %H:%M} UTC.",
                id=other.id,
                by=other.by,
                time=other.started_at,
            ),
            _END,
        )
    channels = _channels(real, send, language, port)
    mark = DrillMark(
        id=f"{now:%Y%m%dT%H%M%SZ}", kind=kind, by=by, started_at=now, port=port, send=send
    )
    home = Home(drill_home(real, mark.id).resolve())
    try:
        home.root.mkdir(parents=True)
        write_mark(home, mark)
        write_json(home.settings_file, SETTINGS)
        write_bytes(home.alerts_file, channels.encode(), private=True)
    except OSError as error:
        raise SetupError(
            write_problem(home.root, error),
            Message("Check the folder's permissions."),
        ) from error
    return home, mark


def current(real: Home) -> tuple[Home, DrillMark]:
    """The drill that is in progress.

    :raises InputError: there is none.
    """
    for found in _in_progress(real):
        return found
    raise _none()


def write_mark(home: Home, mark: DrillMark) -> None:
    """Write the mark of a drill's data directory.

    :raises SetupError: it can't be written.
    """
    write_json(mark_file(home), mark.as_dict())


def close(home: Home, mark: DrillMark, now: datetime) -> DrillMark:
    """End all processes of a drill and mark it as ended; its files stay.

    :raises SetupError: the mark can't be written.
    """
    end_dashboards(home)
    stop_all(home)
    ended = mark.model_copy(update={"ended_at": now})
    write_mark(home, ended)
    return ended


def discard(real: Home) -> list[Path]:
    """End the drill in progress, also one whose record is damaged, and put its folder aside.

    :returns: where its folder is now.
    :raises InputError: there is none.
    """
    found = []
    for home in _drills(real):
        try:
            if _mark(home).ended_at is not None:
                continue
        except SetupError:  # whether it has ended is not known
            pass
        end_dashboards(home)
        stop_all(home)
        found.append(_put_aside(real, home))
    if not found:
        raise _none()
    return found


def _put_aside(real: Home, home: Home) -> Path:
    """Where no drill is looked for; its mark stays, so that everything in it still says DRILL."""
    folder = drills_folder(real) / "discarded"
    place, number = folder / home.root.name, 1
    try:
        folder.mkdir(exist_ok=True)
        while place.exists():
            number += 1
            place = folder / f"{home.root.name}-{number}"
        home.root.rename(place)
    except OSError as error:
        raise SetupError(
            write_problem(place, error), Message("Check the folder's permissions.")
        ) from error
    return place


def _none() -> InputError:
    return InputError(
        Message("No drill is in progress."), Message("Start one: trainweek drill start stall")
    )


def _drills(real: Home) -> Iterator[Home]:
    for folder in sorted(drills_folder(real).glob("*/")):
        home = Home(folder.resolve())
        if is_drill(home):
            yield home


def _in_progress(real: Home) -> Iterator[tuple[Home, DrillMark]]:
    for home in _drills(real):
        mark = _mark(home)
        if mark.ended_at is None:
            yield home, mark


def _mark(home: Home) -> DrillMark:
    path = mark_file(home)
    try:
        return DrillMark.model_validate(json_of(read_limited(path, MOST_RECORD)))
    except (OSError, ValueError) as error:
        raise SetupError(
            Message("{path} is damaged: {error}.", path=str(path), error=type(error).__name__),
            Message("End it and put it aside: trainweek drill end --discard"),
        ) from error


def _channels(real: Home, send: bool, language: Language, port: int | None) -> str:
    """Text of the drill's ``alerts.yaml``: the team's channels, without its dead man's switch."""
    file = read_alerts(real)
    if send and (file is None or not file.channels):
        raise SetupError(
            Message("There is no channel to send to: {file}.", file=str(real.alerts_file)),
            Message("Write it as docs/alerts.md shows, or leave out --send."),
        )
    given = file or AlertsFile()
    channels = given.channels or (Channel(name="drill", url=KEPT, language=language),)
    changed = {
        "heartbeat": None,
        "base_url": None if port is None else f"http://localhost:{port}",
        "channels": tuple(_channel(each, real, send) for each in channels),
    }
    made = given.model_copy(update=changed)
    return json.dumps(made.model_dump(mode="json", by_alias=True, exclude_none=True), indent=2)


def _channel(channel: Channel, real: Home, send: bool) -> Channel:
    changed: dict[str, object] = {"ledger_head": False}
    if not send:
        changed |= {"url": KEPT, "url_file": None}
    elif channel.url_file is not None:  # relative to the team's data directory
        changed |= {"url_file": str(real.resolve(channel.url_file))}
    return channel.model_copy(update=changed)
