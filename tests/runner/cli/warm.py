"""A process that has loaded ``trainweek`` already and forks for each command it is sent.

Loading takes two seconds, most commands a tenth of one. Each command is a process of its own
with its own arguments, environment, pipes and exit code, as if it had been started afresh.
"""

from __future__ import annotations

import json
import os
import runpy
import socket
import sys
from importlib import import_module
from typing import Any

import runner.cli

import_module("alembic.command")  # what most commands load when they open the store


def next_command(line: socket.socket) -> dict[str, Any]:
    """Returns in a new child for each command; ends when the other side has gone."""
    while True:
        message, pipes, _, _ = socket.recv_fds(line, 1 << 20, 2)
        if not message:
            raise SystemExit
        child = os.fork()
        if child == 0:
            for number, pipe in enumerate(pipes, start=1):
                os.dup2(pipe, number)
                os.close(pipe)
            line.close()
            command: dict[str, Any] = json.loads(message)
            return command
        for pipe in pipes:
            os.close(pipe)
        _, status = os.waitpid(child, 0)
        line.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())


def become(command: dict[str, Any]) -> None:
    """Run the program that the command names, in this process."""
    os.environ.clear()
    os.environ.update(command["environment"])
    sys.argv = command["words"]
    if sys.argv[0].endswith(".py"):
        runpy.run_path(sys.argv[0], run_name="__main__")
    else:
        runner.cli.main()


if __name__ == "__main__":
    become(next_command(socket.socket(fileno=int(sys.argv[1]))))
