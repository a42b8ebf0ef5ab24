"""A real Slurm on loopback: one controller and one node, in a folder of their own."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.runner.place import wait_for

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAMS = ("slurmctld", "slurmd", "munged", "sbatch", "squeue", "scancel", "sinfo")
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"

CONFIGURATION = """\
ClusterName=tw
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CryptoType=crypto/munge
AuthInfo=socket={root}/munge/sock
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmctldPidFile={root}/run/ctld.pid
SlurmdPidFile={root}/run/d.pid
StateSaveLocation={root}/state
SlurmdSpoolDir={root}/spool
SlurmctldLogFile={root}/log/ctld.log
SlurmdLogFile={root}/log/d.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0,sched_interval=2
MpiDefault=none
SlurmdParameters=config_overrides
SwitchType=switch/none
ReturnToService=2
SlurmctldTimeout=30
SlurmdTimeout=6
MessageTimeout=5
MinJobAge=3600
KillWait=5
CommunicationParameters=NoAddrCache
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=debug Nodes={host} Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:8
"""


def missing() -> list[str]:
    """The programs of Slurm that this machine does not have."""
    return [name for name in PROGRAMS if shutil.which(name, path=PATH) is None]


class Cluster:
    """Started by :meth:`start`; its parts can be killed and started again."""

    name, remembers, dead_node, silence = "slurm", True, "NODE_FAIL", "Unable to contact"

    def __init__(self, root: Path) -> None:
        self.root, self.conf = root, root / "slurm.conf"
        for name in ("state", "spool", "log", "run", "munge"):
            (root / name).mkdir(parents=True, exist_ok=True)
        (root / "munge").chmod(0o700)
        key = root / "munge" / "key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        self.conf.write_text(
            CONFIGURATION.format(
                root=root,
                host=socket.gethostname().partition(".")[0],
                user=getpass.getuser(),
                ports=_free_ports(2),
            )
        )
        self.environment: Mapping[str, str] = {
            **os.environ,
            "SLURM_CONF": str(self.conf),
            "PATH": PATH,
        }

    def start(self) -> None:
        munge = self.root / "munge"
        self.run(
            "munged",
            "--force",
            f"--key-file={munge / 'key'}",
            f"--socket={munge / 'sock'}",
            f"--pid-file={munge / 'pid'}",
            f"--log-file={munge / 'log'}",
            f"--seed-file={munge / 'seed'}",
        )
        self.start_controller()
        self.start_agent()
        wait_for(self.ready)

    def start_controller(self) -> None:
        self.run("slurmctld", "-f", str(self.conf))

    def start_agent(self) -> None:
        self.run("slurmd", "-f", str(self.conf))

    def ready(self) -> bool:
        """Whether the controller answers and its node takes jobs."""
        done = self.run("sinfo", "--noheader", "--format=%t", check=False)
        return done.stdout.strip() in ("idle", "mix", "alloc")

    def remember(self, attempt_id: str) -> None:
        """Wait until the controller has saved the job: a new one ends jobs that it doesn't know."""
        wait_for(lambda: attempt_id.encode() in (self.root / "state" / "job_state").read_bytes())

    def kill_controller(self) -> None:
        self._kill(self.root / "run" / "ctld.pid")

    def stop_controller(self) -> None:
        """It lives, holds its port and answers nobody."""
        os.kill(int((self.root / "run" / "ctld.pid").read_text()), signal.SIGSTOP)

    def kill_agent(self) -> None:
        self._kill(self.root / "run" / "d.pid")

    def revive(self) -> None:
        """Start or continue the parts that are dead or stopped; jobs are left alone."""
        controller = self.root / "run" / "ctld.pid"
        if _alive(controller):
            os.kill(int(controller.read_text()), signal.SIGCONT)
        else:
            self.start_controller()
        if not _alive(self.root / "run" / "d.pid"):
            self.start_agent()

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            env=self.environment,
            check=check,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )

    def jobs_of(self, attempt_id: str) -> list[str]:
        """Numbers of the jobs that bear this attempt's name."""
        name = f"--name=trainweek-{attempt_id}"
        listed = self.run("squeue", "--noheader", "--states=all", name, "--format=%i")
        return listed.stdout.split()

    def ask_to_end(self, attempt_id: str) -> None:
        """As before a time limit."""
        (number,) = self.jobs_of(attempt_id)
        self.run("scancel", "--batch", "--signal=TERM", number)

    def heal(self) -> None:
        """Both parts are there again, no job is left, and the node takes jobs.

        Slurm drains a node on which a job's processes outlive its end for a while.
        """
        self.revive()
        wait_for(lambda: self.run("sinfo", check=False).returncode == 0)
        self.run("scancel", f"--user={getpass.getuser()}", check=False)
        wait_for(lambda: not self.run("squeue", "--noheader").stdout.strip())

        def ready() -> bool:
            host = socket.gethostname().partition(".")[0]
            if self.run("sinfo", "--noheader", "--format=%t", check=False).stdout.startswith("dr"):
                self.run("scontrol", "update", f"NodeName={host}", "State=RESUME", check=False)
            return self.ready()

        wait_for(ready)

    def end(self) -> None:
        self.run("scancel", f"--user={getpass.getuser()}", check=False)
        for name in ("run/d.pid", "run/ctld.pid", "munge/pid"):
            self._kill(self.root / name)

    def _kill(self, pid_file: Path) -> None:
        with suppress(OSError, ValueError):
            pid = int(pid_file.read_text())
            os.kill(pid, signal.SIGKILL)
            while Path(f"/proc/{pid}").exists():
                time.sleep(0.02)
            pid_file.unlink(missing_ok=True)


def _alive(pid_file: Path) -> bool:
    try:
        return Path(f"/proc/{int(pid_file.read_text())}").exists()
    except (OSError, ValueError):
        return False


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in held]
    for each in held:
        each.close()
    return ports
