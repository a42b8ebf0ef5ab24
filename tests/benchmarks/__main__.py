"""``make bench``: every measurement, printed one after another. Nothing is asserted."""

from __future__ import annotations

from tests.benchmarks import engines, events, looks, overhead, revalidating, storing, training


def main() -> None:
    print("== Training: speed, and the share of the optimal policy's net return ==")
    training.main()
    print("\n== Telemetry: a million scalars, each reader in a process of its own ==")
    events.main()
    print("\n== Revalidation: ten episodes over a year of hours, from the click ==")
    revalidating.main()
    print("\n== Store: acknowledged writes, and how long each takes ==")
    storing.main()
    print("\n== Pages: store reads, judgements and function entries of one drawing ==")
    looks.main()
    print("\n== Supervision: the runner's cost with 1, 8 and 64 live jobs ==")
    overhead.main()
    print("\n== Executors: from a submission to the program's first step ==")
    engines.main()


if __name__ == "__main__":
    main()
