"""Which executor has an attempt: the one that it was placed with, by its files."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from runner.executors.lease import placement_of
from runner.executors.local import LocalProcesses
from runner.executors.ray import Ray
from runner.executors.remote import RemoteAttempts
from runner.executors.slurm import Slurm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runner.executors.elsewhere import Elsewhere
    from runner.executors.executor import Executor, Handle, Observation, Order
    from runner.executors.warm import WarmTrials
    from runner.settings import Settings


class Executors:
    """All executors as one. An attempt without a placement is a process of this machine."""

    def __init__(
        self,
        settings: Settings,
        monotonic: Callable[[], float] = time.monotonic,
        machine: Mapping[str, str] | None = None,
        elsewhere: Elsewhere | None = None,
        warm: WarmTrials | None = None,
    ) -> None:
        self.local = LocalProcesses(
            settings.log_bytes, settings.log_files, machine, elsewhere, warm
        )
        timeout_s = settings.engine_timeout_s
        self.engines: dict[str, Executor] = {
            "slurm": RemoteAttempts(Slurm(timeout_s), settings, monotonic),
            "ray": RemoteAttempts(Ray(settings.ray_address, timeout_s), settings, monotonic),
        }
        self._known: dict[str, Executor] = {}

    def place(self, order: Order) -> Handle:
        """Have it started where its placement says."""
        return self._named(order.placement.executor).place(order)

    def look(self, handle: Handle, *, search: bool = False) -> Observation:
        """Its state now."""
        return self._of(handle).look(handle, search=search)

    def adopt(self, handle: Handle) -> bool:
        """Whether the attempt is found by its id."""
        return self._of(handle).adopt(handle)

    def ask_to_end(self, handle: Handle, *, whole_tree: bool = False) -> bool:
        """SIGTERM to the program, or to all processes of the attempt."""
        return self._of(handle).ask_to_end(handle, whole_tree=whole_tree)

    def survivors(self, handle: Handle) -> int:
        """How many processes of the attempt are known to be alive, not counting its shim."""
        return self._of(handle).survivors(handle)

    def wake(self, handle: Handle) -> None:
        """SIGCONT to the attempt's shim, in case it was stopped."""
        self._of(handle).wake(handle)

    def end_start(self, handle: Handle) -> None:
        """End a start that hangs."""
        self._of(handle).end_start(handle)

    def end(self, handle: Handle) -> int:
        """SIGKILL to all processes of the attempt; returns how many there were."""
        return self._of(handle).end(handle)

    def _of(self, handle: Handle) -> Executor:
        known = self._known.get(handle.attempt_id)
        if known is None:
            placement = placement_of(handle)
            if placement is None:
                return self.local  # or not placed yet
            known = self._known[handle.attempt_id] = self._named(placement.executor)
        return known

    def _named(self, executor: str) -> Executor:
        return self.engines.get(executor, self.local)
