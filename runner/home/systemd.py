"""systemd units that restart runner and dashboard after a crash or a reboot."""

from __future__ import annotations

import getpass
import shlex
import sys
from typing import TYPE_CHECKING

from core.errors import InputError
from core.language import Message
from core.paths import CHECKOUT, Home
from runner.home.keepalive import dashboard_command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.listening import Listening

RUNNER, DASHBOARD = "trainweek-runner.service", "trainweek-dashboard.service"

# The reasons are comments in the unit itself, for those who read it later.
_UNIT = """\
[Unit]
Description=trainweek {what} of {home}
{after}
# By default systemd gives up after 5 starts within 10 s.
StartLimitIntervalSec=0

[Service]
Type=exec
{user}WorkingDirectory={checkout}
Environment={environment}
ExecStart={command}
Restart=always
RestartSec=5
# A stop or restart ends this process only: jobs continue and are adopted.
KillMode=process
# A job that runs out of memory does not stop it.
OOMPolicy=continue
TimeoutStopSec=30
# The journal limits its own size: SystemMaxUse= in journald.conf.
StandardOutput=journal
StandardError=journal
LimitNOFILE=4096

[Install]
WantedBy={target}
"""


def units(home: Home, at: Listening, user: bool) -> dict[str, str]:
    """The text of each unit, by its file name.

    :param user: for ``systemctl --user``; else for the system, run as the present user.
    :raises InputError: a path contains control characters.
    """
    common = {
        "home": _plain(str(home.root)),
        "checkout": _plain(str(CHECKOUT)),
        "environment": _quoted(f"TRAINWEEK_HOME={home.root}"),
        "user": "" if user else f"User={_plain(getpass.getuser())}\n",
        "target": "default.target" if user else "multi-user.target",
    }
    runner = [sys.executable, "-m", "runner.service", "--home", str(home.root)]
    network = "# If the data directory is mounted later, add RequiresMountsFor= here."
    return {
        RUNNER: _UNIT.format(what="runner", after=network, command=_line(runner), **common),
        DASHBOARD: _UNIT.format(
            what="dashboard",
            after=f"Wants={RUNNER}\nAfter={RUNNER}",
            command=_line(dashboard_command(at)),
            **common,
        ),
    }


def how_to_install(home: Home, at: Listening, user: bool) -> str:
    """The commands that install the units, as comments."""
    folder = "~/.config/systemd/user" if user else "/etc/systemd/system"
    flag, sudo = (" --user", "") if user else ("", "sudo ")
    place = _line(dashboard_command(at)[3:])
    command = f"trainweek systemd{flag} --home {shlex.quote(str(home.root))} {place}"
    lines = [
        f"{command} --unit runner | {sudo}tee {folder}/{RUNNER}",
        f"{command} --unit dashboard | {sudo}tee {folder}/{DASHBOARD}",
        f"{sudo}systemctl{flag} daemon-reload",
        f"{sudo}systemctl{flag} enable --now {RUNNER} {DASHBOARD}",
    ]
    if user:
        lines.insert(0, f"mkdir -p {folder}")
        lines.append("sudo loginctl enable-linger $USER    # else they stop when you log out")
    see = f"journalctl{flag} -u {RUNNER} -f"
    return "\n".join(
        ["# To install:", *(f"#   {line}" for line in lines), f"# To see the log: {see}", "#"]
    )


def _line(command: Sequence[str]) -> str:
    return " ".join(map(_word, command))


def _word(text: str) -> str:
    """One word of a command line, where $ begins a variable (systemd.service(5))."""
    return _quoted(text).replace("$", "$$")


def _quoted(text: str) -> str:
    escaped = _plain(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if any(c in text for c in " \t'\"\\;") else escaped


def _plain(text: str) -> str:
    """A value in which systemd's % specifiers are escaped.

    :raises InputError: it contains control characters.
    """
    if any(not c.isprintable() for c in text):
        raise InputError(
            Message("{text!r} can't be used in a systemd unit.", text=text),
            Message("Choose a data directory without control characters in its path."),
        )
    return text.replace("%", "%%")
