"""Units for systemd: runner and dashboard that come back after a crash or a reboot."""

from __future__ import annotations

import getpass
import shlex
import sys
from collections.abc import Sequence

from core.errors import InputError
from core.paths import CHECKOUT, Home
from runner.home.keepalive import dashboard_command

RUNNER, DASHBOARD = "trainweek-runner.service", "trainweek-dashboard.service"

# Why each line is there stands in the unit itself: whoever reads it later needs it.
_UNIT = """\
[Unit]
Description=trainweek {what} of {home}
{after}
# systemd gives up after 5 starts within 10 s by default; never do.
StartLimitIntervalSec=0

[Service]
Type=exec
{user}WorkingDirectory={checkout}
Environment={environment}
ExecStart={command}
Restart=always
RestartSec=5
# Stopping or restarting ends this process alone: trainings go on, and are adopted.
KillMode=process
# Nor does a training that runs out of memory take it down.
OOMPolicy=continue
TimeoutStopSec=30
# Output goes to the journal, which caps and rotates itself: SystemMaxUse= in journald.conf.
StandardOutput=journal
StandardError=journal
LimitNOFILE=4096

[Install]
WantedBy={target}
"""


def units(home: Home, port: int, user: bool) -> dict[str, str]:
    """The text of each unit, by its file name.

    :param user: for ``systemctl --user``; else for the whole system, as the present user.
    :raises InputError: a path that no unit can hold.
    """
    common = {
        "home": _plain(str(home.root)),
        "checkout": _plain(str(CHECKOUT)),
        "environment": _quoted(f"TRAINWEEK_HOME={home.root}"),
        "user": "" if user else f"User={_plain(getpass.getuser())}\n",
        "target": "default.target" if user else "multi-user.target",
    }
    runner = [sys.executable, "-m", "runner.service", "--home", str(home.root)]
    network = "# A home on a disk that is mounted later: add RequiresMountsFor= it here."
    return {
        RUNNER: _UNIT.format(what="runner", after=network, command=_line(runner), **common),
        DASHBOARD: _UNIT.format(
            what="dashboard",
            after=f"Wants={RUNNER}\nAfter={RUNNER}",
            command=_line(dashboard_command(port)),
            **common,
        ),
    }


def how_to_install(home: Home, port: int, user: bool) -> str:
    """The commands, as comments for the head of what is printed."""
    folder = "~/.config/systemd/user" if user else "/etc/systemd/system"
    flag, sudo = (" --user", "") if user else ("", "sudo ")
    command = f"trainweek systemd{flag} --home {shlex.quote(str(home.root))} --port {port}"
    lines = [
        f"{command} --unit runner | {sudo}tee {folder}/{RUNNER}",
        f"{command} --unit dashboard | {sudo}tee {folder}/{DASHBOARD}",
        f"{sudo}systemctl{flag} daemon-reload",
        f"{sudo}systemctl{flag} enable --now {RUNNER} {DASHBOARD}",
    ]
    if user:
        lines.insert(0, f"mkdir -p {folder}")
        lines.append("sudo loginctl enable-linger $USER    # else they end when you log out")
    see = f"journalctl{flag} -u {RUNNER} -f"
    return "\n".join(
        ["# To install:", *(f"#   {line}" for line in lines), f"# To look: {see}", "#"]
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
    """A value that is taken as it stands, but for the specifiers."""
    if any(not c.isprintable() for c in text):
        raise InputError(
            f"{text!r} can't stand in a systemd unit.", "Choose a home without control characters."
        )
    return text.replace("%", "%%")
