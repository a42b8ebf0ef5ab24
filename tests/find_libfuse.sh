#!/bin/sh
# The tests of a shared folder mount a filesystem: use the machine's libfuse, else install it as root. Without it they are skipped.
set -eu
if ldconfig -p 2>/dev/null | grep -q "libfuse[23.]*so" || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then exit 0; fi
echo "No libfuse found; installing it for the tests of a shared folder." >&2
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libfuse2 >/dev/null
