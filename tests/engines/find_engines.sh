#!/bin/sh
# Have a Slurm and a Ray for the tests of engines, where that is possible. What is not is said in one line
# each, and its tests are skipped.
set -u
PATH="$PATH:/usr/sbin:/sbin"
have() { command -v "$1" >/dev/null 2>&1; }

if ! { have slurmctld && have ip; }; then
    if [ "$(id -u)" = 0 ] && have apt-get; then
        export DEBIAN_FRONTEND=noninteractive
        { timeout 300 apt-get update -qq && timeout 300 apt-get install -y -qq slurmctld slurmd slurm-client munge iproute2; } >/dev/null 2>&1
    fi
    have slurmctld || echo "No Slurm: its Debian packages can't be had here. Its tests are skipped."
fi
if ! { [ "$(id -u)" = 0 ] && have ip && ip netns add tw-probe 2>/dev/null; }; then
    echo "No Ray: no network namespace can be made here, and it listens everywhere. Its tests are skipped."
    exit 0
fi
ip netns del tw-probe
if [ ! -x .venv-ray/bin/ray ] && ! timeout 900 make -s .venv-ray >/dev/null 2>&1; then
    rm -rf .venv-ray
    echo "No Ray: requirements-ray.lock can't be installed here. Its tests are skipped."
fi
exit 0
